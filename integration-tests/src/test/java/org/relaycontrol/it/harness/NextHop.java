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
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A next hop of the server under test: an SMTP server that accepts every mail and keeps it, unless it is told to answer some command
 * otherwise, to encrypt or to ask for credentials. It can be stopped and started again on its port.
 */
public final class NextHop implements AutoCloseable {
    /** In the place of a command: the moment a client connects, which the greeting answers. */
    public static final String CONNECT = "(connect)";
    /** In the place of a command: the line that ends a message. */
    public static final String END_OF_DATA = ".";
    /** In the place of a reply: none, while the connection stays open. */
    public static final String SILENCE = "(silence)";
    /** In the place of a reply: the connection is closed. */
    public static final String CUT = "(cut)";
    /** In the place of the reply to the end of data: the mail is taken, and the connection closed before the reply. */
    public static final String TAKE_AND_CUT = "(take and cut)";

    private final InetAddress address;
    private final Consumer<ReceivedMail> listener;
    private final List<Script> scripts = new CopyOnWriteArrayList<>();
    private final Queue<ReceivedMail> mails = new ConcurrentLinkedQueue<>();
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final ReadWriteLock taking = new ReentrantReadWriteLock();
    private final Set<Socket> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Optional<SSLContext> tls = Optional.empty();
    private volatile boolean implicitTls;
    private volatile Optional<String> credentials = Optional.empty();
    private volatile ServerSocket server;
    private volatile Thread acceptor;
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
     * @param listener told each mail before the client is told that it has been accepted
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

