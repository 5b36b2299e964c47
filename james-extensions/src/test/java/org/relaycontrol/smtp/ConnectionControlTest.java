package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;

/** Who is greeted and who is refused, and what remains of a refused connection. */
class ConnectionControlTest {

    private static final String REFUSED = "203.0.113.9";

    private final TestPolicy policy = new TestPolicy();
    private final SessionPolicy sessionPolicy = policy.sessionPolicy();
    private final WelcomeHandler welcome = new WelcomeHandler(sessionPolicy);
    private final ConnectionHook hook = policy.connectionHook();

    private static String text(Response response) {
        return String.join("\n", response.getLines());
    }

    private static String text(HookResult result) {
        return result.getSmtpRetCode() + " " + result.getSmtpDescription();
    }

    @Test
    void shouldGreetAsJamesDoes() {
        TestSession session = new TestSession();

        assertThat(text(welcome.onConnect(session.get()))).startsWith("220 mx.test ");
        assertThat(session.hasLineHandler()).isFalse();
        assertThat(hook.doHelo(session.get(), "client.example")).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doMail(session.get(), MaybeSender.nullSender())).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void shouldRefuseAndEndAfterThreeCommands() {
        TestSession session = new TestSession().from(REFUSED);

        assertThat(text(welcome.onConnect(session.get()))).isEqualTo("554 mx.test connection refused");
        assertThat(session.line("EHLO client.example")).satisfies(response -> {
            assertThat(response.getRetCode()).isEqualTo("503");
            assertThat(response.isEndSession()).isFalse();
        });
        assertThat(session.line("MAIL FROM:<quit@quit.example>").isEndSession()).isFalse();
        assertThat(session.line("DATA")).satisfies(response -> {
            assertThat(response.getRetCode()).isEqualTo("503");
            assertThat(response.isEndSession()).isTrue();
        });
    }

    @Test
    void shouldEndAtQuit() {
        TestSession session = new TestSession().from(REFUSED);
        welcome.onConnect(session.get());

        Response response = session.line("quit ");

        assertThat(response.getRetCode()).isEqualTo("221");
        assertThat(response.isEndSession()).isTrue();
    }

    @Test
    void shouldNotTakeLinesOfRefusedClientsForCommandInjection() {
        TestSession session = new TestSession().from(REFUSED);
        welcome.onConnect(session.get());

        assertThat(session.get().needsCommandInjectionDetection()).isFalse();
    }

    @Test
    void shouldRefuseWhereNoPolicyGoverns() {
        assertThat(text(welcome.onConnect(new TestSession().to("192.0.2.25", 2525).get()))).isEqualTo("554 mx.test connection refused");
    }

    @Test
    void shouldAdmitWhileTheNameThatDecidesIsUnknown() throws Exception {
        policy.host("198.51.100.7", new CompletableFuture<>());

        assertThat(text(welcome.onConnect(new TestSession().to("192.0.2.25", 26).get()))).startsWith("220 ");
    }

    @Test
    void shouldRefuseByNameThatIsKnownAlready() throws Exception {
        policy.host("198.51.100.7", CompletableFuture.completedFuture(ClientHost.named(DomainName.of("pc.bad.example"))));

        assertThat(text(welcome.onConnect(new TestSession().to("192.0.2.25", 26).get()))).startsWith("554 ");
    }

    @Test
    void shouldRefuseBehindProxyOnceTheClientIsKnown() {
        TestSession session = new TestSession().from(REFUSED).behindProxy();

        assertThat(text(welcome.onConnect(session.get()))).startsWith("220 ");
        assertThat(session.hasLineHandler()).isFalse();
        assertThat(text(hook.doHelo(session.get(), "client.example"))).isEqualTo("554 mx.test connection refused");
        assertThat(session.line("MAIL FROM:<>").getRetCode()).isEqualTo("503");
    }

    @Test
    void shouldRefuseAtTheNextMailWhomThePolicyHasComeToRefuse() {
        TestSession session = new TestSession();
        welcome.onConnect(session.get());
        assertThat(hook.doMail(session.get(), MaybeSender.nullSender())).isEqualTo(HookResult.DECLINED);
        session.get().resetState();

        policy.tighten();

        assertThat(text(hook.doMail(session.get(), MaybeSender.nullSender()))).isEqualTo("554 mx.test connection refused");
        assertThat(session.line("RCPT TO:<x@hosted.example>").getRetCode()).isEqualTo("503");
        assertThat(policy.refusals().count()).isEqualTo(1);
    }

    @Test
    void shouldLetInAndLogOnceWhereThePolicyIsNotEnforced() {
        policy.notEnforced();
        TestSession session = new TestSession().from(REFUSED);

        assertThat(text(welcome.onConnect(session.get()))).startsWith("220 ");
        assertThat(hook.doHelo(session.get(), "client.example")).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doMail(session.get(), MaybeSender.nullSender())).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doAuth(session.get(), Username.of("bob@hosted.example"), "secret")).isEqualTo(HookResult.DECLINED);
        assertThat(session.hasLineHandler()).isFalse();
        assertThat(policy.refusals().latest(any -> true, 10)).singleElement()
            .satisfies(one -> assertThat(one.refusal().toString())
                .startsWith("verdict=deny reason=connection-refused policy=mx enforce=false "));
    }

    @Test
    void shouldRefuseMailAndEndAtAuthBehindProxy() {
        TestSession session = new TestSession().from(REFUSED).behindProxy();

        HookResult auth = hook.doAuth(session.get(), Username.of("bob@hosted.example"), "secret");

        assertThat(text(auth)).isEqualTo("554 mx.test connection refused");
        assertThat(auth.getResult().isDisconnected()).isTrue();
        assertThat(session.hasLineHandler()).as("James takes the lines of AUTH itself").isFalse();
        assertThat(text(hook.doMail(session.get(), MaybeSender.nullSender()))).startsWith("554 ");
    }

    @Test
    void shouldRefuseTheClientThatTheProxyHeaderNames() {
        TestSession session = new TestSession().behindProxy();
        welcome.onConnect(session.get());

        session.header(REFUSED, "192.0.2.80");

        assertThat(text(hook.doHelo(session.get(), "client.example"))).isEqualTo("554 mx.test connection refused");
    }

    @Test
    void shouldKnowTheAddressOfTheProxyThatTheClientConnectedTo() {
        TestSession session = new TestSession().behindProxy();
        assertThat(Connection.of(session.get()).listener()).isEqualTo("192.0.2.25:25");

        session.header("198.51.100.9", "192.0.2.80");

        assertThat(Connection.of(session.get()).client()).hasToString("198.51.100.9");
        assertThat(Connection.of(session.get()).listener()).as("with James's port").isEqualTo("192.0.2.80:25");
    }

    @Test
    void shouldWatchWhereGreetedClientsComeFrom() {
        assertThat(hook.doHelo(new TestSession().from(REFUSED).get(), "client.example")).isNotEqualTo(HookResult.DECLINED);
        assertThat(policy.hiddenClients().isWatching()).as("a refused client tells nothing").isTrue();

        hook.doHelo(new TestSession().get(), "client.example");

        assertThat(policy.hiddenClients().isWatching()).isFalse();
        assertThat(hook.doHelo(new TestSession().get(), "client.example")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void shouldAdmitBehindProxy() {
        TestSession session = new TestSession().behindProxy();

        assertThat(hook.doHelo(session.get(), "client.example")).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doAuth(session.get(), Username.of("bob@hosted.example"), "secret")).isEqualTo(HookResult.DECLINED);
    }
}
