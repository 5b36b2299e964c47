package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.smtpserver.fastfail.ValidRcptHandler;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.monitor.CandidateComparison;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;

/** Replies to RCPT, and what is remembered of permitted recipients. */
class RelayRcptHookTest {

    private final TestPolicy policy = new TestPolicy();

    private RelayRcptHook hook(ProtocolHandler... others) throws Exception {
        RelayRcptHook hook = policy.rcptHook();
        List<ProtocolHandler> handlers = new ArrayList<>(List.of(others));
        handlers.add(hook);
        hook.wireExtensions(ProtocolHandler.class, handlers);
        return hook;
    }

    private static String rcpt(RelayRcptHook hook, SMTPSession session, String recipient) throws Exception {
        return rcpt(hook, session, new MailAddress(recipient));
    }

    private static String rcpt(RelayRcptHook hook, SMTPSession session, MailAddress recipient) {
        HookResult result = hook.doRcpt(session, MaybeSender.getMailSender("a@sender.example"), recipient);
        assertThat(result.getResult().getAction()).isNotEqualTo(HookReturnCode.Action.OK);
        return result == HookResult.DECLINED ? "declined" : result.getSmtpRetCode() + " " + result.getSmtpDescription();
    }

    @Test
    void shouldDeclineAndRememberWhatIsPermitted() throws Exception {
        SMTPSession session = new TestSession().get();
        RelayRcptHook hook = hook();

        assertThat(rcpt(hook, session, "x@hosted.example")).isEqualTo("declined");
        assertThat(rcpt(hook, session, "x@relay.example")).isEqualTo("declined");
        assertThat(rcpt(hook, session, "x@else.example")).isEqualTo("550 5.7.1 Unable to relay for x@else.example");

        PermittedRecipients permitted = PermittedRecipients.of(session);
        assertThat(permitted.permission(new MailAddress("X@hosted.example"))).hasToString("inbound mx");
        assertThat(permitted.permission(new MailAddress("x@relay.example")).route()).isEqualTo(Route.RELAY);
        assertThat(permitted.permission(new MailAddress("x@else.example"))).isNull();
    }

    /** James would keep the mail in its error repository. */
    @Test
    void shouldNotAcceptWhatJamesCannotDeliver() throws Exception {
        SMTPSession listed = new TestSession().from("192.0.2.130").get();

        assertThat(rcpt(hook(), listed, "x@else.example")).isEqualTo("declined");
        assertThat(rcpt(hook(), listed, "\"x@y\"@else.example")).startsWith("553 5.1.3 ");
        assertThat(PermittedRecipients.of(listed).permission(new MailAddress("\"x@y\"@else.example"))).isNull();
        assertThat(rcpt(hook(), new TestSession().get(), "\"x@y\"@relay.example")).startsWith("550 5.7.1 ");
        assertThat(policy.refusals().latest(any -> true, 10)).extracting(one -> one.refusal().reason())
            .containsExactly(DecidedBy.SENDER_SPECIFIED_ROUTING, DecidedBy.NOT_DELIVERABLE);
        assertThat(policy.refusals().latest(any -> true, 10).get(1).refusal().toString())
            .startsWith("verdict=deny reason=not-deliverable policy=mx rule=relaycontrol.xml:13 ");
    }

    @Test
    void shouldForgetWhenTheTransactionEnds() throws Exception {
        SMTPSession session = new TestSession().get();
        rcpt(hook(), session, "x@relay.example");

        session.resetState();

        assertThat(PermittedRecipients.of(session).permission(new MailAddress("x@relay.example"))).isNull();
    }

    @Test
    void shouldDecideATransactionByThePolicyThatWasInForceWhenItBegan() throws Exception {
        SMTPSession session = new TestSession().get();
        RelayRcptHook hook = hook();
        ConnectionHook connections = policy.connectionHook();
        connections.doMail(session, MaybeSender.nullSender());

        policy.tighten();

        assertThat(rcpt(hook, session, "x@relay.example")).isEqualTo("declined");
        session.resetState();
        assertThat(rcpt(hook, session, "x@relay.example")).startsWith("554 5.7.1 ");
    }

