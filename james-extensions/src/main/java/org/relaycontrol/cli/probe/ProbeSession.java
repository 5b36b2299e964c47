package org.relaycontrol.cli.probe;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * One session with the server, brought into a situation, and the tests that are run in it. Not thread-safe.
 */
final class ProbeSession implements AutoCloseable {

    private static final int GREETING = 220;
    private static final int READY = 354;
    private static final int CHALLENGE = 334;
    private static final int AUTHENTICATED = 235;

    private final SmtpDialogue dialogue;
    private final ProbeSettings settings;
    private final Situation situation;
    private final ServerReply greeting;
    private ServerReply ehlo;

    private ProbeSession(SmtpDialogue dialogue, ProbeSettings settings, Situation situation) throws DialogueException {
        this.dialogue = dialogue;
        this.settings = settings;
        this.situation = situation;
        this.greeting = dialogue.read();
        this.ehlo = greeting;
    }

    /**
     * Connects and reads the greeting.
     *
     * @throws DialogueException if there is no server, or none that greets
     */
    static ProbeSession connect(InetSocketAddress server, ProbeSettings settings, Situation situation, Patience patience)
            throws DialogueException {
        SmtpDialogue dialogue = SmtpDialogue.connect(server, settings.source(), patience);
        try {
            return new ProbeSession(dialogue, settings, situation);
        } catch (DialogueException e) {
            dialogue.close();
            throw e;
        }
    }

    ServerReply greeting() {
        return greeting;
    }

    /** Whether the server refuses everything that follows. */
    boolean isRefused() {
        return greeting.code() != GREETING;
    }

    /**
     * Brings about the situation, as far as it lasts as long as the connection.
     *
     * @throws NotTriedException if that cannot be
     */
    void prepare() throws DialogueException, NotTriedException {
        hello();
        if (situation == Situation.STARTTLS || situation == Situation.FAILED_AUTH && offers("STARTTLS")) {
            startTls();
        }
        if (situation == Situation.FAILED_AUTH) {
            failToAuthenticate();
        }
    }

    private void hello() throws DialogueException, NotTriedException {
        String name = settings.helo() == null ? Literals.of(dialogue.localAddress()) : settings.helo();
        ehlo = dialogue.command("EHLO " + name);
        if (!ehlo.isPositive()) {
            ehlo = dialogue.command("HELO " + name);
        }
        if (!ehlo.isPositive()) {
            throw new NotTriedException("the server does not like " + name + ": " + ehlo);
        }
    }

    /** The server's name: of the greeting, else of the reply to EHLO, else its address literal. */
    String serverName(String literal) {
        for (ServerReply reply : List.of(greeting, ehlo)) {
            String first = reply.texts().get(0).strip().split("\\s+", 2)[0];
            if (Mailbox.isDomain(first)) {
                return first;
            }
        }
        return literal;
    }

    private boolean offers(String keyword) {
        return ehlo.texts().stream().skip(1).anyMatch(text -> text.toUpperCase(Locale.ROOT).split(" ", 2)[0].equals(keyword));
    }

    private void startTls() throws DialogueException, NotTriedException {
        if (!offers("STARTTLS")) {
            throw new NotTriedException("the server does not offer STARTTLS");
        }
        ServerReply reply = dialogue.command("STARTTLS");
        if (reply.code() != GREETING) {
            throw new NotTriedException("STARTTLS: " + reply);
        }
        dialogue.startTls();
        hello();
    }

    private void failToAuthenticate() throws DialogueException, NotTriedException {
        byte[] credentials = ("\0" + settings.user() + "\0" + settings.password()).getBytes(StandardCharsets.UTF_8);
        ServerReply reply = dialogue.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(credentials));
        if (reply.code() == CHALLENGE) {
            reply = dialogue.command("*");
        }
        if (reply.code() == AUTHENTICATED) {
            throw new NotTriedException("the server accepts the password of " + settings.user() + "; give one that it refuses");
        }
    }

    /**
     * Runs a test, and takes back what it leaves behind. After a test whose recipient may be several lines the session is over.
     *
     * @throws NotTriedException if the situation cannot be brought about
     */
    TestResult run(RelayTest test, String subject) throws DialogueException, NotTriedException {
        if (situation == Situation.RESET) {
            permitRecipient(settings.from().toString());
            command("RSET");
        }
        String smtpUtf8 = test.recipient().chars().anyMatch(c -> c > '~') && offers("SMTPUTF8") ? " SMTPUTF8" : "";
        ServerReply mail = command("MAIL FROM:<" + test.sender() + ">" + smtpUtf8);
        if (!mail.isPositive()) {
            command("RSET");
            return TestResult.of(test, situation, "MAIL", mail);
        }
        if (situation == Situation.PERMITTED) {
            permitNextRecipient();
        }
        if (test.mayBeSeveralLines()) {
            return runLines(test);
        }
        ServerReply rcpt = command("RCPT TO:<" + test.recipient() + ">");
        TestResult result = TestResult.of(test, situation, "", rcpt);
        if (rcpt.isPositive() && settings.send()) {
            return send(test, subject);
        }
        command("RSET");
        return result;
    }

    private void permitRecipient(String sender) throws DialogueException, NotTriedException {
        ServerReply mail = command("MAIL FROM:<" + sender + ">");
        if (!mail.isPositive()) {
            throw new NotTriedException("the server does not accept the sender " + sender + ": " + mail);
        }
        permitNextRecipient();
    }

    private void permitNextRecipient() throws DialogueException, NotTriedException {
        ServerReply rcpt = command("RCPT TO:<" + settings.permitted() + ">");
        if (!rcpt.isPositive()) {
            throw new NotTriedException("the server does not accept " + settings.permitted() + ": " + rcpt);
        }
    }

    /** The replies tell whether the server has read one line or several, and QUIT that there are no more of them. */
    private TestResult runLines(RelayTest test) throws DialogueException {
        ServerReply first = command("RCPT TO:<" + test.recipient() + ">");
        List<ServerReply> replies = new ArrayList<>(List.of(first));
        try {
            replies.addAll(dialogue.quit());
        } catch (DialogueException e) {
            if (first.isPositive()) {
                throw e;
            }
        }
        if (replies.size() == 1) {
            return TestResult.of(test, situation, "", first);
        }
        return TestResult.ofInjected(test, situation, replies.get(Math.min(test.line(), replies.size() - 1)));
    }

    private TestResult send(RelayTest test, String subject) throws DialogueException {
        ServerReply data = command("DATA");
        if (data.code() == READY) {
            data = command(ProbeMessage.of(settings, subject, test.sender()) + "\r\n.");
        }
        return TestResult.of(test, situation, "DATA", data);
    }

    private ServerReply command(String command) throws DialogueException {
        ServerReply reply = dialogue.command(command);
        if (reply.code() == 421) {
            throw new DialogueException("the server closes the connection: " + Printable.of(reply.toString()));
        }
        return reply;
    }

    /** Ends the session as a client should, if the server takes it. */
    void leave() {
        try {
            dialogue.quit();
        } catch (DialogueException e) {
            // It is over either way.
            return;
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        dialogue.close();
    }
}
