package org.relaycontrol.smtpclient;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.SmtpException.Stage;

/**
 * One connection to a server, on which transactions follow one another. Used by one thread at a time; {@link #abort()} and
 * {@link #abortIfStalled} by any.
 */
public final class SmtpConnection {

    /** RFC 2920 section 3.1 wants no more to be sent than the replies have room for: 50 of them fit any TCP buffer. */
    private static final int MAX_UNANSWERED = 50;
    /**
     * After so many refusals to {@link #ask} another connection is better: servers take them for a search for addresses, and slow down
     * (Postfix after 10) or close the connection (Exchange after 5).
     */
    private static final int MAX_REFUSALS = 5;
    /** The same for transactions without a message (Postfix: 100, counted by their RSET). */
    private static final int MAX_QUESTIONS = 50;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final List<String> GREETED = List.of("EHLO ", "HELO ");

    private final Peer peer;
    private final TlsSockets tls;
    private final Socket raw;
    private final Queue<Consumer<Reply>> awaited = new ArrayDeque<>();
    private ReplyReader replies;
    private OutputStream out;
    private Extensions extensions = Extensions.NONE;
    private boolean encrypted;
    private boolean usable = true;
    private int transactions;
    private int questions;
    private int refusals;
    private volatile long writingSince;

    private SmtpConnection(Peer peer, TlsSockets tls, Socket raw) throws IOException {
        this.peer = peer;
        this.tls = tls;
        this.raw = raw;
        this.replies = new ReplyReader(raw);
        this.out = output(raw);
    }

    /**
     * Connects, greets, encrypts and authenticates.
     *
     * @throws SmtpException if there is no connection then
     */
    static SmtpConnection open(Peer peer, TlsSockets tls) throws SmtpException {
        Socket socket = new Socket();
        boolean ready = false;
        try {
            SmtpConnection connection = connect(peer, tls, socket);
            connection.begin();
            ready = true;
            return connection;
        } finally {
            if (!ready) {
                close(socket);
            }
        }
    }

    private static SmtpConnection connect(Peer peer, TlsSockets tls, Socket socket) throws SmtpException {
        try {
            socket.setTcpNoDelay(true);
            if (peer.localAddress() != null) {
                socket.bind(new InetSocketAddress(peer.localAddress(), 0));
            }
            socket.connect(peer.address(), millis(peer.connectTimeout()));
            return new SmtpConnection(peer, tls, socket);
        } catch (IOException e) {
            throw SmtpException.of(Stage.CONNECT, e);
        }
    }

