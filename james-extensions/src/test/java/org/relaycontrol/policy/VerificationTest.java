package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.Verification.OnFailure;

/** How recipients are verified, and what comes of it: the last step of the decision. */
class VerificationTest {

    private static final Rule RULE = Rule.of("f", 1);
    private static final LocalDomains HOSTED = domain -> domain.toString().equals("local.example");

    private static RelayPolicies policies(Verification verification) {
        RoutingList.Builder routing = RoutingList.builder(RULE)
            .add(entry("relay.example", Treatment.of(Action.RELAY).withVerification(verification), 2))
            .add(entry("route.example", Treatment.of(Action.ROUTE).withVerification(verification), 3))
            .add(entry("plain.example", Treatment.of(Action.RELAY), 4));
        Restrictions restrictions = Restrictions.builder(RULE).clients(ClientList.builder(ClientList.Mode.ONLY, RULE)
            .network(Network.parse("10.0.0.0/8"), RULE).host(DomainName.of("branch.example"), RULE).build()).build();
        return RelayPolicies.of(List.of(RelayPolicy.of("default", RULE, List.of(),
            ClientList.builder(ClientList.Mode.ALL_EXCEPT, RULE).build(), routing.build(), restrictions)),
            RoutingList.builder(RULE).build());
    }

    private static RoutingEntry entry(String domain, Treatment treatment, int line) {
        return RoutingEntry.of(DomainName.of(domain), Match.SUBTREE, treatment, Rule.of("f", line));
    }

    private static Envelope envelope(String client, ClientHost host, String recipient) {
        return Envelope.smtp(IpAddress.parse(client), IpAddress.parse("192.0.2.25"), 25, null, host,
            Recipient.parse(recipient, DomainName.of("local.example")));
    }

    @ParameterizedTest
    @CsvSource({
        "ACCEPT, UNASKED, permit relay-domain",
        "ACCEPT, KNOWN, permit relay-domain",
        "ACCEPT, UNKNOWN, deny recipient-unknown",
        "ACCEPT, PENDING, defer recipient-unverified",
        "ACCEPT, UNDETERMINED, permit relay-domain",
        "DEFER, UNASKED, permit relay-domain",
        "DEFER, KNOWN, permit relay-domain",
        "DEFER, UNKNOWN, deny recipient-unknown",
        "DEFER, PENDING, defer recipient-unverified",
        "DEFER, UNDETERMINED, defer recipient-unverified",
    })
    void shouldDecideByWhatIsKnownOfTheRecipient(OnFailure onFailure, RecipientStatus status, String expected) {
        RelayPolicies policies = policies(Verification.callout().withOnFailure(onFailure));
        Envelope envelope = envelope("198.51.100.7", ClientHost.NONE, "user@below.relay.example").withRecipientStatus(status);
        Decision decision = policies.decide(envelope, HOSTED, true);
        assertThat(decision).hasToString(expected);
        assertThat(decision.rule(envelope)).hasToString("f:2");
        assertThat(decision.route()).isEqualTo(decision.isPermit() ? Decision.Route.RELAY : null);
    }

    /** Strangers learn nothing of the recipients of a route domain, and nothing else is verified. */
    @ParameterizedTest
    @CsvSource({
        "198.51.100.7, -, user@route.example, deny not-permitted",
        "198.51.100.7, ?, user@route.example, deny not-permitted",
        "198.51.100.7, a.branch.example, user@route.example, deny recipient-unknown",
        "10.0.0.1, ?, user@route.example, deny recipient-unknown",
        "198.51.100.7, -, user%x@relay.example, deny sender-specified-routing",
        "10.0.0.1, -, user%x@relay.example, deny recipient-unknown",
        "198.51.100.7, -, user@plain.example, permit relay-domain",
        "10.0.0.1, -, user@else.example, permit client-listed",
        "198.51.100.7, -, user@local.example, permit inbound",
    })
    void shouldAskLast(String client, String host, String recipient, String expected) {
        ClientHost clientHost = host.equals("?") ? ClientHost.UNKNOWN : host.equals("-") ? ClientHost.NONE
            : ClientHost.named(DomainName.of(host));
        Envelope envelope = envelope(client, clientHost, recipient).withRecipientStatus(RecipientStatus.UNKNOWN);
        assertThat(policies(Verification.callout()).decide(envelope, HOSTED, true)).hasToString(expected);
    }

