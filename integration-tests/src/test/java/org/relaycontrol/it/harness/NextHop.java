package org.relaycontrol.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A next hop of the server under test: an SMTP server that accepts every mail and keeps it, unless it is told to answer some command
 * otherwise. It can be stopped and started again on its port.
 */
public final class NextHop implements AutoCloseable {
    private final InetAddress address;
    private final Consumer<ReceivedMail> listener;
    private final List<Script> scripts = new CopyOnWriteArrayList<>();
    private final List<ReceivedMail> mails = new CopyOnWriteArrayList<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final Set<Socket> sessions = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;
    private final int port;

    private NextHop(InetAddress address, int port, Consumer<ReceivedMail> listener) {
        this.address = address;
        this.listener = listener;
        this.server = listen(port);
        this.port = server.getLocalPort();
    }

    /** Listens on a free port of 127.0.0.1. */
    public static NextHop listening() {
        return listening("127.0.0.1");
    }

    /** Listens on a free port of a loopback address. */
    public static NextHop listening(String address) {
        return listening(address, 0, mail -> { });
    }

    /**
     * Listens on a port of a loopback address.
     *
     * @param port 0 picks a free one
     * @param listener told each mail when it has been accepted, on a thread of its own
     */
    public static NextHop listening(String address, int port, Consumer<ReceivedMail> listener) {
        try {
            return new NextHop(InetAddress.getByName(address), port, listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Answers every command that begins with this text, case aside, with this reply line, until {@link #obey()}. */
    public NextHop answer(String command, String reply) {
        scripts.add(new Script(command, reply));
        return this;
    }

    /** Forgets what {@link #answer} said: every command succeeds again. */
    public NextHop obey() {
        scripts.clear();
        return this;
    }

    /** The mails accepted so far, oldest first. */
    public List<ReceivedMail> mails() {
        return List.copyOf(mails);
    }

    /** The command lines received so far, oldest first. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /** Closes the listening port and every session: connections are refused from now on. */
    public synchronized void stop() {
        try {
            server.close();
            for (Socket session : sessions) {
                session.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Listens again on the same port, after {@link #stop()}. */
    public synchronized void restart() {
        server = listen(port);
    }

    @Override
    public void close() {
        stop();
    }

    private ServerSocket listen(int wanted) {
        try {
            ServerSocket listening = new ServerSocket();
            listening.setReuseAddress(true);
            listening.bind(new InetSocketAddress(address, wanted));
            daemon(() -> acceptAll(listening));
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptAll(ServerSocket listening) {
        while (true) {
            try {
                Socket socket = listening.accept();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                // Stopped.
                return;
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "next-hop");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket socket) {
        sessions.add(socket);
        try (socket) {
            new Session(socket).run();
        } catch (IOException e) {
            // The client went away, or the next hop was stopped: either is part of some test.
            return;
        } finally {
            sessions.remove(socket);
        }
    }

    /** A mail that was accepted: the envelope and the text with LF line ends. */
    public static final class ReceivedMail {
        private final String sender;
        private final List<String> recipients;
        private final String text;

        ReceivedMail(String sender, List<String> recipients, String text) {
            this.sender = sender;
            this.recipients = List.copyOf(recipients);
            this.text = text;
        }

        /** Empty for the null sender. */
        public String sender() {
            return sender;
        }

        public List<String> recipients() {
            return recipients;
        }

        public String text() {
            return text;
        }

        public String subject() {
            return text.lines().filter(line -> line.startsWith("Subject: ")).map(line -> line.substring(9)).findFirst().orElse("");
        }
    }

    private static final class Script {
        private final String command;
        private final String reply;

        Script(String command, String reply) {
            this.command = command;
            this.reply = reply;
        }

        boolean matches(String line) {
            return line.regionMatches(true, 0, command, 0, command.length());
        }
    }

    private final class Session {
        private final BufferedReader in;
        private final OutputStream out;
        private String sender = "";
        private final List<String> recipients = new ArrayList<>();

        Session(Socket socket) throws IOException {
            this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            this.out = socket.getOutputStream();
        }

        void run() throws IOException {
            reply("220 next-hop.test.example");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                String reply = scripted(line);
                if (reply == null) {
                    obey(line);
                } else {
                    reply(reply);
                }
                if (line.equalsIgnoreCase("QUIT")) {
                    return;
                }
            }
        }

        private String scripted(String line) {
            return scripts.stream().filter(script -> script.matches(line)).map(script -> script.reply).findFirst().orElse(null);
        }

        private void obey(String line) throws IOException {
            String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
            switch (verb) {
                case "EHLO":
                    reply("250-next-hop.test.example\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN");
                    break;
                case "MAIL":
                    sender = path(line);
                    recipients.clear();
                    reply("250 2.1.0 OK");
                    break;
                case "RCPT":
                    recipients.add(path(line));
                    reply("250 2.1.5 OK");
                    break;
                case "DATA":
                    data();
                    break;
                case "RSET":
                    recipients.clear();
                    reply("250 2.0.0 OK");
                    break;
                case "QUIT":
                    reply("221 2.0.0 Bye");
                    break;
                default:
                    reply("250 2.0.0 OK");
                    break;
            }
        }

        private void data() throws IOException {
            if (recipients.isEmpty()) {
                reply("554 5.5.1 No valid recipients");
                return;
            }
            reply("354 Go on");
            StringBuilder text = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(".")) {
                    String reply = scripted(".");
                    if (reply == null) {
                        ReceivedMail mail = new ReceivedMail(sender, recipients, text.toString());
                        mails.add(mail);
                        listener.accept(mail);
                        reply = "250 2.6.0 OK";
                    }
                    reply(reply);
                    return;
                }
                text.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
            }
        }

        private String path(String line) {
            int open = line.indexOf('<');
            int close = line.indexOf('>', open);
            return line.substring(open + 1, close);
        }

        private void reply(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }
}
