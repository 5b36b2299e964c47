package org.relaycontrol.webadmin;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import spark.Request;

/**
 * Which part of a long list is asked for: {@code limit} entries ({@value #DEFAULT_LIMIT} if not given, at most {@value #MAX_LIMIT}) from
 * {@code offset} on (0 if not given). Immutable.
 */
final class Page {

    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1000;

    private final int offset;
    private final int limit;

    Page(int offset, int limit) {
        this.offset = offset;
        this.limit = limit;
    }

    /**
     * The page that the query names.
     *
     * @throws RequestException if a number is none or out of range
     */
    static Page of(Request request) {
        return new Page((int) number(request, "offset", 0, 0, Integer.MAX_VALUE - MAX_LIMIT),
            (int) number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
    }

    /** The number that a parameter of the query is. */
    static long number(Request request, String parameter, long otherwise, long least, long most) {
        String text = request.queryParams(parameter);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw outOfRange(parameter, text, least, most);
        }
        throw outOfRange(parameter, text, least, most);
    }

    private static RequestException outOfRange(String parameter, String text, long least, long most) {
        return RequestException.unusable(parameter + "=" + text + " is out of range; write a number from " + least + " to " + most);
    }

    /**
     * Checks that the query has no other parameters: a filter with a misspelt name would filter nothing.
     *
     * @throws RequestException if it has
     */
    static void allow(Request request, String... parameters) {
        Set<String> known = Set.of(parameters);
        for (String parameter : request.queryParams()) {
            if (!known.contains(parameter)) {
                throw RequestException.unusable("the parameter '" + parameter + "' is unknown; write "
                    + (known.isEmpty() ? "none" : "one of " + String.join(", ", parameters)));
            }
        }
    }

    /** A parameter, or null where it is absent or empty. */
    static @Nullable String text(Request request, String parameter) {
        String text = request.queryParams(parameter);
        return text == null || text.isEmpty() ? null : text;
    }

    int offset() {
        return offset;
    }

    int limit() {
        return limit;
    }
}
