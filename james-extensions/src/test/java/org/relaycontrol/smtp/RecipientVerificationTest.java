package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.mockito.ArgumentMatchers;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Verification;

/** Replies to RCPT where it is asked whether the recipient exists. */
class RecipientVerificationTest {

    private static final String VERIFIED = "x@verified.example";
    private static final String ROUTED = "x@route.example";
    private static final int MANY = 20;
    private static final Duration ENOUGH = Duration.ofMinutes(1);

    private final TestPolicy policy = new TestPolicy();

    private static CompletableFuture<RecipientStatus> known(RecipientStatus status) {
        return CompletableFuture.completedFuture(status);
    }

    private String rcpt(SMTPSession session, String recipient) throws Exception {
        HookResult result = policy.rcptHook().doRcpt(session, MaybeSender.getMailSender("a@sender.example"), new MailAddress(recipient));
        return result == HookResult.DECLINED ? "declined" : result.getSmtpRetCode() + " " + result.getSmtpDescription();
    }

    @Test
    void shouldRefuseRecipientsThatDoNotExist() throws Exception {
        policy.answering(known(RecipientStatus.UNKNOWN));
        SMTPSession session = new TestSession().get();

        assertThat(rcpt(session, VERIFIED)).startsWith("550 5.1.1 ").contains(VERIFIED);
        assertThat(PermittedRecipients.of(session).permission(new MailAddress(VERIFIED))).isNull();
        assertThat(policy.refusals().latest(any -> true, 10)).extracting(one -> one.refusal().toString())
            .allSatisfy(line -> assertThat(line).contains(" reason=recipient-unknown policy=mx ", "rule=relaycontrol.xml:5"))
            .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(value = RecipientStatus.class, mode = Mode.EXCLUDE, names = {"UNKNOWN", "PENDING"})
    void shouldAcceptRecipientsThatExistOrOfWhomNobodyCanSay(RecipientStatus status) throws Exception {
        policy.answering(known(status));
        SMTPSession session = new TestSession().get();

        assertThat(rcpt(session, VERIFIED)).isEqualTo("declined");
        assertThat(PermittedRecipients.of(session).permission(new MailAddress(VERIFIED))).isNotNull();
    }

    @Test
    void shouldAskTheNextHopOfTheEntryOnTheClientsAccount() throws Exception {
        policy.answering(known(RecipientStatus.KNOWN));
        rcpt(new TestSession().get(), VERIFIED);

        verify(policy.verifier()).status(ArgumentMatchers.eq(IpAddress.parse("198.51.100.7")),
            ArgumentMatchers.argThat(recipient -> recipient.toString().equals(VERIFIED)), ArgumentMatchers.eq(Verification.callout()),
            ArgumentMatchers.eq(TestPolicy.NEXT_HOPS));
    }

    @Test
    void shouldAskOnlyAboutWhatWouldBePermitted() throws Exception {
        policy.answering(known(RecipientStatus.UNKNOWN));

        assertThat(rcpt(new TestSession().get(), ROUTED)).as("a stranger learns nothing").startsWith("550 5.7.1 ");
        assertThat(rcpt(new TestSession().get(), "x%y@verified.example")).startsWith("550 5.7.1 ");
        assertThat(rcpt(new TestSession().get(), "x@relay.example")).isEqualTo("declined");
        verify(policy.verifier(), never()).status(any(), any(), any(), any());
        assertThat(rcpt(new TestSession().from("192.0.2.130").get(), ROUTED)).startsWith("550 5.1.1 ");
        assertThat(rcpt(new TestSession().user("joe").get(), ROUTED)).startsWith("550 5.1.1 ");
    }

    @Test
    void shouldDeferWhereThePolicySaysSo() throws Exception {
        policy.answering(known(RecipientStatus.UNDETERMINED));

        assertThat(rcpt(new TestSession().user("joe").get(), ROUTED)).startsWith("450 4.1.1 ");
    }

    @Test
    void shouldWaitALittleForTheAnswerAllRecipientsOfATransactionTogether() throws Exception {
        policy.answering(new CompletableFuture<>());
        SMTPSession session = new TestSession().get();
        long start = System.nanoTime();
        for (int i = 0; i < MANY; i++) {
            assertThat(rcpt(session, i + VERIFIED)).startsWith("450 4.1.1 ");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Patience.MAX_WAIT, Patience.MAX_WAIT.multipliedBy(MANY / 2));
    }

    @Test
    void shouldUseAnAnswerThatComesInTime() throws Exception {
        CompletableFuture<RecipientStatus> answer = new CompletableFuture<>();
        policy.answering(answer.completeOnTimeout(RecipientStatus.UNKNOWN, 1, TimeUnit.MILLISECONDS));

        assertThat(rcpt(new TestSession().get(), VERIFIED)).startsWith("550 5.1.1 ");
    }

    @Test
    void shouldNotWaitWhereThePolicyIsNotEnforced() throws Exception {
        policy.notEnforced().answering(new CompletableFuture<>());
        long start = System.nanoTime();
        for (int i = 0; i < MANY; i++) {
            rcpt(new TestSession().get(), VERIFIED);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Patience.MAX_WAIT.multipliedBy(MANY / 2));
        assertThat(policy.refusals().latest(any -> true, MANY)).hasSize(MANY);
    }

    private void name(TestSession session, int recipients) throws Exception {
        for (int i = 0; i < recipients; i++) {
            rcpt(session.get(), i + VERIFIED);
        }
    }

    @Test
    void shouldReadNoMoreForASecondFromWhoGuessesRecipients() throws Exception {
        policy.answering(known(RecipientStatus.UNKNOWN));
        TestSession session = new TestSession();

        name(session, Tarpit.FREE);
        verify(session.transport(), never()).setReadable(anyBoolean());
        long start = System.nanoTime();
        name(session, 1);
        verify(session.transport()).setReadable(false);
        verify(session.transport(), timeout(ENOUGH.toMillis())).setReadable(true);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Tarpit.DELAY);
        name(session, 1);
        verify(session.transport(), times(2)).setReadable(false);
    }

