package org.relaycontrol.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.relaycontrol.policy.Rule;

/**
 * Reads a list file line by line, as the package description says. Takes memory for a buffer, whatever the size of the file.
 */
final class ListFile {

    /** Longer than any entry; bounds the memory for a file that is no list. In octets. */
    private static final int LONGEST_LINE = 8192;
    private static final int BUFFER = 1 << 16;
    private static final byte CR = '\r';
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

        /**
         * Takes a line that is certainly just an entry in its usual form, from an array of octets: the quick way for long lists.
         *
         * @param to behind the last octet
         * @return whether it was taken; if not, the line is read in the thorough way
         */
        default boolean plainEntry(byte[] octets, int from, int to, int line) {
            return false;
        }

        /** Takes the text of a line that is a comment, from its {@code #} on. */
        default void comment(String text, Rule where) {
        }
    }

    private final String name;
    private final boolean whole;
    private final Lines lines;
    private final Problems problems;
    private final byte[] octets = new byte[BUFFER];
    private int line = 1;
    private boolean empty = true;

    private ListFile(String name, boolean whole, Lines lines, Problems problems) {
        this.name = name;
        this.whole = whole;
        this.lines = lines;
        this.problems = problems;
    }

    /**
     * Reads the file.
     *
     * @param name the file's name as it is to be printed
     * @param whole whether entries are whole lines, comments behind them included, rather than words
     * @return whether it has an entry or a comment at all
     * @throws IOException if it cannot be read
     */
    static boolean read(InputStream in, String name, boolean whole, Lines lines, Problems problems) throws IOException {
        return new ListFile(name, whole, lines, problems).read(in);
    }

    private boolean read(InputStream in) throws IOException {
        int start = 0;
        int end = in.readNBytes(octets, 0, BUFFER);
        if (isUtf16(end)) {
            problems.add(where(), "the file is in UTF-16; save it as UTF-8");
            return true;
        }
        while (true) {
            int lineEnd = start;
            while (lineEnd < end && octets[lineEnd] != '\n') {
                lineEnd++;
            }
            if (lineEnd - start > LONGEST_LINE) {
                problems.add(where(), "the line is longer than " + LONGEST_LINE + " octets; write one entry a line. "
                    + "The rest of the file has not been checked");
                return true;
            }
            if (lineEnd < end || end < BUFFER) {
                line(start, lineEnd);
                start = lineEnd + 1;
                if (lineEnd == end) {
                    return !empty;
                }
            } else {
                System.arraycopy(octets, start, octets, 0, end - start);
                end -= start;
                start = 0;
                end += in.readNBytes(octets, end, BUFFER - end);
            }
        }
    }

    private boolean isUtf16(int length) {
        int mark = length < 2 ? 0 : (octets[0] & 0xff) << Byte.SIZE | octets[1] & 0xff;
        return mark == 0xfeff || mark == 0xfffe;
    }

    private void line(int from, int to) {
        int start = line == 1 && hasByteOrderMark(from, to) ? from + BYTE_ORDER_MARK_LENGTH : from;
        int end = start < to && octets[to - 1] == CR ? to - 1 : to;
        while (start < end && isWhiteSpace(octets[end - 1])) {
            end--;
        }
        if (start < end && lines.plainEntry(octets, start, end, line)) {
            empty = false;
            line++;
            return;
        }
        while (start < end && isWhiteSpace(octets[start])) {
            start++;
        }
        if (start < end) {
            empty = false;
            try {
                // Where CR alone ends lines, entries would be taken for part of a comment.
                if (has(CR, start, end)) {
                    throw new IllegalArgumentException("the line has a carriage return (CR) within; save the file with LF or CR LF at the "
                        + "end of each line");
                }
                content(start, end);
            } catch (CharacterCodingException e) {
                problems.add(where(), "the line is not UTF-8; save the file as UTF-8, or write names in their xn-- form");
            } catch (IllegalArgumentException e) {
                problems.add(where(), String.valueOf(e.getMessage()));
            }
        }
        line++;
    }

    private boolean has(byte octet, int from, int to) {
        int i = from;
        while (i < to && octets[i] != octet) {
            i++;
        }
        return i < to;
    }

    private boolean hasByteOrderMark(int from, int to) {
        return to - from >= BYTE_ORDER_MARK_LENGTH
            && octets[from] == (byte) 0xef && octets[from + 1] == (byte) 0xbb && octets[from + 2] == (byte) 0xbf;
    }

    private void content(int start, int end) throws CharacterCodingException {
        if (octets[start] == '#') {
            lines.comment(text(start, end), where());
            return;
        }
        if (whole) {
            lines.entry(text(start, end), where());
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
        return octet == ' ' || octet == '\t' || octet == '\f' || octet == 0x0b;
    }

    private Rule where() {
        return Rule.of(name, line);
    }
}
