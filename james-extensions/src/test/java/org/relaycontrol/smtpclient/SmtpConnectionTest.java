package org.relaycontrol.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.mailets.SmtpNextHop;
import org.relaycontrol.mailets.TestTls;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.SmtpException.Stage;

/** The client's part of conversations, line by line. */
class SmtpConnectionTest {

    private static final String ME = "me.example";
    private static final String HOP = "hop.example";
    private static final Content HELLO = new Text("Subject: Hello\r\n\r\nHow are you?\r\n");

    @TempDir
    static Path directory;
    private static SSLContext certificate;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestTls.selfSigned(directory, HOP);
    }

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private Dialogue dialogue(String... script) throws IOException {
        Dialogue dialogue = Dialogue.of(certificate, script);
        open.add(dialogue);
        return dialogue;
    }

    /** After a greeting, with these extensions. */
    private Dialogue dialogueWith(String extensions, String... script) throws IOException {
        return dialogue(Stream.of(Stream.of("S: 220 hop", "C: EHLO me.example", "S: 250-hop"),
                Stream.of(extensions.split(",")).filter(keyword -> !keyword.isEmpty()).map(keyword -> "S: 250-" + keyword),
                Stream.of("S: 250 HELP"), Stream.of(script))
            .flatMap(lines -> lines).toArray(String[]::new));
    }

    private static Peer.Builder peer(Dialogue server) throws UnknownHostException {
        return Peer.builder(HOP, InetAddress.getByName("127.0.0.1"), server.port(), ME)
            .timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    private SmtpConnection connect(Peer peer) throws SmtpException {
        SmtpConnection connection = SmtpConnection.open(peer, TlsSockets.of(certificate));
        open.add(connection::abort);
        return connection;
    }

    private SmtpConnection connect(Dialogue server) throws Exception {
        return connect(peer(server).build());
    }

    private SmtpException failure(Peer peer) {
        return catchThrowableOfType(SmtpException.class, () -> connect(peer));
    }

    private static SmtpException failure(SmtpConnection connection, Transaction transaction) {
        return catchThrowableOfType(SmtpException.class, () -> connection.send(transaction));
    }

    private static Transaction to(String... recipients) {
        return to(HELLO, recipients);
    }

    private static Transaction to(Content content, String... recipients) {
        return new Transaction("a@me.example", Stream.of(recipients).map(Transaction.Recipient::new).collect(Collectors.toList()), content,
            null, null);
    }

    private static List<String> texts(List<Reply> replies) {
        return replies.stream().map(Reply::toString).collect(Collectors.toList());
    }

    @Test
    void shouldAskAboutRecipientsInOneRoundTripAndSendNothing() throws Exception {
        Dialogue server = dialogueWith("PIPELINING",
            "C: MAIL FROM:<>", "C: RCPT TO:<joe@a.example>", "C: RSET", "S: 250 ok", "S: 250 2.1.5 ok", "S: 250 ok",
            "C: MAIL FROM:<>", "C: RCPT TO:<ann@a.example>", "C: RSET", "S: 250 ok", "S: 550 5.1.1 unknown", "S: 250 ok");
        SmtpConnection connection = connect(server);

        assertThat(connection.ask(new Transaction.Recipient("joe@a.example"))).hasToString("250 2.1.5 ok");
        assertThat(connection.ask(new Transaction.Recipient("ann@a.example"))).hasToString("550 5.1.1 unknown");
        assertThat(connection.isUsable()).isTrue();
        server.assertPlayed();
    }

    @Test
    void shouldNotAskOnAfterFiveRefusals() throws Exception {
        String[] script = Stream.generate(() -> Stream.of("C: MAIL FROM:<>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 550 unknown",
            "C: RSET", "S: 250 ok")).limit(5).flatMap(lines -> lines).toArray(String[]::new);
        SmtpConnection connection = connect(dialogueWith("", script));
        for (int i = 0; i < 5; i++) {
            assertThat(connection.isUsable()).isTrue();
            connection.ask(new Transaction.Recipient("joe@a.example"));
        }

        assertThat(connection.isUsable()).isFalse();
    }

    @Test
    void shouldTellARefusedNullSenderFromARefusedRecipient() throws Exception {
        SmtpConnection connection = connect(dialogueWith("", "C: MAIL FROM:<>", "S: 550 5.7.1 no bounces here",
            "C: RCPT TO:<joe@a.example>", "S: 503 5.5.1 MAIL first", "C: RSET", "S: 250 ok"));

        SmtpException failure = catchThrowableOfType(SmtpException.class,
            () -> connection.ask(new Transaction.Recipient("joe@a.example")));

        assertThat(failure.stage()).isEqualTo(SmtpException.Stage.SENDER);
        assertThat(failure).hasMessage("550 5.7.1 no bounces here");
    }

    @Test
    void shouldWaitForEachReplyWhereThereIsNoPipelining() throws Exception {
        Dialogue server = dialogueWith("",
            "C: MAIL FROM:<a@me.example>", "S: 250 ok",
            "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: RCPT TO:<jim@a.example>", "S: 550 no",
            "C: DATA", "S: 354 go",
            "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "S: 250 queued",
            "C: RSET", "S: 250 ok",
            "C: MAIL FROM:<a@me.example>", "S: 250 ok",
            "C: RCPT TO:<joe@a.example>", "S: 450 later",
            "C: QUIT");
        SmtpConnection connection = connect(server);

        assertThat(texts(connection.send(to("joe@a.example", "jim@a.example")))).containsExactly("250 queued", "550 no");
        assertThat(texts(connection.send(to("joe@a.example")))).containsExactly("450 later");
        assertThat(connection.isUsable()).isTrue();
        connection.close();
        server.assertPlayed();
    }

    @Test
    void shouldPipeline() throws Exception {
        Dialogue server = dialogueWith("PIPELINING",
            "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: RCPT TO:<jim@a.example>", "C: DATA",
            "S: 250 ok", "S: 250 ok", "S: 550 no", "S: 354 go",
            "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "S: 250 queued",
            "C: RSET", "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: DATA",
            "S: 250 ok", "S: 250 ok", "S: 250 ok", "S: 354 go",
            "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "S: 451 disk full");
        SmtpConnection connection = connect(server);

        assertThat(texts(connection.send(to("joe@a.example", "jim@a.example")))).containsExactly("250 queued", "550 no");
        assertThat(texts(connection.send(to("joe@a.example")))).containsExactly("451 disk full");
        server.assertPlayed();
    }

    @Test
    void shouldSendAnEmptyMessageToNobodyWhenDataWentOutTooEarly() throws Exception {
        Dialogue server = dialogueWith("PIPELINING",
            "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: DATA",
            "S: 250 ok", "S: 550 no", "S: 354 go", "C: .", "S: 554 no valid recipients",
            "C: RSET", "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: DATA",
            "S: 250 ok", "S: 553 bad sender", "S: 503 no sender", "S: 503 no sender");
        SmtpConnection connection = connect(server);

        assertThat(texts(connection.send(to("joe@a.example")))).containsExactly("550 no");
        SmtpException failure = failure(connection, to("joe@a.example"));
        assertThat(failure.stage()).isEqualTo(Stage.SENDER);
        assertThat(failure).hasMessage("553 bad sender");
        assertThat(connection.isUsable()).isTrue();
        server.assertPlayed();
    }

    @Test
    void shouldNotGoOnAfterTheSenderWasRefused() throws Exception {
        Dialogue server = dialogueWith("", "C: MAIL FROM:<a@me.example>", "S: 452 full", "C: QUIT");
        SmtpConnection connection = connect(server);

        assertThat(failure(connection, to("joe@a.example")).reply().orElseThrow().isTransient()).isTrue();
        connection.close();
        server.assertPlayed();
    }

    @Test
    void shouldLetNoMoreThanFiftyCommandsWaitForReplies() throws Exception {
        List<String> script = new ArrayList<>();
        script.add("C: MAIL FROM:<a@me.example>");
        IntStream.range(0, 49).forEach(i -> script.add("C: RCPT TO:<joe" + i + "@a.example>"));
        IntStream.range(0, 50).forEach(i -> script.add("S: 250 ok"));
        IntStream.range(49, 60).forEach(i -> script.add("C: RCPT TO:<joe" + i + "@a.example>"));
        script.add("C: DATA");
        IntStream.range(49, 60).forEach(i -> script.add("S: 250 ok"));
        script.addAll(List.of("S: 354 go", "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "S: 250 queued"));
        Dialogue server = dialogueWith("PIPELINING", script.toArray(new String[0]));

        List<Reply> replies = connect(server)
            .send(to(IntStream.range(0, 60).mapToObj(i -> "joe" + i + "@a.example").toArray(String[]::new)));

        assertThat(replies).hasSize(60).allMatch(Reply::isPositive);
        server.assertPlayed();
    }

    @Test
    void shouldRefuseTheAcceptedWhenDataIsRefused() throws Exception {
        Dialogue server = dialogueWith("",
            "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: RCPT TO:<jim@a.example>", "S: 450 later", "C: DATA", "S: 554 no");

        assertThat(texts(connect(server).send(to("joe@a.example", "jim@a.example")))).containsExactly("554 no", "450 later");
        server.assertPlayed();
    }

    @Test
    void shouldUseTheExtensionsThatAreOffered() throws Exception {
        Dialogue server = dialogueWith("size,8bitmime,smtputf8,dsn",
            "C: MAIL FROM:<> SIZE=4 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=id1", "S: 250 ok",
            "C: RCPT TO:<jos\u00e9@a.example> NOTIFY=NEVER ORCPT=rfc822;joe@a.example", "S: 250 ok",
            "C: DATA", "S: 354 go", "C: \u00e4", "C: .", "S: 250 ok");
        SmtpConnection connection = connect(server);

        assertThat(connection.offersDsn()).isTrue();
        assertThat(connection.send(new Transaction("",
            List.of(new Transaction.Recipient("jos\u00e9@a.example", "NEVER", "rfc822;joe@a.example")), new Text("\u00e4\r\n"), "FULL",
            "id1"))).allMatch(Reply::isPositive);
        server.assertPlayed();
    }

    @Test
    void shouldNotUseExtensionsThatAreNotOffered() throws Exception {
        Dialogue server = dialogueWith("",
            "C: MAIL FROM:<>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: DATA", "S: 354 go", "C: ?", "C: .", "S: 250 ok");

        List<Reply> replies = connect(server).send(new Transaction("",
            List.of(new Transaction.Recipient("joe@a.example", "NEVER", "rfc822;joe@a.example"),
                new Transaction.Recipient("jos\u00e9@a.example")), new Text("\u00e4\r\n"), "FULL", "id1"));

        assertThat(replies.get(0)).hasToString("250 ok");
        assertThat(replies.get(1).toString()).startsWith("553 5.6.7 ");
        server.assertPlayed();
    }

    @Test
    void shouldSayHeloToAServerThatDoesNotKnowEhlo() throws Exception {
        Dialogue server = dialogue("S: 220-hop", "S: 220 ready", "C: EHLO me.example", "S: 502 what?", "C: HELO me.example", "S: 250 hop",
            "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 550 no");

        assertThat(connect(server).send(to("joe@a.example"))).hasSize(1);
        server.assertPlayed();
    }

    @Test
    void shouldSayWhyThereIsNoConnection() throws Exception {
        assertRefused(dialogue("S: 554 go away"), "554 go away");
        assertRefused(dialogue("S: 421 busy"), "421 busy");
        assertRefused(dialogue("S: 220 hop", "C: EHLO me.example", "S: 450 later"), "450 later");
        assertRefused(dialogue("S: 220 hop", "C: EHLO me.example", "S: 550 no", "C: HELO me.example", "S: 554 no"), "554 no");
        assertRefused(dialogue("X"), "the connection was closed");
        SmtpException failure =
            failure(Peer.builder(HOP, InetAddress.getByName("127.0.0.1"), SmtpNextHop.freePort(), ME).build());
        assertThat(failure.stage()).isEqualTo(Stage.CONNECT);
        assertThat(failure.reply()).isEmpty();
    }

    private void assertRefused(Dialogue server, String text) throws Exception {
        SmtpException failure = failure(peer(server).build());
        assertThat(failure.stage()).isEqualTo(Stage.CONNECT);
        assertThat(failure).hasMessage(text);
    }

    @Test
    void shouldNotWaitLongerThanToldForAReply() throws Exception {
        Dialogue silent = dialogue("C: nothing");

        SmtpException failure = failure(peer(silent).timeouts(Duration.ofSeconds(5), Duration.ofMillis(100)).build());

        assertThat(failure.stage()).isEqualTo(Stage.CONNECT);
    }

    @Test
    void shouldTellABreakBeforeTheEndOfTheMessageFromOneAfter() throws Exception {
        SmtpConnection before = connect(dialogueWith("", "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "X"));
        SmtpConnection after = connect(dialogueWith("PIPELINING", "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: DATA",
            "S: 250 ok", "S: 250 ok", "S: 354 go", "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "X"));

        assertThat(failure(before, to("joe@a.example")).stage()).isEqualTo(Stage.TRANSACTION);
        assertThat(before.isUsable()).isFalse();
        assertThat(failure(after, to("joe@a.example")).stage()).isEqualTo(Stage.END_OF_DATA);
        assertThat(after.isUsable()).isFalse();
    }

    @Test
    void shouldNotEndAMessageThatCannotBeReadToItsEnd() throws Exception {
        Dialogue server = dialogueWith("", "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: DATA", "S: 354 go");
        SmtpConnection connection = connect(server);

        SmtpException failure = failure(connection, to(new Content() {
            @Override
            public long size() {
                return 10;
            }

            @Override
            public boolean isEightBit() {
                return false;
            }

            @Override
            public Content toSevenBit() {
                return this;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write("half".getBytes(StandardCharsets.US_ASCII));
                throw new IOException("disk broken");
            }
        }, "joe@a.example"));

        assertThat(failure.stage()).isEqualTo(Stage.TRANSACTION);
        assertThat(failure).hasMessage("disk broken");
        assertThat(connection.isUsable()).isFalse();
        server.assertPlayed();
    }

    @Test
    void shouldBeOfNoUseAfterTheServerSaidThatItCloses() throws Exception {
        SmtpConnection early = connect(dialogueWith("PIPELINING", "C: MAIL FROM:<a@me.example>", "C: RCPT TO:<joe@a.example>", "C: DATA",
            "S: 421 shutting down", "X"));
        SmtpConnection late = connect(dialogueWith("",
            "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: DATA", "S: 354 go", "C: Subject: Hello", "C: ", "C: How are you?", "C: .", "S: 421 shutting down"));

        SmtpException failure = failure(early, to("joe@a.example"));
        assertThat(failure.stage()).isEqualTo(Stage.TRANSACTION);
        assertThat(failure).hasMessage("421 shutting down");
        assertThat(texts(late.send(to("joe@a.example")))).containsExactly("421 shutting down");
        assertThat(late.isUsable()).isFalse();
    }

    @Test
    void shouldEncryptAndAskAgainWhatIsOffered() throws Exception {
        Dialogue server = dialogueWith("STARTTLS,DSN", "C: STARTTLS", "S: 220 go", "TLS", "C: EHLO me.example", "S: 250 hop");
        SmtpConnection connection = connect(peer(server).tls(Tls.REQUIRED_VERIFIED, false).build());

        assertThat(connection.isEncrypted()).isTrue();
        assertThat(connection.offersDsn()).isFalse();
        server.assertPlayed();
    }

    @Test
    void shouldEncryptBeforeTheGreeting() throws Exception {
        Dialogue server = dialogue("TLS", "S: 220 hop", "C: EHLO me.example", "S: 250-hop", "S: 250 STARTTLS", "C: QUIT");
        SmtpConnection connection = connect(peer(server).tls(Tls.REQUIRED_VERIFIED, true).build());

        assertThat(connection.isEncrypted()).isTrue();
        connection.close();
        server.assertPlayed();
    }

    @Test
    void shouldNotTalkToAnImpostor() throws Exception {
        Peer.Builder other = Peer.builder("other.example", InetAddress.getByName("127.0.0.1"), dialogue("TLS").port(), ME);

        assertThat(failure(other.tls(Tls.REQUIRED_VERIFIED, true).build()).stage()).isEqualTo(Stage.TLS);
    }

    /** As in CVE-2011-0411, the other way round. */
    @Test
    void shouldNotTakeWhatWasSaidInTheClearForEncrypted() throws Exception {
        Dialogue server = dialogueWith("STARTTLS", "C: STARTTLS", "S: 220 go\r\n250-evil\r\n250 AUTH PLAIN");

        SmtpException failure = failure(peer(server).tls(Tls.REQUIRED, false).build());

        assertThat(failure.stage()).isEqualTo(Stage.TLS);
        assertThat(failure).hasMessage("the server says more before TLS begins");
    }

    @Test
    void shouldGoOnInTheClearOnlyIfThatIsAllowed() throws Exception {
        Dialogue server = dialogueWith("STARTTLS", "C: STARTTLS", "S: 454 not now", "C: QUIT");
        connect(peer(server).tls(Tls.OPPORTUNISTIC, false).build()).close();
        server.assertPlayed();

        Dialogue refusing = dialogueWith("STARTTLS", "C: STARTTLS", "S: 454 not now");
        assertThat(failure(peer(refusing).tls(Tls.REQUIRED, false).build()).stage()).isEqualTo(Stage.TLS);
        assertThat(failure(peer(dialogueWith("")).tls(Tls.REQUIRED, false).build()).stage()).isEqualTo(Stage.TLS);
    }

    @Test
    void shouldAuthenticateByTheMechanismThatTellsLeastWithoutTls() throws Exception {
        assertAuthenticated("AUTH PLAIN LOGIN CRAM-MD5", "C: AUTH CRAM-MD5",
            "S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
            "C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "S: 235 ok");
        assertAuthenticated("AUTH LOGIN PLAIN", "C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "S: 235 ok");
        assertAuthenticated("AUTH LOGIN GSSAPI", "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: dGlt", "S: 334 UGFzc3dvcmQ6",
            "C: dGFuc3RhYWZ0YW5zdGFhZg==", "S: 235 ok");
    }

    /** The user and the password of RFC 2195. */
    private void assertAuthenticated(String extensions, String... script) throws Exception {
        Dialogue server = dialogueWith(extensions, script);
        connect(peer(server).credentials("tim", "tanstaaftanstaaf").build());
        server.assertPlayed();
    }

    @Test
    void shouldPreferPlainUnderTls() throws Exception {
        Dialogue server = dialogue("TLS", "S: 220 hop", "C: EHLO me.example", "S: 250-hop", "S: 250 AUTH CRAM-MD5 LOGIN PLAIN",
            "C: AUTH PLAIN AHRpbQBzZWNyZXQ=", "S: 235 ok");

        connect(peer(server).tls(Tls.REQUIRED, true).credentials("tim", "secret").build());

        server.assertPlayed();
    }

    @Test
    void shouldSayThatItIsNotAuthenticated() throws Exception {
        SmtpException refused = failure(peer(dialogueWith("AUTH PLAIN", "C: AUTH PLAIN AHRpbQBzZWNyZXQ=", "S: 535 5.7.8 wrong"))
            .credentials("tim", "secret").build());
        SmtpException impossible = failure(peer(dialogueWith("AUTH GSSAPI")).credentials("tim", "secret").build());

        assertThat(refused.stage()).isEqualTo(Stage.AUTHENTICATION);
        assertThat(refused).hasMessage("535 5.7.8 wrong");
        assertThat(impossible.stage()).isEqualTo(Stage.AUTHENTICATION);
        assertThat(impossible).hasMessage("the server offers AUTH GSSAPI and none of PLAIN LOGIN CRAM-MD5");
    }

    @Test
    void shouldConnectFromTheAddressThatIsGiven() throws Exception {
        Dialogue server = dialogueWith("");
        InetAddress local = InetAddress.getByName("127.0.0.3");

        connect(peer(server).localAddress(local).build());

        server.assertPlayed();
        assertThat(server.client()).isEqualTo(local);
    }

    @Test
    void shouldNotLetAnAddressCarryCommands() {
        assertThatThrownBy(() -> to("joe@a.example>\r\nRCPT TO:<jim@a.example")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> to("joe@a.example> NOTIFY=NEVER")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Transaction.isSendable("\"joe <joe@a.example> \\\" jim\"@a.example")).isTrue();
        assertThat(Transaction.isSendable("\"joe\\\"@a.example")).isFalse();
        assertThat(Transaction.isSendable("\"joe\\\n\"@a.example")).isFalse();
    }

    @Test
    void shouldAbortWhenTheServerDoesNotTakeWhatIsWritten() throws Exception {
        Dialogue server = dialogueWith("", "C: MAIL FROM:<a@me.example>", "S: 250 ok", "C: RCPT TO:<joe@a.example>", "S: 250 ok",
            "C: DATA", "S: 354 go");
        SmtpConnection connection = connect(peer(server).timeouts(Duration.ofSeconds(5), Duration.ofSeconds(1)).build());
        Thread watch = new Thread(() -> {
            while (connection.isUsable()) {
                connection.abortIfStalled();
                Thread.onSpinWait();
            }
        });
        watch.setDaemon(true);
        watch.start();

        SmtpException failure = failure(connection, to(new Text("x".repeat(100_000_000)), "joe@a.example"));

        assertThat(failure.stage()).isEqualTo(Stage.TRANSACTION);
    }
}
