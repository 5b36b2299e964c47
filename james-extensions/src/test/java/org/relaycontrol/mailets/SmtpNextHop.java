package org.relaycontrol.mailets;

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
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/** A next hop on a loopback address that answers as told and remembers what it took. */
public final class SmtpNextHop implements AutoCloseable {

    /** The reply that never comes. */
    public static final String SILENCE = "";
    /** The connection is closed instead of a reply. */
    public static final String DROP = "drop";
    /** In the answer to EHLO, all there is in a stock one. */
    private static final List<String> EXTENSIONS = List.of("8BITMIME", "DSN", "SIZE 1000000");

    private final ServerSocket server;
    private final Map<String, String> replies = new ConcurrentHashMap<>();
    private final Queue<Message> messages = new ConcurrentLinkedQueue<>();
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private volatile List<String> extensions = EXTENSIONS;
    private volatile @Nullable SSLContext tls;
    private volatile boolean smtps;
    private volatile @Nullable String password;
    private volatile String mechanism = "PLAIN";
    private volatile int maxRecipients = Integer.MAX_VALUE;
    private volatile int maxMessages = Integer.MAX_VALUE;
    private volatile String replyToMoreMessages = "";
    private final AtomicInteger serving = new AtomicInteger();
    private final Queue<String> clients = new ConcurrentLinkedQueue<>();

    /** A message taken with 250. */
    public static final class Message {

        public final String sender;
        public final List<String> recipients;
        public final String text;
        public final boolean encrypted;

        private Message(String sender, List<String> recipients, String text, boolean encrypted) {
            this.sender = sender;
            this.recipients = List.copyOf(recipients);
            this.text = text;
            this.encrypted = encrypted;
        }
    }

    public SmtpNextHop(String address, int port) throws IOException {
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        Thread thread = new Thread(this::listen, "next-hop-" + server.getLocalPort());
        thread.setDaemon(true);
        thread.start();
    }

    public static SmtpNextHop on(String address) throws IOException {
        return new SmtpNextHop(address, 0);
    }

    /** Where nobody listens. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Answers a command ("MAIL", "greeting", "DATA", "end of data", "EHLO"), a recipient, or all others ("RCPT"), from now on. */
    public SmtpNextHop answering(String what, String reply) {
        replies.put(what, reply);
        return this;
    }

    /** Offers STARTTLS. */
    public SmtpNextHop offering(SSLContext context) {
        tls = context;
        return this;
    }

    /** Offers TLS before the greeting. */
    public SmtpNextHop offeringSmtps(SSLContext context) {
        tls = context;
        smtps = true;
        return this;
    }

    /** Offers AUTH PLAIN and asks for it. */
    public SmtpNextHop asking(String secret) {
        return asking(secret, "PLAIN");
    }

    /** Offers one mechanism of AUTH and asks for it. */
    public SmtpNextHop asking(String secret, String offered) {
        password = secret;
        mechanism = offered;
        return this;
    }

    /** Offers these extensions, besides STARTTLS and AUTH, in place of 8BITMIME, DSN and SIZE. */
    public SmtpNextHop extending(String... keywords) {
        extensions = List.of(keywords);
        return this;
    }

    /** Takes so many recipients in a transaction, and no more. */
    public SmtpNextHop takingAtMost(int recipients) {
        maxRecipients = recipients;
        return this;
    }

    /** Takes so many messages on a connection, and answers the next MAIL so. */
    public SmtpNextHop takingMessages(int messagesOfAConnection, String replyToMore) {
        maxMessages = messagesOfAConnection;
        replyToMoreMessages = replyToMore;
        return this;
    }

    /** How many connections there are now. */
    public int openConnections() {
        return serving.get();
    }

    /** The addresses that have connected, in order. */
    public List<String> clients() {
        return List.copyOf(clients);
    }

    /** The recipients of all commands, in order. */
    public List<String> asked() {
        List<String> asked = new ArrayList<>();
        commands.stream().filter(command -> command.startsWith("RCPT TO:<"))
            .forEach(command -> asked.add(command.substring("RCPT TO:<".length(), command.indexOf('>'))));
        return asked;
    }

    /** How often a transaction was begun. */
    public int transactions() {
        return (int) commands.stream().filter(command -> command.startsWith("MAIL ")).count();
    }

    /** Closes the connections there are, as a server does that has waited for too long. */
    public void closeConnections() throws IOException {
        for (Socket socket = open.poll(); socket != null; socket = open.poll()) {
            socket.close();
        }
    }

    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The recipients of all messages, in order. */
    public List<String> recipients() {
        List<String> all = new ArrayList<>();
        messages.forEach(message -> all.addAll(message.recipients));
        return all;
    }

    public List<String> commands() {
        return List.copyOf(commands);
    }

    public int connections() {
        return connections.get();
    }

