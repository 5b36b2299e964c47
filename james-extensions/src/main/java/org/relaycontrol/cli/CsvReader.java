package org.relaycontrol.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV (RFC 4180: quoted fields, doubled quotes, line ends inside quotes; UTF-8; lines may end in LF alone) row by row, without
 * decoding what is only passed on. A byte order mark and empty lines are skipped.
 *
 * <p>A row that breaks the rules is <em>malformed</em>: it ends at its first line end, so that a quote that is never closed cannot take the
 * rows after it along.
 */
final class CsvReader {

    /** A row has at most so many bytes: a quote that is never closed must not fill the memory. */
    static final int MAX_ROW = 1 << 20;

    private static final int END = -1;
    private static final int INITIAL_BUFFER = 1 << 16;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private byte[] buffer = new byte[INITIAL_BUFFER];
    private int limit;
    private boolean exhausted;

    private long line = 1;
    private long nextLine = 1;
    private int row;
    private int rowEnd;
    private int nextRow;
    private int fieldCount;
    /** Where fields start and end, relative to the row. */
    private int[] bounds = new int[32];
    private @Nullable String problem;

    CsvReader(InputStream in) {
        this.in = in;
    }

    /** Goes to the next row; false if there is none. */
    boolean next() throws IOException {
        do {
            if (problem != null) {
                skipToNextLine();
            }
            row = nextRow;
            line = nextLine;
            problem = null;
            fieldCount = 0;
            if (line == 1 && row == 0) {
                skipByteOrderMark();
            }
            if (at(0) == END) {
                return false;
            }
            readRow();
        } while (problem == null && fieldCount == 1 && rowEnd == row);
        return true;
    }

    private void skipByteOrderMark() throws IOException {
        int length = BYTE_ORDER_MARK.length;
        if (at(length - 1) != END && Arrays.equals(BYTE_ORDER_MARK, 0, length, buffer, 0, length)) {
            row += length;
        }
    }

    private void readRow() throws IOException {
        int at = 0;
        while (true) {
            int start = at;
            int c = at(at);
            if (c == '"') {
                at = endOfQuoted(at);
                if (at == END) {
                    malformed("a quote that is never closed");
                    return;
                }
                c = at(at);
                if (c != ',' && c != '\r' && c != '\n' && c != END) {
                    malformed("text after the closing quote of a field");
                    return;
                }
            } else {
                while (c != ',' && c != '\n' && c != '\r' && c != '"' && c != END) {
                    c = at(++at);
                }
                if (c == '"') {
                    malformed("a quote in a field that does not begin with one; quote the whole field and double the quote");
                    return;
                }
            }
            addField(start, at);
            if (c == ',') {
                at++;
            } else {
                endRow(at, c);
                return;
            }
        }
    }

    /** The index after the closing quote, or {@link #END} if there is none. */
    private int endOfQuoted(int start) throws IOException {
        int at = start + 1;
        while (true) {
            int c = at(at);
            if (c == '"') {
                if (at(at + 1) != '"') {
                    return at + 1;
                }
                at++;
            } else if (c == '\n') {
                nextLine++;
            } else if (c == END) {
                return END;
            }
            at++;
        }
    }

    private void endRow(int end, int c) throws IOException {
        if (c == '\r' && at(end + 1) != '\n') {
            malformed("a carriage return without line feed; end lines with LF or CR LF");
            return;
        }
        rowEnd = row + end;
        if (c == END) {
            if (!exhausted) {
                malformed("more than " + MAX_ROW + " bytes");
                return;
            }
            nextRow = rowEnd;
        } else {
            nextRow = rowEnd + (c == '\r' ? 2 : 1);
            nextLine++;
        }
    }

    private void addField(int start, int end) {
        if (2 * fieldCount == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[2 * fieldCount] = start;
        bounds[2 * fieldCount + 1] = end;
        fieldCount++;
    }

    private void malformed(String what) {
        problem = !exhausted && limit - row >= MAX_ROW ? "more than " + MAX_ROW + " bytes, or a quote that is never closed" : what;
        fieldCount = 0;
        nextLine = line;
        rowEnd = row;
        while (rowEnd < limit && buffer[rowEnd] != '\n') {
            rowEnd++;
        }
        nextRow = rowEnd;
    }

    private void skipToNextLine() throws IOException {
        row = nextRow;
        int c = at(0);
        while (c != '\n' && c != END) {
            row++;
            c = at(0);
        }
        nextRow = c == '\n' ? row + 1 : row;
        nextLine = line + 1;
    }

    /** The byte at an offset from the row's start, or {@link #END} at the end of the input or of the longest row. */
    private int at(int offset) throws IOException {
        int index = row + offset;
        return index < limit || fill(offset) ? buffer[row + offset] & 0xff : END;
    }

    private boolean fill(int offset) throws IOException {
        while (row + offset >= limit) {
            if (exhausted || offset >= MAX_ROW) {
                return false;
            }
            if (row > 0) {
                System.arraycopy(buffer, row, buffer, 0, limit - row);
                limit -= row;
                row = 0;
            }
            if (limit == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                exhausted = true;
            } else {
                limit += read;
            }
        }
        return true;
    }

    /** What breaks the rules in this row, or null. A malformed row has no fields. */
    @Nullable String problem() {
        return problem;
    }

    /** The line on which this row starts, from 1. */
    long line() {
        return line;
    }

    /** How many fields this row has. */
    int fieldCount() {
        return fieldCount;
    }

    /** Whether the row ends in CR LF. */
    boolean endsInCrLf() {
        return nextRow - rowEnd == 2;
    }

    /** Whether a field is empty, quoted or not. */
    boolean isEmpty(int field) {
        int length = bounds[2 * field + 1] - bounds[2 * field];
        return length == 0 || length == 2 && buffer[row + bounds[2 * field]] == '"';
    }

    /**
     * The text of a field, without its quotes.
     *
     * @throws IllegalArgumentException if it is not UTF-8
     */
    String text(int field) {
        int start = row + bounds[2 * field];
        int end = row + bounds[2 * field + 1];
        if (start == end || buffer[start] != '"') {
            return decode(start, end);
        }
        return decode(start + 1, end - 1).replace("\"\"", "\"");
    }

    private String decode(int start, int end) {
        for (int i = start; i < end; i++) {
            if (buffer[i] < 0) {
                return decodeUtf8(start, end);
            }
        }
        return new String(buffer, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private String decodeUtf8(int start, int end) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, end - start)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the field is not UTF-8; save the file as UTF-8", e);
        }
    }

    /** Appends the first fields of the row, as they were written; all of a malformed row, as one field. */
    void copy(int fields, CsvWriter writer) throws UnusableInputException {
        if (problem != null) {
            int end = rowEnd > row && buffer[rowEnd - 1] == '\r' ? rowEnd - 1 : rowEnd;
            writer.quoted(buffer, row, end);
        } else {
            writer.raw(buffer, row, row + bounds[2 * fields - 1]);
        }
    }
}