    @Test
    void shouldReadNoMoreForASecondForEachOfTheRecipientsInAPacket() throws Exception {
        policy.answering(known(RecipientStatus.UNKNOWN));
        TestSession session = new TestSession();
        long start = System.nanoTime();
        name(session, Tarpit.FREE + 2);

        verify(session.transport()).setReadable(false);
        verify(session.transport(), timeout(ENOUGH.toMillis())).setReadable(true);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Tarpit.DELAY.multipliedBy(2));
    }

    @Test
    void shouldSlowDownByWhatIsUnansweredOnlyWhoGuesses() throws Exception {
        policy.answering(known(RecipientStatus.PENDING));
        TestSession patient = new TestSession();
        name(patient, MANY);
        when(policy.verifier().isGuessing(IpAddress.parse("198.51.100.7"))).thenReturn(true);
        TestSession guessing = new TestSession();
        name(guessing, MANY);

        verify(patient.transport(), never()).setReadable(anyBoolean());
        verify(guessing.transport()).setReadable(false);

        policy.answering(known(RecipientStatus.UNDETERMINED));
        TestSession whileNextHopIsDown = new TestSession().user("joe");
        for (int i = 0; i < MANY; i++) {
            assertThat(rcpt(whileNextHopIsDown.get(), i + ROUTED)).startsWith("450 4.1.1 ");
        }
        verify(whileNextHopIsDown.transport(), never()).setReadable(anyBoolean());
    }

    @Test
    void shouldCountAnewAfterAMail() throws Exception {
        policy.answering(known(RecipientStatus.UNKNOWN));
        TestSession session = new TestSession();
        name(session, Tarpit.FREE);
        Tarpit.mailAccepted(session.get());
        name(session, Tarpit.FREE);
        verify(session.transport(), never()).setReadable(anyBoolean());

        name(session, 1);
        verify(session.transport()).setReadable(false);
    }

    @ParameterizedTest
    @EnumSource(value = RecipientStatus.class, mode = Mode.EXCLUDE, names = "UNKNOWN")
    void shouldNotSlowDownWhoNamesRecipientsThatMayExist(RecipientStatus status) throws Exception {
        policy.answering(known(status));
        TestSession session = new TestSession();
        name(session, MANY);

        verify(session.transport(), never()).setReadable(anyBoolean());
    }

    @Test
    void shouldNotSlowDownWhereThePolicyIsNotEnforced() throws Exception {
        policy.notEnforced().answering(known(RecipientStatus.UNKNOWN));
        TestSession session = new TestSession();
        name(session, MANY);

        verify(session.transport(), never()).setReadable(anyBoolean());
    }

    @Test
    void shouldAskNoMoreWhenJamesStops() {
        policy.rcptHook().destroy();

        verify(policy.verifier()).close();
    }
}