    private void listen() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                clients.add(socket.getInetAddress().getHostAddress());
                connections.incrementAndGet();
                open.add(socket);
                Thread thread = new Thread(() -> serve(socket), "next-hop-session");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket socket) {
        serving.incrementAndGet();
        try (Socket connection = socket) {
            new Session(connection).run();
        } catch (IOException e) {
            // The client has gone, or TLS failed: nobody to answer.
        } finally {
            serving.decrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** One connection. */
    private final class Session {

        private Socket socket;
        private BufferedReader in;
        private OutputStream out;
        private boolean encrypted;
        private boolean authenticated;
        private int taken;
        private String sender = "";
        private final List<String> recipients = new ArrayList<>();

        private Session(Socket socket) throws IOException {
            use(socket);
        }

        private void use(Socket next) throws IOException {
            socket = next;
            in = new BufferedReader(new InputStreamReader(next.getInputStream(), StandardCharsets.ISO_8859_1));
            out = next.getOutputStream();
        }

        private void say(String reply) throws IOException {
            if (reply.equals(SILENCE)) {
                return;
            }
            if (reply.equals(DROP)) {
                socket.close();
                return;
            }
            out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        private String reply(String what, String byDefault) {
            return replies.getOrDefault(what, byDefault);
        }

        private void run() throws IOException {
            if (smtps) {
                encrypt();
            }
            say(reply("greeting", "220 next.hop ESMTP"));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
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
                        rcpt(line);
                        break;
                    case "DATA":
                        data();
                        break;
                    case "RSET":
                        recipients.clear();
                        say("250 2.0.0 ok");
                        break;
                    case "QUIT":
                        say("221 bye");
                        return;
                    default:
                        say("250 ok");
                }
            }
        }

        private void ehlo() throws IOException {
            StringBuilder text = new StringBuilder("250-next.hop\r\n");
            if (tls != null && !encrypted) {
                text.append("250-STARTTLS\r\n");
            }
            if (password != null) {
                text.append("250-AUTH ").append(mechanism).append("\r\n");
            }
            extensions.forEach(keyword -> text.append("250-").append(keyword).append("\r\n"));
            say(reply("EHLO", text + "250 HELP"));
        }

        private void startTls() throws IOException {
            String reply = reply("STARTTLS", "220 go ahead");
            say(reply);
            if (reply.startsWith("220")) {
                encrypt();
            }
        }

        private void encrypt() throws IOException {
            SSLContext context = Objects.requireNonNull(tls);
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
            secure.setUseClientMode(false);
            secure.startHandshake();
            use(secure);
            encrypted = true;
        }

        private void authenticate(String line) throws IOException {
            String[] fields = line.split(" ");
            String given;
            switch (fields[1]) {
                case "PLAIN":
                    given = decode(fields[2]);
                    authenticated = given.endsWith("\0user\0" + password);
                    break;
                case "LOGIN":
                    say("334 VXNlcm5hbWU6");
                    given = decode(in.readLine());
                    say("334 UGFzc3dvcmQ6");
                    authenticated = given.equals("user") && decode(in.readLine()).equals(password);
                    break;
                default:
                    // The example of RFC 2195.
                    say("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+");
                    authenticated = decode(in.readLine()).equals(password);
                    break;
            }
            say(reply("AUTH", authenticated ? "235 2.7.0 welcome" : "535 5.7.8 wrong password"));
        }

        private String decode(String base64) {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        }

        private void mail(String line) throws IOException {
            sender = address(line);
            recipients.clear();
            if (taken >= maxMessages) {
                say(replyToMoreMessages);
                return;
            }
            say(password != null && !authenticated ? "530 5.7.0 authenticate first" : reply("MAIL", "250 2.1.0 ok"));
        }

        private void rcpt(String line) throws IOException {
            String recipient = address(line);
            String reply = reply(recipient, reply("RCPT", "250 2.1.5 ok"));
            if (reply.startsWith("2") && recipients.size() >= maxRecipients) {
                reply = "452 4.5.3 too many recipients";
            }
            if (reply.startsWith("2")) {
                recipients.add(recipient);
            }
            say(reply);
        }

        private void data() throws IOException {
            String go = reply("DATA", "354 go ahead");
            say(go);
            if (!go.startsWith("354")) {
                return;
            }
            StringBuilder text = new StringBuilder();
            for (String line = in.readLine(); line != null && !".".equals(line); line = in.readLine()) {
                text.append(line).append('\n');
            }
            String end = reply("end of data", "250 2.0.0 queued as 42");
            if (end.startsWith("2")) {
                taken++;
                messages.add(new Message(sender, recipients, text.toString(), encrypted));
            }
            say(end);
        }

        private String address(String line) {
            return line.substring(line.indexOf('<') + 1, line.indexOf('>'));
        }
    }
}
