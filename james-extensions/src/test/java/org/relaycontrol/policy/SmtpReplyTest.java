package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * The reply for each reason, and that nothing a client or a policy file writes can break a reply line.
 */
class SmtpReplyTest {

    private static final Rule RULE = Rule.of("relaycontrol.xml", 7);
    private static final Recipient RECIPIENT = Recipient.of("user", DomainName.of("else.example"));
    private static final RelayPolicy POLICY = policy(RoutingList.builder(RULE));

    private static RelayPolicy policy(RoutingList.Builder routing) {
        return RelayPolicy.of("default", RULE, List.of(), ClientList.builder(ClientList.Mode.ALL_EXCEPT, RULE).build(), routing.build(),
            Restrictions.builder(RULE).build());
    }

    private static RelayPolicy policy(Treatment treatment) {
        return policy(RoutingList.builder(RULE).add(RoutingEntry.of(DomainName.of("example"), Match.SUBTREE, treatment, RULE)));
    }

    private static String reply(Reason reason, boolean authOffered) {
        return SmtpReply.of(Decision.deny(reason, POLICY, RULE), RECIPIENT, authOffered).toString();
    }

    @Test
    void shouldReplyAsTheDesignSays() {
        for (boolean authOffered : new boolean[] {false, true}) {
            assertThat(reply(Reason.CONNECTION_REFUSED, authOffered)).isEqualTo("554 5.7.1 connection refused");
            assertThat(reply(Reason.AUTHENTICATION_REQUIRED, authOffered)).isEqualTo("530 5.7.0 Authentication required");
            assertThat(reply(Reason.DOMAIN_REJECTED, authOffered)).isEqualTo("550 5.7.1 else.example is not accepted here");
            assertThat(reply(Reason.INBOUND_NOT_HOSTED, authOffered)).startsWith("550 5.1.2 else.example ");
            for (Reason reason : List.of(Reason.SENDER_SPECIFIED_ROUTING, Reason.REROUTE_OFF, Reason.NEVER, Reason.NOT_PERMITTED)) {
                assertThat(reply(reason, authOffered)).isEqualTo("550 5.7.1 Unable to relay for user@else.example");
            }
            assertThat(SmtpReply.of(Decision.noPolicy(), RECIPIENT, authOffered)).hasToString("554 5.7.1 connection refused");
            assertThat(reply(Reason.RECIPIENT_UNKNOWN, authOffered)).isEqualTo("550 5.1.1 Unknown recipient user@else.example");
            assertThat(SmtpReply.of(Decision.defer(Reason.RECIPIENT_UNVERIFIED, POLICY, null), RECIPIENT, authOffered).toString())
                .startsWith("450 4.1.1 ");
            assertThat(SmtpReply.of(Decision.defer(Reason.DNS_UNAVAILABLE, POLICY, RULE), RECIPIENT, authOffered).toString())
                .startsWith("451 4.4.3 ");
        }
    }

    @Test
    void shouldAskToAuthenticateWhereThatCouldHelpAndIsOffered() {
        Decision helps = Decision.notPermitted(POLICY, true);
        Decision helpsNot = Decision.notPermitted(POLICY, false);
        assertThat(SmtpReply.of(helps, RECIPIENT, true))
            .hasToString("530 5.7.0 Authentication required to relay for user@else.example");
        assertThat(SmtpReply.of(helps, RECIPIENT, false)).hasToString("550 5.7.1 Unable to relay for user@else.example");
        assertThat(SmtpReply.of(helpsNot, RECIPIENT, true)).hasToString("550 5.7.1 Unable to relay for user@else.example");
    }

    @Test
    void shouldRejectWithTheConfiguredText() {
        Decision rejected = rejected(Treatment.of(Action.REJECT).withReply("not wanted here"));
        SmtpReply reply = SmtpReply.of(rejected, RECIPIENT, true);
        assertThat(reply).hasToString("550 5.7.1 not wanted here");
        assertThat(reply.code()).isEqualTo("550");
        assertThat(reply.text()).isEqualTo("5.7.1 not wanted here");
        assertThat(SmtpReply.of(rejected(Treatment.of(Action.REJECT)), RECIPIENT, true))
            .hasToString("550 5.7.1 else.example is not accepted here");
    }

    private static Decision rejected(Treatment treatment) {
        return Decision.deny(Reason.DOMAIN_REJECTED, policy(treatment), null);
    }

    @Test
    void shouldNotReplyToWhatIsPermitted() {
        Decision permitted = Decision.permit(Route.RELAY, Reason.CLIENT_LISTED, POLICY, RULE);
        assertThatIllegalArgumentException().isThrownBy(() -> SmtpReply.of(permitted, RECIPIENT, true))
            .withMessage("permit client-listed is no refusal");
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, mode = EnumSource.Mode.EXCLUDE,
        names = {"INBOUND", "RELAY_DOMAIN", "CLIENT_LISTED", "INTERNAL_ADDRESS", "AUTHENTICATED"})
    void shouldHaveAReplyForEachRefusal(Reason reason) {
        assertThat(reply(reason, true)).matches("[45][0-9]{2} [45]\\.[0-9]\\.[0-9] [ -~]+");
    }

    @Test
    void shouldKeepWithinAReplyLineWhateverTheRecipient() {
        Recipient longest = Recipient.of("u".repeat(64), DomainName.of(("d".repeat(63) + ".").repeat(3) + "d".repeat(61)));
        SmtpReply whole = SmtpReply.of(Decision.notPermitted(POLICY, true), longest, true);
        assertThat(whole.toString()).endsWith(" for " + longest);
        SmtpReply unverified = SmtpReply.of(Decision.defer(Reason.RECIPIENT_UNVERIFIED, POLICY, null), longest, true);
        assertThat(unverified.toString()).endsWith(" " + longest).hasSizeLessThan(510);
        Recipient tooLong = Recipient.of("u".repeat(2_000), DomainName.of("else.example"));
        SmtpReply cut = SmtpReply.of(Decision.notPermitted(POLICY, true), tooLong, true);
        assertThat(cut.toString()).endsWith("uu...").hasSizeLessThan(510);
    }

    @Provide
    Arbitrary<String> anything() {
        return Arbitraries.strings().withChars("\r\n\0\t\u007f\u0085\u2028\u00fc\ud83d\ude00\ud800 a\"\\@%").all().ofMaxLength(30);
    }

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void shouldKeepRepliesToOneLineOfPrintableAscii(@ForAll("anything") String text, @ForAll Reason reason, @ForAll boolean helps) {
        if (reason == Reason.INBOUND || reason == Reason.RELAY_DOMAIN || reason == Reason.CLIENT_LISTED
            || reason == Reason.INTERNAL_ADDRESS || reason == Reason.AUTHENTICATED) {
            return;
        }
        RelayPolicy policy = policy(Treatment.of(Action.REJECT).withReply(text));
        Decision decision = reason == Reason.NOT_PERMITTED
            ? Decision.notPermitted(policy, helps)
            : Decision.deny(reason, policy, RULE);
        SmtpReply reply = SmtpReply.of(decision, Recipient.of(text, DomainName.of("else.example")), true);
        assertThat(reply.toString()).matches("[ -~]*").hasSizeLessThan(512);
        assertThat(reply.text()).matches("[ -~]*");
    }
}
