package org.relaycontrol.smtpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.mailets.SmtpNextHop;

/** Which connections wait for what, and for how long. */
class KeptConnectionsTest {

    private static final Transaction TRANSACTION = new Transaction("", List.of(new Transaction.Recipient("joe@a.example")),
        new Text("Subject: x\r\n\r\n"), null, null);

    private final AtomicLong now = new AtomicLong();
    private SmtpNextHop hop;
    private KeptConnections connections;

    @BeforeEach
    void setUp() throws Exception {
        hop = SmtpNextHop.on("127.0.0.1");
        connections = new KeptConnections(SSLContext.getDefault(), now::get);
    }

    @AfterEach
    void tearDown() throws IOException {
        connections.close();
        hop.close();
    }

    private Peer peer(String heloName) throws IOException {
        return Peer.builder("hop", InetAddress.getByName("127.0.0.1"), hop.port(), heloName).build();
    }

    private SmtpConnection open(String group, int limit) throws IOException {
        return connections.open(peer("me.example"), group, OptionalInt.of(limit));
    }

    private long goodbyes() {
        return hop.commands().stream().filter("QUIT"::equals).count();
    }

    private void awaitGoodbyes(long count) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> goodbyes() == count);
    }

    @Test
    void shouldHandOutAConnectionToOneAtATime() throws Exception {
        SmtpConnection connection = open("g", 10);
        assertThat(connections.take(peer("me.example"))).isNull();

        connections.giveBack(connection);

        assertThat(connections.take(peer("other.example"))).isNull();
        assertThat(connections.take(peer("me.example"))).isSameAs(connection);
        assertThat(connections.take(peer("me.example"))).isNull();
        assertThatThrownBy(() -> {
            connections.giveBack(connection);
            connections.giveBack(connection);
        }).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCloseWhatWaitsTooLong() throws Exception {
        connections.giveBack(open("g", 10));
        now.addAndGet(KeptConnections.MAX_IDLE.toNanos() + 1);

        // By itself, without anybody asking for it.
        awaitGoodbyes(1);
        assertThat(connections.take(peer("me.example"))).isNull();
    }

    @Test
    void shouldCloseWhatIsOld() throws Exception {
        SmtpConnection connection = open("g", 10);
        now.addAndGet(KeptConnections.MAX_AGE.toNanos() + 1);

        connections.giveBack(connection);

        awaitGoodbyes(1);
        assertThat(connections.take(peer("me.example"))).isNull();
    }

    @Test
    void shouldNotHandOutWhatTheServerHasSaidGoodbyeTo() throws Exception {
        Dialogue dialogue = Dialogue.of("S: 220 hop", "C: EHLO me.example", "S: 250 hop", "S: 421 idle for too long");
        Peer peer = Peer.builder("hop", InetAddress.getByName("127.0.0.1"), dialogue.port(), "me.example").build();
        SmtpConnection connection = connections.open(peer, "g", OptionalInt.empty());
        dialogue.assertPlayed();
        Awaitility.await().until(connection::hasUnread);

        connections.giveBack(connection);

        assertThat(connections.take(peer)).isNull();
        dialogue.close();
    }

    @Test
    void shouldMakeRoomForAnotherPeerWithinTheLimitOfAGroup() throws Exception {
        SmtpConnection first = open("g", 2);
        SmtpConnection second = open("g", 2);
        connections.giveBack(first);

        connections.open(peer("other.example"), "g", OptionalInt.of(2));
        awaitGoodbyes(1);
        assertThat(connections.take(peer("me.example"))).isNull();

        connections.giveBack(second);
        connections.open(peer("third.example"), "another group", OptionalInt.of(1));
        assertThat(connections.take(peer("me.example"))).isSameAs(second);
        assertThat(goodbyes()).isOne();
    }

    @Test
    void shouldNotCountConnectionsThatFailedForTheLimit() throws Exception {
        hop.answering("greeting", "421 busy");
        assertThatThrownBy(() -> open("g", 1)).isInstanceOf(SmtpException.class);
        hop.answering("greeting", "220 hop");
        connections.giveBack(open("g", 1));

        assertThat(connections.take(peer("me.example"))).isNotNull();
    }

    @Test
    void shouldCloseTheWaitingConnectionsOfAGroup() throws Exception {
        SmtpConnection busy = open("g", 10);
        connections.giveBack(open("g", 10));

        connections.closeWaiting("g");

        awaitGoodbyes(1);
        assertThat(busy.send(TRANSACTION)).allMatch(Reply::isPositive);
    }

    @Test
    void shouldCloseAllInTheEnd() throws Exception {
        SmtpConnection busy = open("g", 10);
        connections.giveBack(open("g", 10));

        connections.close();
        awaitGoodbyes(1);
        assertThat(busy.send(TRANSACTION)).allMatch(Reply::isPositive);
        connections.giveBack(busy);

        awaitGoodbyes(2);
    }

    @Test
    void shouldBreakOffWhatIsUnderWay() throws Exception {
        hop.answering("end of data", SmtpNextHop.SILENCE);
        SmtpConnection connection = open("g", 10);
        CompletableFuture<List<Reply>> sent = CompletableFuture.supplyAsync(() -> {
            try {
                return connection.send(TRANSACTION);
            } catch (SmtpException e) {
                throw new IllegalStateException(e);
            }
        });
        Awaitility.await().until(() -> hop.commands().contains("DATA"));

        connections.abort();

        assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
            .hasRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> open("g", 10)).hasMessage("this server is stopping");
    }
}
