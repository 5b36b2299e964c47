package org.relaycontrol.monitor;

/**
 * A value in a log line of {@code key=value} fields. One with anything but printable ASCII, or with a space, a quote, a backslash or an
 * equals sign, is put in quotes and escaped as in Java. So no value can pass for another field or line, and as a space is escaped, too, not
 * even where quotes are not known.
 */
final class LogValue {

    private LogValue() {
    }

    /** The value's text as it is to be written behind {@code key=}. */
    static String of(Object value) {
        String text = value.toString();
        return !text.isEmpty() && isPlain(text) ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c > ' ' && c < 0x7f) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
    }
}
