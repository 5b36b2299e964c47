package org.relaycontrol.format;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) on one line, in ASCII: whatever reads it need not guess an encoding.
 */
public final class Json {

    private Json() {
    }

    /**
     * The JSON of a value.
     *
     * @param value null, a {@link Boolean}, a {@link Number}, an {@link Iterable}, a {@link Map} of names to values, or anything else: its
     *     text as a string
     */
    public static String of(@Nullable Object value) {
        StringBuilder json = new StringBuilder();
        write(value, json);
        return json.toString();
    }

    private static void write(@Nullable Object value, StringBuilder json) {
        if (value == null || value instanceof Boolean || value instanceof Number) {
            json.append(value);
        } else if (value instanceof Map) {
            writeObject((Map<?, ?>) value, json);
        } else if (value instanceof Iterable) {
            writeArray((Iterable<?>) value, json);
        } else {
            writeString(value.toString(), json);
        }
    }

    private static void writeObject(Map<?, ?> map, StringBuilder json) {
        json.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> member : map.entrySet()) {
            if (!first) {
                json.append(',');
            }
            first = false;
            writeString(String.valueOf(member.getKey()), json);
            json.append(':');
            write(member.getValue(), json);
        }
        json.append('}');
    }

    private static void writeArray(Iterable<?> elements, StringBuilder json) {
        json.append('[');
        Iterator<?> iterator = elements.iterator();
        while (iterator.hasNext()) {
            write(iterator.next(), json);
            if (iterator.hasNext()) {
                json.append(',');
            }
        }
        json.append(']');
    }

    private static void writeString(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c == '\n') {
                json.append("\\n");
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
