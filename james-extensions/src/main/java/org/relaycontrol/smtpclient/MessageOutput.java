package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a message as the data of a transaction (RFC 5321 sections 2.3.8 and 4.5.2): every line ends with CRLF, and one that begins with a
 * dot gets another. A lone CR or LF ends a line too: sent as it is, some servers would take it for one and some would not, and what follows
 * could be read as another message. Nothing is flushed before {@link #finish()}.
 */
final class MessageOutput extends OutputStream {

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] END = {'.', '\r', '\n'};

    private final OutputStream out;
    private boolean lineStart = true;
    private boolean afterCr;

    MessageOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int written = offset;
        for (int i = offset; i < offset + length; i++) {
            byte b = bytes[i];
            if (b == '\r' || b == '\n') {
                out.write(bytes, written, i - written);
                written = i + 1;
                if (b == '\r' || !afterCr) {
                    out.write(CRLF, 0, CRLF.length);
                }
                afterCr = b == '\r';
                lineStart = true;
            } else {
                if (lineStart && b == '.') {
                    out.write('.');
                }
                lineStart = false;
                afterCr = false;
            }
        }
        out.write(bytes, written, offset + length - written);
    }

    /** Ends the last line if need be, and the message; flushes. */
    void finish() throws IOException {
        if (!lineStart) {
            out.write(CRLF, 0, CRLF.length);
        }
        out.write(END, 0, END.length);
        out.flush();
    }
}
