package org.relaycontrol.webadmin;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.ManagedEntry;
import spark.Request;

/**
 * Entity tags (RFC 9110 section 8.8.3) of managed entries, by which two administrators do not overwrite each other's edits.
 */
final class EntityTag {

    private static final int DIGITS = 32;

    private EntityTag() {
    }

    /** The tag of an entry: another one, or another value of it, has another tag. */
    static String of(ManagedEntry entry) {
        return '"' + Hashing.sha256().hashString(entry.toString(), StandardCharsets.UTF_8).toString().substring(0, DIGITS) + '"';
    }

    /**
     * Checks the conditions of a request that changes an entry. One that is there is changed by those alone who say which one they have
     * seen.
     *
     * @param present the entry as it is, or null if there is none
     * @throws RequestException if a condition is missing or does not hold
     */
    static void check(Request request, @Nullable ManagedEntry present) {
        String match = request.headers("If-Match");
        String noneMatch = request.headers("If-None-Match");
        if (match != null && (present == null || !matches(match, of(present)))) {
            throw RequestException.wrongState(RequestException.PRECONDITION_FAILED, present == null
                ? "the entry is no more; somebody else has deleted it"
                : "the entry is now: " + present + "; somebody else has changed it");
        }
        if (noneMatch != null && present != null && matches(noneMatch, of(present))) {
            throw RequestException.wrongState(RequestException.PRECONDITION_FAILED, "the entry is there already: " + present);
        }
        if (match == null && present != null) {
            throw RequestException.wrongState(RequestException.PRECONDITION_REQUIRED, "the entry is there: " + present
                + "; send its ETag as If-Match to change it");
        }
    }

    private static boolean matches(String tags, String tag) {
        return Arrays.stream(tags.split(",")).map(String::strip).anyMatch(one -> one.equals("*") || one.equals(tag));
    }
}