    @Test
    void shouldTellWhoIsToBeAsked() {
        Verification verification = Verification.callout();
        RelayPolicies policies = policies(verification);
        assertThat(asked(policies, "198.51.100.7", "user@relay.example")).isSameAs(verification);
        assertThat(asked(policies, "10.0.0.1", "user@route.example")).isSameAs(verification);
        assertThat(asked(policies, "198.51.100.7", "user@route.example")).isNull();
        assertThat(asked(policies, "198.51.100.7", "user@plain.example")).isNull();
        assertThat(asked(policies, "10.0.0.1", "user@else.example")).isNull();
        assertThat(asked(policies, "10.0.0.1", "user@local.example")).isNull();
    }

    private static @Nullable Verification asked(RelayPolicies policies, String client, String recipient) {
        Envelope envelope = envelope(client, ClientHost.NONE, recipient);
        return policies.decide(envelope, HOSTED, true).verification(envelope.recipient());
    }

    /** It is too late to refuse it, and what an alias makes is the administrator's. */
    @Test
    void shouldNotVerifyInTheMailetContainer() {
        Recipient recipient = Recipient.parse("user@relay.example", DomainName.of("local.example"));
        Envelope spooled = Envelope.spooled(IpAddress.parse("198.51.100.7"), null, recipient)
            .withRecipientStatus(RecipientStatus.UNKNOWN);
        assertThat(policies(Verification.callout()).decideSpooled(spooled, HOSTED)).hasToString("permit relay-domain");
    }

    @Test
    void shouldHaveEximsTimesUnlessToldOtherwise() {
        Verification verification = Verification.callout();
        assertThat(verification.directory()).isNull();
        assertThat(verification.timeout()).hasSeconds(30);
        assertThat(verification.ttl()).hasHours(24);
        assertThat(verification.negativeTtl()).hasHours(2);
        assertThat(verification.onFailure()).isEqualTo(OnFailure.ACCEPT);
        assertThat(verification.recipientDelimiter()).isEmpty();
        assertThat(verification).hasToString("callout");
        Verification changed = verification.withTimeout(Duration.ofSeconds(5)).withTtl(Duration.ofHours(1))
            .withNegativeTtl(Duration.ofMinutes(1)).withOnFailure(OnFailure.DEFER).withRecipientDelimiter("+-");
        assertThat(changed.timeout()).hasSeconds(5);
        assertThat(changed.ttl()).hasHours(1);
        assertThat(changed.negativeTtl()).hasMinutes(1);
        assertThat(changed.onFailure()).isEqualTo(OnFailure.DEFER);
        assertThat(changed.recipientDelimiter()).isEqualTo("+-");
    }

    @Test
    void shouldTakeTimesThatMakeSense() {
        Verification verification = Verification.ldap(LdapDirectory.builder("ad", "ldap://dc1", "").build());
        assertThat(verification).hasToString("ldap ad");
        assertThat(verification.withTtl(Duration.ofDays(31)).ttl()).hasDays(31);
        assertThatIllegalArgumentException().isThrownBy(() -> verification.withTimeout(Duration.ofSeconds(301)))
            .withMessage("verifyTimeout is 301s; write 1s to 5m");
        assertThatIllegalArgumentException().isThrownBy(() -> verification.withTtl(Duration.ZERO))
            .withMessage("verifyTtl is 0s; write 1s to 744h");
        assertThatIllegalArgumentException().isThrownBy(() -> verification.withNegativeTtl(Duration.ofHours(745)))
            .withMessage("verifyNegativeTtl is 2682000s; write 1s to 744h");
    }
}