    @Test
    void shouldLeaveTheDecisionToJamesWhereThePolicyIsNotEnforced() throws Exception {
        policy.notEnforced();
        RelayRcptHook hook = hook();
        SMTPSession stranger = new TestSession().get();
        SMTPSession authorized = new TestSession().get();
        authorized.setRelayingAllowed(true);

        assertThat(rcpt(hook, stranger, "x@hosted.example")).isEqualTo("declined");
        assertThat(rcpt(hook, stranger, "x@below.hosted.example")).as("James does not host it")
            .isEqualTo("550 5.7.1 Requested action not taken: relaying denied");
        assertThat(rcpt(hook, stranger, "x@relay.example")).as("the policy would relay").startsWith("550 5.7.1 Requested action");
        assertThat(rcpt(hook, authorized, "x@else.example")).as("the policy would not relay").isEqualTo("declined");
        assertThat(PermittedRecipients.of(stranger).permission(new MailAddress("x@hosted.example"))).isNull();
        assertThat(policy.refusals().latest(any -> true, 10)).extracting(one -> one.refusal().toString())
            .allSatisfy(line -> assertThat(line).contains(" policy=mx enforce=false "))
            .hasSize(2);
    }

    @Test
    void shouldLeaveTheDecisionToJamesAlsoWhereThePolicyFails() throws Exception {
        policy.notEnforced().withoutDomainList();
        SMTPSession authorized = new TestSession().get();
        authorized.setRelayingAllowed(true);

        assertThat(rcpt(hook(), authorized, "x@hosted.example")).isEqualTo("declined");
        assertThat(policy.refusals().latest(any -> true, 10)).extracting(one -> one.refusal().toString())
            .allSatisfy(line -> assertThat(line).contains("reason=failure enforce=false "));
    }

    @Test
    void shouldCompareWithWhatTheCandidateDecides() throws Exception {
        RelayPolicies running = policy.policies();
        policy.tighten();
        Candidate candidate = policy.candidate(running);
        SMTPSession session = new TestSession().from("192.0.2.130").get();
        RelayRcptHook hook = hook();

        assertThat(rcpt(hook, session, "x@hosted.example")).isEqualTo("declined");
        assertThat(rcpt(hook, session, "x@relay.example")).startsWith("550 ");
        assertThat(rcpt(hook, session, "x@else.example")).startsWith("550 ");

        CandidateComparison comparison = policy.comparison();
        assertThat(comparison.alikeCount(candidate)).isEqualTo(1);
        assertThat(comparison.differentCount(candidate)).isEqualTo(2);
        assertThat(comparison.latest(candidate, 1)).singleElement().satisfies(difference -> {
            assertThat(difference.running().toString()).startsWith("verdict=deny reason=not-permitted policy=mx ")
                .contains("recipient=x@else.example");
            assertThat(difference.candidate().toString()).startsWith("verdict=permit reason=client-listed policy=mx ")
                .contains("recipient=x@else.example");
        });
        assertThat(policy.refusals().count()).as("of the running policy alone").isEqualTo(2);
    }

    @Test
    void shouldCompareByTheNameOfTheClientWithoutWaitingForIt() throws Exception {
        CompletableFuture<ClientHost> host = new CompletableFuture<>();
        policy.host("198.51.100.7", host);
        RelayPolicies byName = RelayPolicies.of(List.of(policy.policies().policies().get(1)), policy.policies().sharedRouting());
        Candidate candidate = policy.candidate(byName);
        SMTPSession session = new TestSession().to("192.0.2.25", 26).get();
        policy.tighten();
        RelayRcptHook hook = hook();

        rcpt(hook, session, "x@else.example");
        assertThat(policy.comparison().undecidedCount(candidate)).isEqualTo(1);
        host.complete(ClientHost.named(DomainName.of("pc.branch.example")));
        rcpt(hook, session, "x@else.example");
        assertThat(policy.comparison().differentCount(candidate)).isEqualTo(1);
    }

