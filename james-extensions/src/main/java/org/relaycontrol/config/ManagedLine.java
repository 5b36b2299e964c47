package org.relaycontrol.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of a managed list: an entry, then {@code key=value} attributes, then a comment. A value with white space, {@code "}, {@code #}
 * or {@code \} stands in quotes, within which {@code \} comes before {@code "} and {@code \}. Immutable.
 */
final class ManagedLine {

    private final String entry;
    private final Map<String, String> attributes;
    private final String comment;

    ManagedLine(String entry, Map<String, String> attributes, String comment) {
        this.entry = entry;
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        this.comment = comment;
    }

    /**
     * Reads a line that is neither blank nor a comment alone.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static ManagedLine parse(String line) {
        return new Parser(line).parse();
    }

    /** The entry as it is written. */
    String entry() {
        return entry;
    }

    /** The attributes in the order of the line. */
    Map<String, String> attributes() {
        return attributes;
    }

    /** From the {@code #} on, or empty. */
    String comment() {
        return comment;
    }

    /** The line. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(entry);
        attributes.forEach((key, value) -> line.append(' ').append(key).append('=').append(quoted(value)));
        return (comment.isEmpty() ? line : line.append("  ").append(comment)).toString();
    }

    private static String quoted(String value) {
        boolean plain = !value.isEmpty() && value.chars().noneMatch(c -> isWhiteSpace((char) c) || c == '"' || c == '#' || c == '\\');
        return plain ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t' || c == '\f' || c == 0x0b;
    }

    /** Reads a line from left to right. */
    private static final class Parser {

        private final String line;
        private int at;

        private Parser(String line) {
            this.line = line;
        }

        private ManagedLine parse() {
            // Several lines to the eye, which must not go with the first one where that is changed.
            if (line.indexOf('\r') >= 0) {
                throw new IllegalArgumentException("the line has a carriage return within; write one entry a line");
            }
            skipWhiteSpace();
            String entry = word("#");
            Map<String, String> attributes = new LinkedHashMap<>();
            skipWhiteSpace();
            while (at < line.length() && line.charAt(at) != '#') {
                String key = word("#=");
                if (at == line.length() || line.charAt(at) != '=' || key.isEmpty()) {
                    throw new IllegalArgumentException("'" + key + "' after '" + entry + "' is no attribute; write key=value, and # before "
                        + "a comment");
                }
                at++;
                if (attributes.putIfAbsent(key, value(key)) != null) {
                    throw new IllegalArgumentException("'" + entry + "' has " + key + " twice; remove one of the two");
                }
                skipWhiteSpace();
            }
            return new ManagedLine(entry, attributes, line.substring(at).strip());
        }

        private void skipWhiteSpace() {
            while (at < line.length() && isWhiteSpace(line.charAt(at))) {
                at++;
            }
        }

        /** Up to white space or one of these characters. */
        private String word(String ends) {
            int start = at;
            while (at < line.length() && !isWhiteSpace(line.charAt(at)) && ends.indexOf(line.charAt(at)) < 0) {
                at++;
            }
            return line.substring(start, at);
        }

        private String value(String key) {
            if (at == line.length() || line.charAt(at) != '"') {
                return word("#");
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < line.length() && line.charAt(at) != '"'; at++) {
                if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                    at++;
                }
                value.append(line.charAt(at));
            }
            if (at == line.length()) {
                throw new IllegalArgumentException("the value of " + key + " does not end; write \" behind it");
            }
            at++;
            return value.toString();
        }
    }
}
