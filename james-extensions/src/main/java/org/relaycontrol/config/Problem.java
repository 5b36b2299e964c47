package org.relaycontrol.config;

import java.util.Objects;
import org.relaycontrol.policy.Rule;

/**
 * What is wrong with a line of the configuration, and what to write instead. Free of control characters, so that it is one line of a log.
 * Immutable.
 */
public final class Problem {

    private final Rule where;
    private final String text;

    private Problem(Rule where, String text) {
        this.where = where;
        this.text = text;
    }

    static Problem of(Rule where, String text) {
        return new Problem(where, printable(text));
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isUnprintable(c)) {
                printable.append(String.format("\\u%04x", c));
            } else {
                printable.appendCodePoint(c);
            }
        });
        return printable.toString();
    }

    private static boolean isUnprintable(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR || type == Character.SURROGATE || type == Character.UNASSIGNED;
    }

    /** The line. Line 0 is the file as a whole. */
    public Rule where() {
        return where;
    }

    /** What is wrong and, after a semicolon, what to write instead. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Problem && where.equals(((Problem) other).where) && text.equals(((Problem) other).text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(where, text);
    }

    /** {@code file:line: what is wrong; what to write instead}. */
    @Override
    public String toString() {
        return where + ": " + text;
    }
}
