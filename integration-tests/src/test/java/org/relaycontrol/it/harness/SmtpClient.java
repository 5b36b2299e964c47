package org.relaycontrol.it.harness;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A plain SMTP client: sends what it is told, line by line, and hands out the replies as they come. Not thread-safe. */
public final class SmtpClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The characters of a reply code. */
    private static final int CODE = 3;

    private Socket socket;
    private BufferedReader in;
    private OutputStream out;
    private SmtpReply greeting;

    private SmtpClient(Socket socket) throws IOException {
        use(socket);
        this.greeting = readReply();
    }

    /** Connects from 127.0.0.1 to 127.0.0.1. */
    public static SmtpClient connect(int port) {
        return connect("127.0.0.1", "127.0.0.1", port);
    }

    /** Connects from a local address of choice, any of 127.0.0.0/8 or ::1, and reads the greeting. */
    public static SmtpClient connect(String source, String server, int port) {
        try {
            Socket socket = new Socket();
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
            socket.connect(new InetSocketAddress(InetAddress.getByName(server), port));
            return new SmtpClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void use(Socket connected) throws IOException {
        this.socket = connected;
        this.in = new BufferedReader(new InputStreamReader(connected.getInputStream(), StandardCharsets.ISO_8859_1));
        this.out = connected.getOutputStream();
    }

    /** The first reply of the connection. */
    public SmtpReply greeting() {
        return greeting;
    }

    /** Sends one command and returns the reply to it. */
    public SmtpReply command(String line) {
        try {
            write(line + "\r\n");
            return readReply();
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /**
     * Sends octets, and reads one reply without looking into it, which costs the client as little as can be. Waits for good.
     *
     * @param command a command, its line end included
     * @param reply takes the reply as it came, line ends included
     * @return how many octets that are
     */
    int exchange(byte[] command, byte[] reply) throws IOException {
        socket.setSoTimeout(0);
        out.write(command);
        InputStream octets = socket.getInputStream();
        int end = 0;
        while (!isReply(reply, end)) {
            int read = octets.read(reply, end, reply.length - end);
            if (read <= 0) {
                throw new IOException("connection closed by the server, or no end of a reply");
            }
            end += read;
        }
        return end;
    }

    /** Whether the octets end in a line that is the last one of a reply. */
    private static boolean isReply(byte[] octets, int end) {
        if (end == 0 || octets[end - 1] != '\n') {
            return false;
        }
        int line = end - 1;
        while (line > 0 && octets[line - 1] != '\n') {
            line--;
        }
        return octets[line + CODE] != '-';
    }

    /** Sends octets as they are, and reads nothing. */
    public SmtpClient send(byte[] octets) {
        try {
            out.write(octets);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends octets as they are and at once, as many of them as the server takes before it closes the connection, and reads nothing. */
    public SmtpClient sendUntilClosed(byte[]... parts) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            octets.writeBytes(part);
        }
        try {
            return send(octets.toByteArray());
        } catch (UncheckedIOException e) {
            // What the server says of it, if anything, is still there to be read.
            return this;
        }
    }

    /** Everything the server says until it closes the connection, line by line. */
    public List<String> readToEnd() {
        List<String> lines = new ArrayList<>();
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("the server does not close the connection after " + lines, e);
        } catch (IOException e) {
            // A reset is a close, too.
            return lines;
        }
        return lines;
    }

    /** Closes the connection by a reset, whatever is under way. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    /** Sends several commands at once (RFC 2920) and returns the replies, one for each. */
    public List<SmtpReply> pipeline(List<String> lines) {
        try {
            write(String.join("\r\n", lines) + "\r\n");
            List<SmtpReply> replies = new ArrayList<>();
            while (replies.size() < lines.size()) {
                replies.add(readReply());
            }
            return replies;
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" | ", lines), e);
        }
    }

    /** EHLO with a name that has a dot, as a mail server would. */
    public SmtpClient ehlo() {
        expect(250, command("EHLO client.test.example"));
        return this;
    }

    /** STARTTLS, whatever the certificate, and EHLO again. */
    public SmtpClient startTls() {
        expect(220, command("STARTTLS"));
        return encrypt().ehlo();
    }

    /** The TLS handshake that follows the reply to STARTTLS, whatever the certificate, and no EHLO. */
    public SmtpClient encrypt() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
            tls.startHandshake();
            use(tls);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** AUTH PLAIN; the reply says whether it succeeded. */
    public SmtpReply auth(String user, String password) {
        byte[] response = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
        return command("AUTH PLAIN " + Base64.getEncoder().encodeToString(response));
    }

    /** MAIL FROM; the empty string is the null sender. */
    public SmtpReply mail(String sender) {
        return command("MAIL FROM:<" + sender + ">");
    }

    /** RCPT TO. */
    public SmtpReply rcpt(String recipient) {
        return command("RCPT TO:<" + recipient + ">");
    }

    /**
     * DATA, a short message with this subject, and the final dot.
     *
     * @return the reply to the final dot, or to DATA itself if it is refused
     */
    public SmtpReply data(String subject) {
        return dataOf("Subject: " + subject + "\r\nFrom: sender@test.example\r\n\r\nHello.\r\n");
    }

    /** As {@link #data(String)}, with header and body of choice, CRLF line ends, dots already doubled. */
    public SmtpReply dataOf(String message) {
        SmtpReply go = command("DATA");
        if (go.code() != 354) {
            return go;
        }
        try {
            write(message + ".\r\n");
            return readReply();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True if the server has closed the connection; waits for it. */
    public boolean closedByServer() {
        try {
            return in.read() == -1;
        } catch (IOException e) {
            // A reset is a close, too.
            return !(e instanceof SocketTimeoutException);
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private SmtpReply readReply() throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("connection closed by the server after " + lines);
            }
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return new SmtpReply(lines);
            }
        }
    }

    private static void expect(int code, SmtpReply reply) {
        if (reply.code() != code) {
            throw new IllegalStateException("expected " + code + " but got: " + reply);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Trusts every certificate: the server under test has a self-signed one. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("a client only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // Nothing to check.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
