package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;

/** When a client's name is looked up, and how long its session waits. */
class SessionHostsTest {

    private static final ClientHost NAMED = ClientHost.named(DomainName.of("pc.branch.example"));
    /** Far above the wait, so that only waiting again each time would reach it. */
    private static final int MANY = 40;

    private final TestPolicy policy = new TestPolicy();
    private final SessionHosts hosts = new SessionHosts(policy.clientHostNames());

    private ClientHost now(SMTPSession session) {
        return hosts.now(Connection.of(session), policy.policies());
    }

    private static ClientHost await(SMTPSession session) {
        return Connection.of(session).hostLookUp().await();
    }

    @Test
    void shouldNotLookUpWhereNothingDependsOnIt() {
        assertThat(now(new TestSession().get())).isEqualTo(ClientHost.UNKNOWN);
        verify(policy.clientHostNames(), never()).lookUp(any());
    }

    @Test
    void shouldLookUpOnceAConnectionAndNotWait() throws Exception {
        CompletableFuture<ClientHost> lookUp = new CompletableFuture<>();
        policy.host("198.51.100.7", lookUp);
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();

        assertThat(now(session)).isEqualTo(ClientHost.UNKNOWN);
        session.resetState();
        assertThat(now(session)).isEqualTo(ClientHost.UNKNOWN);
        lookUp.complete(NAMED);
        assertThat(now(session)).isEqualTo(NAMED);
        verify(policy.clientHostNames(), times(1)).lookUp(InetAddress.getByName("198.51.100.7"));
    }

    @Test
    void shouldNotLookUpAgainWhenTheClientAuthenticates() throws Exception {
        CompletableFuture<ClientHost> lookUp = new CompletableFuture<>();
        policy.host("198.51.100.7", lookUp);
        TestSession session = new TestSession().to("192.0.2.25", 26);
        now(session.get());

        SMTPSession authenticated = session.user("bob@hosted.example").get();
        assertThat(now(authenticated)).isEqualTo(ClientHost.UNKNOWN);
        lookUp.complete(NAMED);

        assertThat(await(authenticated)).isEqualTo(NAMED);
        verify(policy.clientHostNames(), times(1)).lookUp(any());
    }

    @Test
    void shouldLookUpWhereTheListenerThatCountsDependsOnIt() throws Exception {
        policy.host("198.51.100.7", CompletableFuture.completedFuture(NAMED));
        TestSession session = new TestSession().to("192.0.2.25", 25);
        assertThat(now(session.get())).as("needless at port 25").isEqualTo(ClientHost.UNKNOWN);

        assertThat(now(session.to("192.0.2.25", 26).user("bob@hosted.example").get())).isEqualTo(NAMED);
    }

    @Test
    void shouldLookUpTheClientThatProxyTells() throws Exception {
        policy.host("192.0.2.99", CompletableFuture.completedFuture(ClientHost.NONE));
        policy.host("198.51.100.7", CompletableFuture.completedFuture(NAMED));
        TestSession session = new TestSession().to("192.0.2.25", 26).from("192.0.2.99");

        assertThat(now(session.get())).isEqualTo(ClientHost.NONE);
        assertThat(now(session.from("198.51.100.7").get())).isEqualTo(NAMED);
    }

    @Test
    void shouldWaitForTheAnswer() throws Exception {
        CompletableFuture<ClientHost> lookUp = new CompletableFuture<>();
        policy.host("198.51.100.7", lookUp);
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();
        now(session);
        lookUp.complete(NAMED);

        assertThat(await(session)).isEqualTo(NAMED);
    }

    @Test
    void shouldNotHoldUpTheThreadAgainAndAgain() throws Exception {
        policy.host("198.51.100.7", new CompletableFuture<>());
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();
        now(session);
        Instant begin = Instant.now();

        for (int i = 0; i < MANY; i++) {
            assertThat(await(session)).isEqualTo(ClientHost.UNKNOWN);
        }

        assertThat(Duration.between(begin, Instant.now()))
            .isBetween(Patience.MAX_WAIT, Patience.MAX_WAIT.multipliedBy(MANY / 2));
    }

    @Test
    void shouldNotWaitForWhatWasNotStarted() {
        assertThat(await(new TestSession().get())).isEqualTo(ClientHost.UNKNOWN);
    }
}
