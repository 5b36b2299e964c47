package org.relaycontrol.cli.probe;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP connection. What is sent is sent as it is, control characters and all; what comes is read within limits. Not thread-safe.
 */
final class SmtpDialogue implements AutoCloseable {

    /** Octets of a reply line; RFC 5321 section 4.5.3.1.5 allows 512. */
    private static final int LONGEST_LINE = 2000;
    private static final int MOST_LINES = 100;
    private static final Pattern REPLY_LINE = Pattern.compile("[2-5][0-9][0-9](?:[ -].*)?", Pattern.DOTALL);

    private final Socket connection;
    private final Patience patience;
    private InputStream in;
    private OutputStream out;

    private SmtpDialogue(Socket connection, Patience patience) throws IOException {
        this.connection = connection;
        this.patience = patience;
        this.in = new BufferedInputStream(connection.getInputStream());
        this.out = connection.getOutputStream();
    }

    /**
     * Connects.
     *
     * @param source the address to connect from, or null for the system's choice
     */
    static SmtpDialogue connect(InetSocketAddress server, @Nullable InetAddress source, Patience patience) throws DialogueException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            if (source != null) {
                socket.bind(new InetSocketAddress(source, 0));
            }
            socket.connect(server, patience.millis());
            return new SmtpDialogue(socket, patience);
        } catch (IOException e) {
            closeQuietly(socket);
            throw DialogueException.of(e);
        }
    }

    /** This end's address. */
    InetAddress localAddress() {
        return connection.getLocalAddress();
    }

    /** Sends a command and CRLF, and reads its reply. */
    ServerReply command(String command) throws DialogueException {
        return patience.limit(connection, () -> {
            if (in.available() > 0) {
                throw new DialogueException("the server spoke out of turn");
            }
            write(command + "\r\n");
            return readReply();
        });
    }

    /** Reads a reply. */
    ServerReply read() throws DialogueException {
        return patience.limit(connection, this::readReply);
    }

    /**
     * Says QUIT and reads what is left.
     *
     * @return the replies, without the one to QUIT
     */
    List<ServerReply> quit() throws DialogueException {
        return patience.limit(connection, () -> {
            write("QUIT\r\n");
            List<ServerReply> replies = new ArrayList<>();
            ServerReply reply = readReply();
            while (reply.code() != 221) {
                replies.add(reply);
                if (replies.size() > MOST_LINES) {
                    throw new DialogueException("too many replies");
                }
                reply = readReply();
            }
            return replies;
        });
    }

    /** Encrypts the connection, whatever the server's certificate: nothing secret is sent. */
    void startTls() throws DialogueException {
        patience.limit(connection, () -> {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new AnyCertificate()}, null);
                SSLSocket tls = (SSLSocket) context.getSocketFactory()
                    .createSocket(connection, connection.getInetAddress().getHostAddress(), connection.getPort(), true);
                tls.startHandshake();
                in = new BufferedInputStream(tls.getInputStream());
                out = tls.getOutputStream();
                return tls;
            } catch (GeneralSecurityException e) {
                throw new DialogueException("no TLS: " + e.getMessage(), e);
            }
        });
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private ServerReply readReply() throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = readLine();
            if (!REPLY_LINE.matcher(line).matches()) {
                throw new DialogueException("this is no SMTP reply: " + Printable.of(line));
            }
            lines.add(line);
            if (line.length() == 3 || line.charAt(3) == ' ') {
                return new ServerReply(lines);
            }
            if (lines.size() > MOST_LINES) {
                throw new DialogueException("too many lines in a reply");
            }
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet == -1) {
                throw new DialogueException("the server closed the connection");
            }
            line.write(octet);
            if (line.size() > LONGEST_LINE) {
                throw new DialogueException("a reply line is longer than " + LONGEST_LINE + " octets");
            }
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no more use anyway.
            return;
        }
    }

    /** Trusts every certificate. */
    private static final class AnyCertificate implements X509TrustManager {

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
