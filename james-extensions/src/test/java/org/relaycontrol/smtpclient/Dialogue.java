package org.relaycontrol.smtpclient;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/**
 * A server that plays its part of one conversation, line by line, and insists on the client's: {@code "C: NOOP"} is what the client has to
 * say, {@code "S: 250 ok"} what the server says, {@code "X"} closes, {@code "TLS"} encrypts. A reply after one client line insists on the
 * client waiting for it; after several, on the client not waiting.
 */
final class Dialogue implements AutoCloseable {

    private final ServerSocket server;
    private final List<String> script;
    private final @Nullable SSLContext tls;
    private final CompletableFuture<Void> played = new CompletableFuture<>();
    private final List<Socket> sockets = new ArrayList<>();

    private Dialogue(@Nullable SSLContext tls, List<String> script) throws IOException {
        this.script = script;
        this.tls = tls;
        server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        Thread thread = new Thread(this::play, "dialogue");
        thread.setDaemon(true);
        thread.start();
    }

    static Dialogue of(String... script) throws IOException {
        return new Dialogue(null, List.of(script));
    }

    static Dialogue of(SSLContext tls, String... script) throws IOException {
        return new Dialogue(tls, List.of(script));
    }

    int port() {
        return server.getLocalPort();
    }

    /** Where the client has connected from. */
    InetAddress client() {
        synchronized (sockets) {
            return sockets.get(0).getInetAddress();
        }
    }

    /** Waits for the end of the script, and fails if the client departed from it. */
    void assertPlayed() throws Exception {
        played.get(10, TimeUnit.SECONDS);
    }

    private void play() {
        try {
            Socket socket = server.accept();
            synchronized (sockets) {
                sockets.add(socket);
            }
            new Play(socket).run();
            played.complete(null);
        } catch (IOException | RuntimeException | AssertionError e) {
            played.completeExceptionally(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** The conversation. */
    private final class Play {

        private Socket socket;
        private BufferedReader in;
        private OutputStream out;

        private Play(Socket socket) throws IOException {
            use(socket);
        }

        private void use(Socket next) throws IOException {
            socket = next;
            socket.setSoTimeout(10_000);
            in = new BufferedReader(new InputStreamReader(next.getInputStream(), StandardCharsets.UTF_8));
            out = next.getOutputStream();
        }

        private void run() throws IOException {
            for (String line : script) {
                if (line.startsWith("C: ")) {
                    String said = in.readLine();
                    if (!line.substring(3).equals(said)) {
                        throw new AssertionError("expected " + line.substring(3) + ", heard " + said);
                    }
                } else if (line.startsWith("S: ")) {
                    if (in.ready()) {
                        throw new AssertionError("the client does not wait for " + line);
                    }
                    out.write((line.substring(3) + "\r\n").getBytes(StandardCharsets.UTF_8));
                } else if (line.equals("X")) {
                    socket.close();
                } else if (line.equals("TLS")) {
                    if (tls == null) {
                        throw new AssertionError("no certificate");
                    }
                    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, "client", socket.getPort(), true);
                    secure.setUseClientMode(false);
                    secure.startHandshake();
                    use(secure);
                } else {
                    throw new AssertionError("no line of a script: " + line);
                }
            }
        }
    }
}
