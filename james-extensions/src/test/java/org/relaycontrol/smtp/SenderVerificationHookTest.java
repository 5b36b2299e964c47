package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.apache.mailet.Mail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;

/** James's sender verification, told who may relay by address. */
class SenderVerificationHookTest {

    private static final HookResult AUTH_REQUIRED = Replies.refuse("530", "5.7.1 Authentication Required");
    private static final MaybeSender SENDER = MaybeSender.getMailSender("bob@hosted.example");

    private final TestPolicy policy = new TestPolicy();
    private final SenderAuthIdentifyVerificationHook stock = mock(SenderAuthIdentifyVerificationHook.class);
    private final SenderVerificationHook hook = new SenderVerificationHook(stock, policy.sessionPolicy());

    /** As James does for a client that has not authenticated and sends from a local address. */
    @BeforeEach
    void setUp() {
        when(stock.doMail(any(), any(MaybeSender.class))).thenAnswer(call -> verify(call.getArgument(0)));
        when(stock.doRcpt(any(), any(MaybeSender.class), any(), any())).thenAnswer(call -> verify(call.getArgument(0)));
    }

    private static HookResult verify(SMTPSession session) {
        return session.isRelayingAllowed() ? HookResult.DECLINED : AUTH_REQUIRED;
    }

    @Test
    void shouldNotAskListedClientsToAuthenticate() throws Exception {
        SMTPSession session = new TestSession().from("192.0.2.130").get();

        assertThat(hook.doMail(session, SENDER)).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doRcpt(session, SENDER, new MailAddress("x@else.example"), Map.of())).isEqualTo(HookResult.DECLINED);
        assertThat(session.isRelayingAllowed()).isFalse();
    }

    @Test
    void shouldAskStrangersAndClientsThatNeverRelay() {
        assertThat(hook.doMail(new TestSession().get(), SENDER)).isEqualTo(AUTH_REQUIRED);
        assertThat(hook.doMail(new TestSession().from("192.0.2.200").get(), SENDER)).isEqualTo(AUTH_REQUIRED);
    }

    @Test
    void shouldNotHeedAuthorizedAddressesAndLeaveThemAsTheyWere() {
        SMTPSession session = new TestSession().get();
        session.setRelayingAllowed(true);

        assertThat(hook.doMail(session, SENDER)).isEqualTo(AUTH_REQUIRED);
        assertThat(session.isRelayingAllowed()).isTrue();
    }

    @Test
    void shouldVerifyAsJamesDoesWhereThePolicyIsNotEnforced() {
        policy.notEnforced();
        SMTPSession listed = new TestSession().from("192.0.2.130").get();
        SMTPSession authorized = new TestSession().get();
        authorized.setRelayingAllowed(true);

        assertThat(hook.doMail(listed, SENDER)).isEqualTo(AUTH_REQUIRED);
        assertThat(hook.doMail(authorized, SENDER)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void shouldRestoreWhenJamesThrows() {
        SMTPSession session = new TestSession().from("192.0.2.130").get();
        when(stock.doMail(any(), any(MaybeSender.class))).thenThrow(new IllegalStateException("users repository is down"));

        assertThatThrownBy(() -> hook.doMail(session, SENDER)).isInstanceOf(IllegalStateException.class);
        assertThat(session.isRelayingAllowed()).isFalse();
    }

    @Test
    void shouldDecideByNameOnceItIsKnown() throws Exception {
        policy.host("198.51.100.7", CompletableFuture.completedFuture(ClientHost.named(DomainName.of("pc.branch.example"))));
        policy.host("198.51.100.8", CompletableFuture.completedFuture(ClientHost.NONE));

        assertThat(hook.doMail(new TestSession().to("192.0.2.25", 26).get(), SENDER)).isEqualTo(HookResult.DECLINED);
        assertThat(hook.doMail(new TestSession().from("198.51.100.8").to("192.0.2.25", 26).get(), SENDER)).isEqualTo(AUTH_REQUIRED);
    }

    @Test
    void shouldRefuseForNowOnlyIfTheUnknownNameMatters() throws Exception {
        policy.host("198.51.100.7", CompletableFuture.completedFuture(ClientHost.UNKNOWN));
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();

        assertThat(hook.doMail(session, SENDER).getSmtpRetCode()).isEqualTo("451");

        when(stock.doMail(any(), any(MaybeSender.class))).thenReturn(HookResult.DECLINED);
        assertThat(hook.doMail(session, SENDER)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void shouldForwardTheMessageWhereJamesVerifiesIt() {
        SenderAuthIdentifyVerificationHook ofJames39 =
            mock(SenderAuthIdentifyVerificationHook.class, withSettings().extraInterfaces(JamesMessageHook.class));
        when(((JamesMessageHook) ofJames39).onMessage(any(), any())).thenReturn(AUTH_REQUIRED);
        SMTPSession session = new TestSession().get();
        Mail mail = mock(Mail.class);

        assertThat(new SenderVerificationHook(ofJames39, policy.sessionPolicy()).onMessage(session, mail)).isEqualTo(AUTH_REQUIRED);
        assertThat(hook.onMessage(session, mail)).isEqualTo(HookResult.DECLINED);
    }
}
