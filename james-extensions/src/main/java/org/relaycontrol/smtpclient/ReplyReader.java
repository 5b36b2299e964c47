package org.relaycontrol.smtpclient;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads replies from a server that may be slow or hostile: a reply must be there in time as a whole, however it dribbles, and be of
 * bounded length. Text that is not UTF-8 becomes replacement characters. Not thread-safe.
 */
final class ReplyReader {

    /** RFC 5321 section 4.5.3.1.5 allows 512 octets; what is beyond this is dropped. */
    static final int MAX_LINE = 2048;
    static final int MAX_LINES = 256;

    private static final int CODE_LENGTH = 3;
    private static final int LOWEST_CODE = 200;
    private static final int HIGHEST_CODE = 599;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[4096];
    private int next;
    private int end;

    ReplyReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** Whether something has arrived that nobody has read. */
    boolean hasUnread() {
        return next < end;
    }

    /**
     * Waits for a whole reply.
     *
     * @throws SocketTimeoutException if it does not come in time
     * @throws IOException if the connection is closed, or what comes is no reply
     */
    Reply read(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> lines = new ArrayList<>(1);
        while (true) {
            String line = readLine(deadline);
            int code = code(line);
            lines.add(line.length() > CODE_LENGTH ? line.substring(CODE_LENGTH + 1) : "");
            if (line.length() <= CODE_LENGTH || line.charAt(CODE_LENGTH) == ' ') {
                return new Reply(code, lines);
            }
            if (lines.size() == MAX_LINES) {
                throw new IOException("the reply has more than " + MAX_LINES + " lines");
            }
        }
    }

    private static int code(String line) throws IOException {
        boolean digits = line.length() >= CODE_LENGTH && line.chars().limit(CODE_LENGTH).allMatch(c -> c >= '0' && c <= '9');
        boolean separated = line.length() <= CODE_LENGTH || line.charAt(CODE_LENGTH) == ' ' || line.charAt(CODE_LENGTH) == '-';
        int code = digits && separated ? Integer.parseInt(line.substring(0, CODE_LENGTH)) : 0;
        if (code < LOWEST_CODE || code > HIGHEST_CODE) {
            throw new IOException("no SMTP reply: " + line.replaceAll("\\p{Cntrl}", " ").substring(0, Math.min(line.length(), 80)));
        }
        return code;
    }

    /** A line without its end; a lone LF ends one, too. */
    private String readLine(long deadline) throws IOException {
        byte[] line = new byte[128];
        int length = 0;
        while (true) {
            if (next == end) {
                fill(deadline);
            }
            byte b = buffer[next++];
            if (b == '\n') {
                int text = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
                return new String(line, 0, text, StandardCharsets.UTF_8);
            }
            if (length < MAX_LINE) {
                if (length == line.length) {
                    line = Arrays.copyOf(line, Math.min(MAX_LINE, length * 2));
                }
                line[length++] = b;
            }
        }
    }

    private void fill(long deadline) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("no reply in time");
        }
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, millis));
        int read = in.read(buffer);
        if (read < 0) {
            throw new EOFException("the connection was closed");
        }
        next = 0;
        end = read;
    }
}
