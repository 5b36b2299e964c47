package org.relaycontrol.cli.probe;

/**
 * Makes text that others chose fit for a terminal: no control characters, and not too long.
 */
final class Printable {

    private static final int LONGEST = 400;
    private static final int SHORT = 80;
    private static final int HEAD = 40;
    private static final int TAIL = 24;

    private Printable() {
    }

    /** With escapes for whatever is not printable ASCII, cut at 400 characters. */
    static String of(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < text.length() && printable.length() < LONGEST; i++) {
            append(text.charAt(i), printable);
        }
        return printable.length() >= LONGEST ? printable.append("...").toString() : printable.toString();
    }

    /** The beginning and the end alone of a long one. */
    static String shortened(String text) {
        if (text.length() <= SHORT) {
            return of(text);
        }
        return of(text.substring(0, HEAD)) + "..." + of(text.substring(text.length() - TAIL)) + " (" + text.length() + " characters)";
    }

    private static void append(char c, StringBuilder printable) {
        if (c == '\r') {
            printable.append("\\r");
        } else if (c == '\n') {
            printable.append("\\n");
        } else if (c < ' ' || c > '~') {
            printable.append(String.format("\\u%04x", (int) c));
        } else {
            printable.append(c);
        }
    }
}
