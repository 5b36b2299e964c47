package org.relaycontrol.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.relaycontrol.policy.Rule;

/**
 * Reads a list file line by line, as the package description says. Takes memory for one line, whatever the size of the file.
 */
final class ListFile {

    /** Longer than any entry; bounds the memory for a file that is no list. In octets. */
    private static final int LONGEST_LINE = 8192;
    private static final int BUFFER = 1 << 16;
    private static final int BYTE_ORDER_MARK_LENGTH = 3;

    /** Takes what the lines say. */
    @FunctionalInterface
    interface Lines {

        /**
         * Takes an entry.
         *
         * @throws IllegalArgumentException with the problem and what to write instead
         */
        void entry(String text, Rule where);

        /** Takes the text of a line that is a comment, from its {@code #} on. */
        default void comment(String text, Rule where) {
        }
    }

    private final String name;
    private final Lines lines;
    private final Problems problems;
    private final byte[] octets = new byte[LONGEST_LINE];
    private int length;
    private int line = 1;
    private boolean empty = true;

    private ListFile(String name, Lines lines, Problems problems) {
        this.name = name;
        this.lines = lines;
        this.problems = problems;
    }

    /**
     * Reads the file.
     *
     * @param name the file's name as it is to be printed
     * @return whether it has an entry or a comment at all
     * @throws IOException if it cannot be read
     */
    static boolean read(InputStream in, String name, Lines lines, Problems problems) throws IOException {
        return new ListFile(name, lines, problems).read(in);
    }

    private boolean read(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (line == 1 && length == 0 && isUtf16(buffer, count)) {
                problems.add(where(), "the file is in UTF-16; save it as UTF-8");
                return true;
            }
            for (int i = 0; i < count; i++) {
                if (buffer[i] == '\n') {
                    endLine();
                } else if (length == LONGEST_LINE) {
                    problems.add(where(), "the line is longer than " + LONGEST_LINE + " octets; write one entry a line. "
                        + "The rest of the file has not been checked");
                    return true;
                } else {
                    octets[length++] = buffer[i];
                }
            }
        }
        endLine();
        return !empty;
    }

    private static boolean isUtf16(byte[] buffer, int count) {
        int mark = count < 2 ? 0 : (buffer[0] & 0xff) << Byte.SIZE | buffer[1] & 0xff;
        return mark == 0xfeff || mark == 0xfffe;
    }

    private void endLine() {
        int start = line == 1 && hasByteOrderMark() ? BYTE_ORDER_MARK_LENGTH : 0;
        int end = length;
        while (start < end && isWhiteSpace(octets[start])) {
            start++;
        }
        while (start < end && isWhiteSpace(octets[end - 1])) {
            end--;
        }
        if (start < end) {
            empty = false;
            try {
                content(start, end);
            } catch (CharacterCodingException e) {
                problems.add(where(), "the line is not UTF-8; save the file as UTF-8, or write names in their xn-- form");
            } catch (IllegalArgumentException e) {
                problems.add(where(), String.valueOf(e.getMessage()));
            }
        }
        length = 0;
        line++;
    }

    private boolean hasByteOrderMark() {
        return length >= BYTE_ORDER_MARK_LENGTH && octets[0] == (byte) 0xef && octets[1] == (byte) 0xbb && octets[2] == (byte) 0xbf;
    }

    private void content(int start, int end) throws CharacterCodingException {
        if (octets[start] == '#') {
            lines.comment(text(start, end), where());
            return;
        }
        int entryEnd = start;
        while (entryEnd < end && octets[entryEnd] != '#' && !isWhiteSpace(octets[entryEnd])) {
            entryEnd++;
        }
        int next = entryEnd;
        while (next < end && isWhiteSpace(octets[next])) {
            next++;
        }
        String entry = text(start, entryEnd);
        if (next < end && octets[next] != '#') {
            problems.add(where(), "'" + text(next, end) + "' after '" + entry + "': what follows white space is reserved; "
                + "write one entry a line, and # before a comment");
        }
        lines.entry(entry, where());
    }

    private String text(int start, int end) throws CharacterCodingException {
        for (int i = start; i < end; i++) {
            if (octets[i] < 0) {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Arrays.copyOfRange(octets, start, end))).toString();
            }
        }
        return new String(octets, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static boolean isWhiteSpace(byte octet) {
        return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\f' || octet == 0x0b;
    }

    private Rule where() {
        return Rule.of(name, line);
    }
}
