package org.relaycontrol.cli.probe;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A server on loopback that answers each line as its script says, and with 250 what the script does not know. It ends lines at CRLF only.
 */
public final class ScriptedServer implements AutoCloseable {

    /** Closes the connection in place of a reply. */
    static final String CLOSE = "(close)";

    /** No reply at all. */
    static final String SILENCE = "(silence)";

    private static final String RULE = " => ";

    private final ServerSocket server;
    private final Supplier<Script> scripts;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Queue<String> messages = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    /** What one session answers. */
    interface Script {

        /**
         * The reply to a line, without CRLF at its end, or null for the ordinary one.
         *
         * @param line a command without its line end, or the empty string for the greeting
         */
        String reply(String line);
    }

    private ScriptedServer(Supplier<Script> scripts) throws IOException {
        this.scripts = scripts;
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        daemon(this::listen);
    }

    /** Each session has a script of its own, which may remember what was said. */
    static ScriptedServer of(Supplier<Script> scripts) throws IOException {
        return new ScriptedServer(scripts);
    }

    /** All sessions answer alike. */
    static ScriptedServer answering(Script script) throws IOException {
        return new ScriptedServer(() -> script);
    }

    /** From a file with lines {@code regular expression => reply}, of which the first that matches counts. */
    public static ScriptedServer of(Path file) throws IOException {
        List<String> rules = new ArrayList<>(Files.readAllLines(file));
        return answering(line -> rules.stream()
            .filter(rule -> line.matches(rule.substring(0, rule.indexOf(RULE))))
            .map(rule -> rule.substring(rule.indexOf(RULE) + RULE.length()).replace("\\r\\n", "\r\n"))
            .findFirst().orElse(null));
    }

    /** {@code 127.0.0.1:port}. */
    public String target() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    int connections() {
        return connections.get();
    }

    /** Every message that was taken. */
    List<String> messages() {
        return List.copyOf(messages);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                connections.incrementAndGet();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the loop ends.
                continue;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            Script script = scripts.get();
            String reply = script.reply("");
            say(reply == null ? "220 mail.test.example ESMTP" : reply, out);
            for (String line = readLine(in); line != null && !CLOSE.equals(reply); line = readLine(in)) {
                reply = script.reply(line);
                if (reply == null) {
                    reply = ordinary(line);
                }
                if (reply.equals(CLOSE)) {
                    return;
                }
                say(reply, out);
                if (reply.startsWith("354")) {
                    reply = data(in, script);
                    say(reply, out);
                }
            }
        } catch (IOException e) {
            // The client has gone: nobody to answer.
            return;
        }
    }

    private static String ordinary(String line) {
        return line.equals("QUIT") ? "221 bye" : line.equals("DATA") ? "354 go on" : "250 OK";
    }

    private String data(InputStream in, Script script) throws IOException {
        StringBuilder message = new StringBuilder();
        for (String line = readLine(in); line != null && !line.equals("."); line = readLine(in)) {
            message.append(line).append('\n');
        }
        String reply = script.reply(".");
        if (reply == null || reply.startsWith("2")) {
            messages.add(message.toString());
        }
        return reply == null ? "250 queued" : reply;
    }

    private static void say(String reply, OutputStream out) throws IOException {
        if (!reply.equals(SILENCE)) {
            out.write((reply + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = -1;
        for (int octet = in.read(); octet != -1; octet = in.read()) {
            if (octet == '\n' && last == '\r') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.substring(0, text.length() - 1);
            }
            line.write(octet);
            last = octet;
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
