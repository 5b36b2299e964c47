package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.mailet.AttributeName;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMail;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.Stamp;
import org.relaycontrol.policy.ClientHost;

/** The stamp on a received mail, and recipients that came without having been decided. */
class RelayMessageHookTest {

    private static final MaybeSender SENDER = MaybeSender.getMailSender("a@sender.example");

    private final TestPolicy policy = new TestPolicy();
    private final RecipientControl recipients = policy.recipientControl();
    private final RelayRcptHook rcptHook = policy.rcptHook();
    private final RelayMessageHook hook = new RelayMessageHook(policy.sessionPolicy(), recipients);

    private static Mail mail(String... to) throws Exception {
        return FakeMail.builder().name("mail").sender("a@sender.example").recipients(to).build();
    }

    @Test
    void shouldStampWhatRcptPermitted() throws Exception {
        SMTPSession session = new TestSession().get();
        rcptHook.doRcpt(session, SENDER, new MailAddress("x@hosted.example"));
        rcptHook.doRcpt(session, SENDER, new MailAddress("x@relay.example"));
        rcptHook.doRcpt(session, SENDER, new MailAddress("refused@hosted.example"));
        Mail mail = mail("x@hosted.example", "x@relay.example");

        assertThat(hook.onMessage(session, mail)).isEqualTo(HookResult.DECLINED);

        Stamp stamp = Stamp.of(mail);
        assertThat(stamp.permission(new MailAddress("x@hosted.example"))).hasToString("inbound mx");
        assertThat(stamp.permission(new MailAddress("x@relay.example"))).hasToString("relay mx");
        assertThat(stamp.permission(new MailAddress("refused@hosted.example"))).as("no recipient of the mail").isNull();
    }

    @Test
    void shouldStampNothingWhereThePolicyIsNotEnforced() throws Exception {
        policy.notEnforced();
        SMTPSession session = new TestSession().get();
        Mail mail = mail("x@hosted.example", "x@else.example");

        assertThat(hook.onMessage(session, mail)).isEqualTo(HookResult.DECLINED);
        assertThat(Stamp.of(mail).permission(new MailAddress("x@hosted.example"))).isNull();
        assertThat(mail.attributeNames().map(AttributeName::asString)).containsExactly("org.relaycontrol.WatchedBy");
        assertThat(policy.refusals().count()).as("RCPT has logged it").isZero();
    }

    @Test
    void shouldDecideRecipientsThatSlippedByAndStampThem() throws Exception {
        SMTPSession session = new TestSession().get();
        Mail mail = mail("x@relay.example");

        assertThat(hook.onMessage(session, mail)).isEqualTo(HookResult.DECLINED);
        assertThat(Stamp.of(mail).permission(new MailAddress("x@relay.example"))).hasToString("relay mx");
    }

    @Test
    void shouldRefuseTheMailIfOneThatSlippedByIsDenied() throws Exception {
        SMTPSession session = new TestSession().get();
        rcptHook.doRcpt(session, SENDER, new MailAddress("x@relay.example"));
        Mail mail = mail("x@relay.example", "x@else.example");

        HookResult result = hook.onMessage(session, mail);

        assertThat(result.getSmtpRetCode()).isEqualTo("550");
        assertThat(result.getSmtpDescription()).isEqualTo("5.7.1 Unable to relay for x@else.example");
        assertThat(Stamp.of(mail).permission(new MailAddress("x@relay.example"))).isNull();
    }

    @Test
    void shouldRefuseForNowIfOneThatSlippedByIsDeferred() throws Exception {
        policy.host("198.51.100.7", CompletableFuture.completedFuture(ClientHost.UNKNOWN));
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();

        assertThat(hook.onMessage(session, mail("x@else.example")).getSmtpRetCode()).isEqualTo("451");
    }

    @Test
    void shouldRefuseForGoodIfOneIsDeniedAndAnotherDeferred() throws Exception {
        policy.withoutDomainList();
        SMTPSession session = new TestSession().get();

        HookResult result = hook.onMessage(session, mail("x@hosted.example", "x@else.example"));

        assertThat(result.getSmtpRetCode()).isEqualTo("550");
    }
}