    @Test
    void shouldDecideAsEverWhereTheCandidateFails() throws Exception {
        Candidate candidate = policy.candidate(null);

        assertThat(rcpt(hook(), new TestSession().get(), "x@relay.example")).isEqualTo("declined");
        assertThat(policy.comparison().undecidedCount(candidate)).isEqualTo(1);
    }

    /** Of a handler that accepts MAIL before ours is asked. */
    @Test
    void shouldDecideAllRecipientsOfATransactionByOnePolicy() throws Exception {
        SMTPSession session = new TestSession().get();
        RelayRcptHook hook = hook();
        assertThat(rcpt(hook, session, "x@relay.example")).isEqualTo("declined");

        policy.tighten();

        assertThat(rcpt(hook, session, "y@relay.example")).isEqualTo("declined");
    }

    @Test
    void shouldRefuseUnhostedNameBelowInboundDomain() throws Exception {
        assertThat(rcpt(hook(), new TestSession().get(), "x@below.hosted.example")).startsWith("550 5.1.2 ");
    }

    @Test
    void shouldChoosePolicyByListener() throws Exception {
        SMTPSession session = new TestSession().from("192.0.2.130").get();
        SMTPSession ungoverned = new TestSession().from("192.0.2.130").to("192.0.2.25", 2525).get();

        assertThat(rcpt(hook(), session, "x@else.example")).isEqualTo("declined");
        assertThat(rcpt(hook(), ungoverned, "x@else.example")).startsWith("554 5.7.1 ");
    }

    @Test
    void shouldAskToAuthenticateWhereAuthIsOffered() throws Exception {
        RelayRcptHook hook = hook(new AuthCmdHandler());

        assertThat(rcpt(hook, new TestSession().authAnnounced(true, true).get(), "x@else.example"))
            .isEqualTo("530 5.7.0 Authentication required to relay for x@else.example");
        assertThat(rcpt(hook, new TestSession().authAnnounced(false, true).startTls(true).get(), "x@else.example")).startsWith("530 ");
    }

    @Test
    void shouldNotAskToAuthenticateWhereNobodyCan() throws Exception {
        RelayRcptHook hook = hook(new AuthCmdHandler());

        assertThat(rcpt(hook, new TestSession().authAnnounced(false, true).startTls(false).get(), "x@else.example")).startsWith("550 ");
        assertThat(rcpt(hook, new TestSession().authAnnounced(false, false).startTls(true).get(), "x@else.example")).startsWith("550 ");
        assertThat(rcpt(hook, new TestSession().authAnnounced(true, true).withoutMechanisms().get(), "x@else.example")).startsWith("550 ");
        assertThat(rcpt(hook(), new TestSession().authAnnounced(true, true).get(), "x@else.example")).startsWith("550 ");
    }

    /** James 3.8 lets no such address through; a later one with other ideas of a domain may. */
    @Test
    void shouldRefuseWhatIsNoMailDomain() throws Exception {
        Domain domain = mock(Domain.class);
        when(domain.name()).thenReturn("not\u2028a domain");
        MailAddress recipient = mock(MailAddress.class);
        when(recipient.getLocalPart()).thenReturn("x");
        when(recipient.getDomain()).thenReturn(domain);

        assertThat(rcpt(hook(), new TestSession().get(), recipient))
            .isEqualTo("553 5.1.3 The domain of the recipient is not a mail domain");
    }

    @Test
    void shouldRefuseForNowWhenJamesCannotTellItsDomains() throws Exception {
        policy.withoutDomainList();

        assertThat(rcpt(hook(), new TestSession().from("192.0.2.130").get(), "x@hosted.example")).startsWith("451 4.3.0 ");
    }

    @Test
    void shouldRefuseToStartWhenAHandlerOfThePackageIsConfiguredAgain() {
        assertThatThrownBy(() -> hook(mock(ValidRcptHandler.class), mock(ValidRcptHandler.class)))
            .isInstanceOf(WiringException.class);
    }
}