    private static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, duration.toMillis()));
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // What matters is that nothing more is sent, and nothing is.
        }
    }

    private OutputStream output(Socket socket) throws IOException {
        OutputStream direct = socket.getOutputStream();
        return new BufferedOutputStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                writingSince = System.nanoTime() | 1;
                try {
                    direct.write(bytes, offset, length);
                } finally {
                    writingSince = 0;
                }
            }
        }, BUFFER_BYTES);
    }

    private void begin() throws SmtpException {
        try {
            if (peer.smtps()) {
                encrypt();
            }
            Reply greeting = replies.read(peer.timeout());
            if (!greeting.isPositive()) {
                throw new SmtpException(Stage.CONNECT, greeting);
            }
            sayHello();
            if (!peer.smtps() && peer.tls() != Tls.NONE) {
                startTls();
            }
            authenticate();
        } catch (IOException e) {
            throw SmtpException.of(Stage.CONNECT, e);
        }
    }

    /** RFC 5321 section 4.1.1.1: a server that does not know EHLO may know HELO. */
    private void sayHello() throws IOException {
        Reply reply = say(GREETED.get(0) + peer.heloName());
        if (reply.isPositive()) {
            extensions = Extensions.of(reply);
            return;
        }
        extensions = Extensions.NONE;
        Reply second = reply.isPermanent() ? say(GREETED.get(1) + peer.heloName()) : reply;
        if (!second.isPositive()) {
            throw new SmtpException(Stage.CONNECT, second);
        }
    }

    private void startTls() throws IOException {
        boolean required = peer.tls() != Tls.OPPORTUNISTIC;
        if (!extensions.has("STARTTLS")) {
            if (required) {
                throw new SmtpException(Stage.TLS, "TLS is required and the server does not offer STARTTLS");
            }
            return;
        }
        Reply reply = say("STARTTLS");
        if (reply.isPositive()) {
            if (replies.hasUnread()) {
                // Whoever sits on the line could have said it in the server's name.
                throw new SmtpException(Stage.TLS, "the server says more before TLS begins");
            }
            encrypt();
            sayHello();
        } else if (required || reply.isClosing()) {
            throw new SmtpException(Stage.TLS, reply);
        }
    }

    private void encrypt() throws SmtpException {
        try {
            Socket secure = tls.secure(raw, peer.name(), peer.address().getPort(), peer.tls() == Tls.REQUIRED_VERIFIED,
                millis(peer.timeout()));
            replies = new ReplyReader(secure);
            out = output(secure);
            encrypted = true;
        } catch (IOException e) {
            throw SmtpException.of(Stage.TLS, e);
        }
    }

    /** A server that offers no AUTH may know us by our address; one that does not will say so. */
    private void authenticate() throws IOException {
        String username = peer.username();
        String password = peer.password();
        if (username != null && password != null && extensions.has("AUTH")) {
            new Authentication(username, password).run(extensions.mechanisms(), encrypted, this::say);
        }
    }

    private Reply say(String line) throws IOException {
        write(line);
        out.flush();
        return read();
    }

    private void write(String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private Reply read() throws IOException {
        Reply reply = replies.read(peer.timeout());
        usable = usable && !reply.isClosing();
        return reply;
    }

    /** Whether notifications asked for are passed on (RFC 3461), rather than ours to send. */
    public boolean offersDsn() {
        return extensions.has("DSN");
    }

    /** Whether it is encrypted. */
    boolean isEncrypted() {
        return encrypted;
    }

    /** Whether another transaction may be tried. */
    boolean isUsable() {
        return usable && refusals < MAX_REFUSALS && questions < MAX_QUESTIONS;
    }

    Peer peer() {
        return peer;
    }

    /** Whether the server has said something unasked, which can only be that it closes. */
    boolean hasUnread() {
        try {
            return replies.hasUnread() || raw.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Sends a message.
     *
     * @return the answer for each recipient, in order: to it alone if that refuses it, else to the message
     * @throws SmtpException if the sender is refused, or the connection breaks; the connection is of no further use in the latter case
     */
    public List<Reply> send(Transaction transaction) throws SmtpException {
        Conversation conversation = new Conversation(transaction);
        transactions++;
        try {
            return conversation.run();
        } catch (SmtpException e) {
            usable = usable && e.reply().isPresent();
            throw e;
        } catch (IOException e) {
            usable = false;
            throw SmtpException.of(conversation.ended ? Stage.END_OF_DATA : Stage.TRANSACTION, e);
        } finally {
            awaited.clear();
        }
    }

    /**
     * Asks whether the server would take a message from the null sender for a recipient, and sends none.
     *
     * @return the answer to RCPT
     * @throws SmtpException if the sender is refused, or the connection breaks; the connection is of no further use then
     */
    public Reply ask(Transaction.Recipient recipient) throws SmtpException {
        if (recipient.isInternational() && !extensions.has("SMTPUTF8")) {
            return refusesInternational();
        }
        List<Reply> answers = new ArrayList<>();
        questions++;
        try {
            issue(recipient.isInternational() ? "MAIL FROM:<> SMTPUTF8" : "MAIL FROM:<>", answers::add);
            issue(recipient.command(false), answers::add);
            issue("RSET", answers::add);
            readAwaited();
        } catch (IOException e) {
            usable = false;
            throw SmtpException.of(Stage.TRANSACTION, e);
        } finally {
            awaited.clear();
        }
        if (!answers.get(0).isPositive()) {
            usable = false;
            throw new SmtpException(Stage.SENDER, answers.get(0));
        }
        usable = answers.get(2).isPositive();
        refusals += answers.get(1).isPositive() ? 0 : 1;
        return answers.get(1);
    }

    /** RFC 6531 section 3.5: what the server cannot take is not sent to it. */
    private Reply refusesInternational() {
        return new Reply(553, List.of("5.6.7 the address needs SMTPUTF8, which " + peer + " does not offer"));
    }

    /** Sends a command, and reads replies as soon as the server is owed no more commands than it takes in a row. */
    private void issue(String command, Consumer<Reply> whenAnswered) throws IOException {
        write(command);
        awaited.add(whenAnswered);
        if (awaited.size() >= (extensions.has("PIPELINING") ? MAX_UNANSWERED : 1)) {
            readAwaited();
        }
    }

    private void readAwaited() throws IOException {
        out.flush();
        for (Consumer<Reply> next = awaited.poll(); next != null; next = awaited.poll()) {
            Reply reply = read();
            if (reply.isClosing()) {
                throw new SmtpException(Stage.TRANSACTION, reply);
            }
            next.accept(reply);
        }
    }

    /** One transaction. */
    private final class Conversation {

        private final Transaction transaction;
        private final @Nullable Reply[] answers;
        private @Nullable Reply senderAnswer;
        private @Nullable Reply dataAnswer;
        private boolean ended;

        private Conversation(Transaction transaction) {
            this.transaction = transaction;
            this.answers = new Reply[transaction.recipients().size()];
        }

        private List<Reply> run() throws IOException {
            refuseInternational();
            if (isAnyPending()) {
                Content content = content();
                sendEnvelope(content);
                sendContent(content);
            }
            List<Reply> all = new ArrayList<>();
            for (Reply answer : answers) {
                if (answer == null) {
                    throw new IllegalStateException("a recipient without an answer");
                }
                all.add(answer);
            }
            return all;
        }

        private void refuseInternational() {
            if (!extensions.has("SMTPUTF8")) {
                Reply refusal = refusesInternational();
                for (int i = 0; i < answers.length; i++) {
                    if (transaction.hasInternationalSender() || transaction.recipients().get(i).isInternational()) {
                        answers[i] = refusal;
                    }
                }
            }
        }

        private boolean isAnyPending() {
            return Arrays.asList(answers).contains(null);
        }

        private Content content() throws IOException {
            Content content = transaction.content();
            return content.isEightBit() && !extensions.has("8BITMIME") ? content.toSevenBit() : content;
        }

        private void sendEnvelope(Content content) throws IOException {
            if (transactions > 1) {
                // Whatever it answers: what the connection is good for, MAIL will show.
                issue("RSET", answer -> { });
            }
            issue(mail(content), answer -> senderAnswer = answer);
            for (int i = 0; i < answers.length && !isSenderRefused(); i++) {
                if (answers[i] == null) {
                    int recipient = i;
                    issue(transaction.recipients().get(i).command(offersDsn()), answer -> answers[recipient] = answer);
                }
            }
            if (!awaited.isEmpty() || isAnyAccepted()) {
                issue("DATA", answer -> dataAnswer = answer);
            }
            readAwaited();
        }

        private String mail(Content content) {
            StringBuilder command = new StringBuilder("MAIL FROM:<").append(transaction.sender()).append('>');
            if (extensions.has("SIZE")) {
                command.append(" SIZE=").append(content.size());
            }
            if (extensions.has("8BITMIME") && content.isEightBit()) {
                command.append(" BODY=8BITMIME");
            }
            if (extensions.has("SMTPUTF8") && isInternational()) {
                command.append(" SMTPUTF8");
            }
            if (offersDsn()) {
                transaction.ret().ifPresent(ret -> command.append(" RET=").append(ret));
                transaction.envelopeId().ifPresent(id -> command.append(" ENVID=").append(id));
            }
            return command.toString();
        }

        private boolean isInternational() {
            return transaction.hasInternationalSender()
                || transaction.recipients().stream().anyMatch(Transaction.Recipient::isInternational);
        }

        private boolean isSenderRefused() {
            return senderAnswer != null && !senderAnswer.isPositive();
        }

        private boolean isAnyAccepted() {
            return !isSenderRefused() && Arrays.stream(answers).anyMatch(answer -> answer != null && answer.isPositive());
        }

        private void sendContent(Content content) throws IOException {
            boolean invited = dataAnswer != null && dataAnswer.isIntermediate();
            if (!isAnyAccepted()) {
                if (invited) {
                    // RFC 2920 section 3.1: DATA went out before we knew.
                    new MessageOutput(out).finish();
                    read();
                }
                if (senderAnswer != null && !senderAnswer.isPositive()) {
                    throw new SmtpException(Stage.SENDER, senderAnswer);
                }
                return;
            }
            settleAccepted(invited ? answerToMessage(content) : refusal(dataAnswer));
        }

        private Reply answerToMessage(Content content) throws IOException {
            MessageOutput message = new MessageOutput(out);
            content.writeTo(message);
            ended = true;
            message.finish();
            return read();
        }

        private Reply refusal(@Nullable Reply answer) throws IOException {
            if (answer == null || answer.isPositive()) {
                throw new IOException("no answer to DATA that makes sense: " + answer);
            }
            return answer;
        }

        private void settleAccepted(Reply answer) {
            for (int i = 0; i < answers.length; i++) {
                Reply own = answers[i];
                if (own == null || own.isPositive()) {
                    answers[i] = answer;
                }
            }
        }
    }

    /** Says goodbye without waiting for the answer, as Postfix does, and closes. */
    void close() {
        if (usable) {
            try {
                write("QUIT");
                out.flush();
            } catch (IOException e) {
                // Nobody there to say goodbye to.
            }
        }
        abort();
    }

    /** Closes at once. Whoever waits for the server learns that the connection is broken. */
    void abort() {
        close(raw);
    }

    /** Aborts if the server has not taken what is being written for longer than it may. */
    void abortIfStalled() {
        long since = writingSince;
        if (since != 0 && System.nanoTime() - since > peer.timeout().toNanos()) {
            abort();
        }
    }
}
