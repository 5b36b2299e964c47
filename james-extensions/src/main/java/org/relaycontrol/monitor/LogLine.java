package org.relaycontrol.monitor;

import org.jspecify.annotations.Nullable;

/**
 * A log line of {@code key=value} fields. A value with anything but printable ASCII, or with a space, a quote, a backslash or an equals
 * sign, is put in quotes and escaped as in Java, so that no value can pass for another field or line. What is absent is {@code -}.
 */
final class LogLine {

    private static final String ABSENT = "-";

    /** About as long as a decision's line. */
    private static final int USUAL_LENGTH = 320;

    private final StringBuilder line = new StringBuilder(USUAL_LENGTH);

    LogLine with(String key, @Nullable Object value) {
        if (line.length() > 0) {
            line.append(' ');
        }
        line.append(key).append('=');
        if (value == null) {
            line.append(ABSENT);
        } else {
            append(value.toString());
        }
        return this;
    }

    private void append(String value) {
        if (!value.isEmpty() && !value.equals(ABSENT) && isPlain(value)) {
            line.append(value);
            return;
        }
        line.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                line.append(c);
            } else {
                line.append(String.format("\\u%04x", (int) c));
            }
        }
        line.append('"');
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!isPlain(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