    /** Offers STARTTLS from now on. */
    public NextHop offerTls(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    /** Begins TLS as soon as a client connects from now on, without STARTTLS. */
    public NextHop speakTls(SSLContext context) {
        implicitTls = true;
        return offerTls(context);
    }

    /** Takes mail from this user only from now on; AUTH PLAIN is offered, encrypted or not. */
    public NextHop requireUser(String user, String password) {
        credentials = Optional.of("\0" + user + "\0" + password);
        return this;
    }

    /**
     * Answers every command that begins with this text, case aside, with this reply line, until {@link #obey()}. Of several that match
     * the first one counts.
     *
     * @param command or {@link #CONNECT}, {@link #END_OF_DATA}
     * @param reply or {@link #SILENCE}, {@link #CUT}, {@link #TAKE_AND_CUT}
     */
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

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** Takes no mail any more, for good, and returns when the client has been told of every mail that was taken. */
    public void freeze() {
        taking.writeLock().lock();
    }

    /** Closes the listening port and every session: when it returns, connections are refused, and the port is free for others. */
    public synchronized void stop() {
        try {
            server.close();
            for (Socket session : sessions) {
                session.close();
            }
            // Until its last call has returned, the system takes the port for used.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Listens again on the same port, after {@link #stop()}, as soon as nobody else has it. */
    public synchronized void restart() {
        server = RelayServer.await(this::listenAgain, Optional::isPresent, () -> "port " + port + " to be free").orElseThrow();
    }

    private Optional<ServerSocket> listenAgain() {
        try {
            return Optional.of(listen(port));
        } catch (UncheckedIOException e) {
            // On a busy machine somebody's connection has got the port meanwhile.
            return Optional.empty();
        }
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
            acceptor = daemon(() -> acceptAll(listening));
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

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "next-hop");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void serve(Socket socket) {
        sessions.add(socket);
        connections.incrementAndGet();
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
        private final boolean encrypted;

        ReceivedMail(String sender, List<String> recipients, String text, boolean encrypted) {
            this.sender = sender;
            this.recipients = List.copyOf(recipients);
            this.text = text;
            this.encrypted = encrypted;
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

        /** Whether it came over TLS. */
        public boolean isEncrypted() {
            return encrypted;
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
        private Socket socket;
        private BufferedReader in;
        private OutputStream out;
        private boolean encrypted;
        private boolean authenticated;
        private String sender = "";
        private final List<String> recipients = new ArrayList<>();

        Session(Socket socket) throws IOException {
            use(socket);
        }

        private void use(Socket connected) throws IOException {
            this.socket = connected;
            this.in = new BufferedReader(new InputStreamReader(connected.getInputStream(), StandardCharsets.ISO_8859_1));
            this.out = connected.getOutputStream();
        }

        void run() throws IOException {
            if (implicitTls) {
                encrypt();
            }
            reply(scripted(CONNECT, "220 next-hop.test.example"));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                Optional<String> script = script(line);
                if (script.isPresent()) {
                    reply(script.get());
                } else {
                    obey(line);
                }
                if (line.equalsIgnoreCase("QUIT")) {
                    return;
                }
            }
        }

        private Optional<String> script(String line) {
            return scripts.stream().filter(script -> script.matches(line)).map(script -> script.reply).findFirst();
        }

        private String scripted(String command, String otherwise) {
            return script(command).orElse(otherwise);
        }

        private void obey(String line) throws IOException {
            String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
            switch (verb) {
                case "EHLO":
                    ehlo();
                    break;
                case "STARTTLS":
                    startTls();
                    break;
                case "AUTH":
                    authenticate(line);
                    break;
                case "MAIL":
                    mail(line);
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

        private void ehlo() throws IOException {
            String starttls = tls.isPresent() && !encrypted ? "250-STARTTLS\r\n" : "";
            String auth = credentials.isPresent() ? "250-AUTH PLAIN\r\n" : "";
            reply("250-next-hop.test.example\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n" + starttls + auth + "250 DSN");
        }

        private void startTls() throws IOException {
            if (tls.isEmpty() || encrypted) {
                reply("502 5.5.1 No TLS");
                return;
            }
            reply("220 2.0.0 Go on");
            encrypt();
        }

        private void encrypt() throws IOException {
            SSLSocket secure = (SSLSocket) tls.orElseThrow().getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
            secure.setUseClientMode(false);
            secure.startHandshake();
            use(secure);
            encrypted = true;
        }

        private void authenticate(String line) throws IOException {
            String[] words = line.split(" ");
            byte[] response = words.length == 3 && words[1].equals("PLAIN") ? Base64.getDecoder().decode(words[2]) : new byte[0];
            authenticated = credentials.filter(new String(response, StandardCharsets.UTF_8)::endsWith).isPresent();
            reply(authenticated ? "235 2.7.0 Welcome" : "535 5.7.8 Authentication credentials invalid");
        }

        private void mail(String line) throws IOException {
            sender = path(line);
            recipients.clear();
            reply(credentials.isPresent() && !authenticated ? "530 5.7.0 Authentication required" : "250 2.1.0 OK");
        }

        private void data() throws IOException {
            if (recipients.isEmpty()) {
                reply("554 5.5.1 No valid recipients");
                return;
            }
            reply("354 Go on");
            StringBuilder text = new StringBuilder();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(END_OF_DATA)) {
                    end(new ReceivedMail(sender, recipients, text.toString(), encrypted));
                    return;
                }
                text.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
            }
        }

        private void end(ReceivedMail mail) throws IOException {
            String reply = scripted(END_OF_DATA, "250 2.6.0 OK");
            taking.readLock().lock();
            try {
                if (reply.startsWith("2") || reply.equals(TAKE_AND_CUT)) {
                    mails.add(mail);
                    listener.accept(mail);
                }
                reply(reply);
            } finally {
                taking.readLock().unlock();
            }
        }

        private String path(String line) {
            int open = line.indexOf('<');
            int close = line.indexOf('>', open);
            return line.substring(open + 1, close);
        }

        private void reply(String line) throws IOException {
            if (line.equals(CUT) || line.equals(TAKE_AND_CUT)) {
                socket.close();
            } else if (!line.equals(SILENCE)) {
                out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        }
    }
}
