package org.relaycontrol.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes CSV (RFC 4180, UTF-8) row by row. Fields are quoted only where they must be.
 */
final class CsvWriter {

    private static final int BUFFER = 1 << 16;

    private final PrintStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int size;
    private boolean rowStarted;

    CsvWriter(PrintStream out) {
        this.out = out;
    }

    /** Fields that are CSV already. */
    void raw(byte[] bytes, int start, int end) throws UnusableInputException {
        separate();
        write(bytes, start, end);
    }

    /** One field of any bytes, in quotes. */
    void quoted(byte[] bytes, int start, int end) throws UnusableInputException {
        separate();
        write('"');
        for (int i = start; i < end; i++) {
            if (bytes[i] == '"') {
                write('"');
            }
            write(bytes[i]);
        }
        write('"');
    }

    /** One field. */
    void field(String text) throws UnusableInputException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (mustBeQuoted(text)) {
            quoted(bytes, 0, bytes.length);
        } else {
            raw(bytes, 0, bytes.length);
        }
    }

    private static boolean mustBeQuoted(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == ',' || c == '\r' || c == '\n') {
                return true;
            }
        }
        return false;
    }

    private void separate() throws UnusableInputException {
        if (rowStarted) {
            write(',');
        }
        rowStarted = true;
    }

    void endRow(boolean crLf) throws UnusableInputException {
        if (crLf) {
            write('\r');
        }
        write('\n');
        rowStarted = false;
    }

    private void write(int b) throws UnusableInputException {
        if (size == BUFFER) {
            flush();
        }
        buffer[size++] = (byte) b;
    }

    private void write(byte[] bytes, int start, int end) throws UnusableInputException {
        int length = end - start;
        if (length > BUFFER - size) {
            flush();
        }
        if (length > BUFFER) {
            out.write(bytes, start, length);
        } else {
            System.arraycopy(bytes, start, buffer, size, length);
            size += length;
        }
    }

    /**
     * Hands on what has been written.
     *
     * @throws UnusableInputException if nobody takes it: the rest of the input need not be read
     */
    void flush() throws UnusableInputException {
        out.write(buffer, 0, size);
        size = 0;
        if (out.checkError()) {
            throw new UnusableInputException(Main.NOT_WRITTEN);
        }
    }
}
