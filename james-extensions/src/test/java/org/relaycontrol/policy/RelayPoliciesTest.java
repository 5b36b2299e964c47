package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * Which policy governs, which routing list routes, and which line a decision names.
 */
class RelayPoliciesTest {

    private static final Rule SHARED = Rule.of("shared", 1);
    private static final RoutingList SHARED_ROUTING = RoutingList.builder(SHARED)
        .add(RoutingEntry.of(DomainName.of("ratest.com"), Match.SUBTREE, Treatment.of(Action.INBOUND), Rule.of("shared", 2)))
        .add(RoutingEntry.of(DomainName.of("robichaux.net"), Match.SUBTREE, Treatment.of(Action.RELAY), Rule.of("shared", 3)))
        .build();
    private static final LocalDomains HOSTED = domain -> domain.toString().equals("local.example");

    private static RelayPolicy policy(String name, String... listeners) {
        Rule rule = Rule.of(name, 1);
        List<Listener> parsed = Arrays.stream(listeners).map(Listener::parse).collect(Collectors.toList());
        return RelayPolicy.of(name, rule, parsed, ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule).build(),
            RoutingList.builder(rule).buildOver(SHARED_ROUTING), Restrictions.builder(rule).build());
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.25, 25, both", "192.0.2.25, 26, address", "192.0.2.26, 25, port", "192.0.2.26, 26, fallback",
        "::ffff:192.0.2.25, 25, both", "2001:db8::25, 25, port", "2001:db8::25, 26, ipv6", "127.0.0.1, 2525, fallback",
    })
    void shouldLetTheMostSpecificListenerGovern(String address, int port, String name) {
        List<RelayPolicy> policies = List.of(policy("fallback"), policy("address", "192.0.2.25:*"), policy("port", "*:25"),
            policy("both", "192.0.2.25:25"), policy("ipv6", "[2001:db8::25]:*"));
        assertThat(RelayPolicies.of(policies, SHARED_ROUTING).governing(IpAddress.parse(address), port)).hasToString(name);
    }

    @Test
    void shouldGovernNoListenerThatNobodyNames() {
        RelayPolicies policies = RelayPolicies.of(List.of(policy("port", "*:25")), SHARED_ROUTING);
        assertThat(policies.governing(IpAddress.parse("192.0.2.25"), 26)).isNull();
        assertThat(policies.withoutListeners()).isNull();
        Decision decision = policies.decide(envelope("user@ratest.com", 26, ClientHost.NONE), HOSTED, true);
        assertThat(decision).hasToString("deny no-policy");
        assertThat(decision.policy()).isNull();
        assertThat(policies.mayConnect(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.25"), 26, ClientHost.UNKNOWN)).isFalse();
        assertThat(policies.dependsOnHost(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.25"), 26)).isFalse();
    }

    @Test
    void shouldRefuseWhatCannotBeTold() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RelayPolicies.of(List.of(policy("a"), policy("a", "*:25")), SHARED_ROUTING));
        assertThatIllegalArgumentException().isThrownBy(() -> RelayPolicies.of(List.of(policy("a"), policy("b")), SHARED_ROUTING));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RelayPolicies.of(List.of(policy("a", "*:25"), policy("b", "10.0.0.1:25", "*:25")), SHARED_ROUTING));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RelayPolicies.of(List.of(policy("a", "10.0.0.1:25", "[::ffff:10.0.0.1]:25")), SHARED_ROUTING));
    }

    @Test
    void shouldRouteByThePolicyThatAcceptedElseTheOneWithoutListenersElseTheSharedList() {
        RelayPolicy fallback = policy("fallback");
        RelayPolicy mx = policy("mx", "*:25");
        RelayPolicies policies = RelayPolicies.of(List.of(mx, fallback), SHARED_ROUTING);
        assertThat(policies.routing("mx")).isSameAs(mx.routing());
        assertThat(policies.routing("gone")).isSameAs(fallback.routing());
        assertThat(policies.routing(null)).isSameAs(fallback.routing());
        RelayPolicies without = RelayPolicies.of(List.of(mx), SHARED_ROUTING);
        assertThat(without.routing("gone")).isSameAs(SHARED_ROUTING);
        assertThat(without.policies()).containsExactly(mx);
    }

    @Test
    void shouldAcceptOnlyInboundOfSpooledMailWithoutAPolicy() {
        RelayPolicies policies = RelayPolicies.of(List.of(policy("mx", "*:25")), SHARED_ROUTING);
        assertThat(spooled(policies, spooled("user@ratest.com"))).isEqualTo("permit inbound shared:2");
        assertThat(spooled(policies, spooled("user@local.example"))).isEqualTo("permit inbound DomainList");
        assertThat(spooled(policies, spooled("user@robichaux.net"))).isEqualTo("deny no-policy");
        assertThat(spooled(policies, spooled("user@else.example"))).isEqualTo("deny no-policy");
    }

    /** An alias of the administrator's may lead to such a user; a sender's own route was refused by SMTP. */
    @Test
    void shouldAcceptInboundOfSpooledMailWhateverTheLocalPart() {
        RelayPolicies policies = RelayPolicies.of(List.of(policy("default")), SHARED_ROUTING);
        assertThat(spooled(policies, spooled("branch!user@local.example"))).isEqualTo("permit inbound DomainList");
        assertThat(policies.decideSpooled(spooled("branch!user@else.example"), HOSTED).isPermit()).isFalse();
    }

    /** A host in {@code never} is nothing to wait for where a mail has no client. */
    @Test
    void shouldNotDeferSpooledMailThatHasNoClient() {
        Rule rule = Rule.of("f", 1);
        ClientList never = ClientList.builder(ClientList.Mode.ONLY, rule).host(DomainName.of("bad.example"), rule).build();
        RelayPolicy policy = RelayPolicy.of("default", rule, List.of(), ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule).build(),
            RoutingList.builder(rule).build(),
            Restrictions.builder(rule).authenticated(false, null, Rule.of("f", 2)).never(never, UserList.EMPTY).build());
        RelayPolicies policies = RelayPolicies.of(List.of(policy), RoutingList.builder(rule).build());
        Recipient recipient = Recipient.parse("user@else.example", DomainName.of("local.example"));
        User alice = User.of("alice@ratest.com");
        assertThat(spooled(policies, Envelope.spooled(null, alice, recipient))).isEqualTo("permit authenticated f:2");
        assertThat(spooled(policies, Envelope.spooled(IpAddress.parse("10.0.0.1"), alice, recipient)))
            .isEqualTo("defer dns-unavailable f:1");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, -, -, user@else.example, deny connection-refused f:12", "10.0.0.2, -, -, user@else.example, permit client-listed f:31",
        "10.0.0.2, -, pc.bad.example, user@else.example, deny never f:51", "10.0.0.3, -, pc.branch.example, user@else.example,"
            + " permit client-listed f:32", "10.0.0.3, -, -, user@else.example, deny not-permitted f:20",
        "10.0.0.3, alice@ratest.com, -, user@else.example, permit authenticated f:22",
        "10.0.0.3, eve@ratest.com, -, user@else.example, deny not-permitted f:20",
        "10.0.0.2, mallory@ratest.com, -, user@else.example, deny never f:52",
        "10.0.0.3, -, -, user@ratest.com, permit inbound f:41", "10.0.0.3, -, -, user@sub.ratest.com, deny inbound-not-hosted f:41",
        "10.0.0.3, -, -, user@local.example, permit inbound DomainList", "10.0.0.3, -, -, user@robichaux.net, permit relay-domain f:42",
        "10.0.0.3, -, -, user%evil@robichaux.net, deny sender-specified-routing f:42",
        "10.0.0.3, -, -, user@spam.example, deny domain-rejected f:43",
        "10.0.0.3, -, -, user%evil@else.example, deny sender-specified-routing f:40",
        "10.0.0.3, -, ?, user@else.example, defer dns-unavailable f:32",
    })
    void shouldNameTheLineThatDecided(String client, String user, String host, String recipient, String decision) {
        UserList.Builder users = UserList.builder();
        users.add("alice@ratest.com", Rule.of("f", 22));
        UserList.Builder neverUsers = UserList.builder();
        neverUsers.add("mallory@ratest.com", Rule.of("f", 52));
        Restrictions restrictions = Restrictions.builder(Rule.of("f", 20))
            .authenticated(false, users.build(), Rule.of("f", 21))
            .clients(ClientList.builder(ClientList.Mode.ONLY, Rule.of("f", 30)).network(Network.parse("10.0.0.2"), Rule.of("f", 31))
                .host(DomainName.of("branch.example"), Rule.of("f", 32)).build())
            .never(ClientList.builder(ClientList.Mode.ONLY, Rule.of("f", 50)).host(DomainName.of("bad.example"), Rule.of("f", 51)).build(),
                neverUsers.build())
            .build();
        RoutingList routing = RoutingList.builder(Rule.of("f", 40))
            .add(entry("ratest.com", Action.INBOUND, 41)).add(entry("robichaux.net", Action.RELAY, 42))
            .add(entry("spam.example", Action.REJECT, 43)).build();
        ClientList connections = ClientList.builder(ClientList.Mode.ALL_EXCEPT, Rule.of("f", 11))
            .network(Network.parse("10.0.0.1"), Rule.of("f", 12)).build();
        RelayPolicy policy = RelayPolicy.of("default", Rule.of("f", 10), List.of(), connections, routing, restrictions);
        ClientHost known = host.equals("?") ? ClientHost.UNKNOWN
            : host.equals("-") ? ClientHost.NONE : ClientHost.named(DomainName.of(host));
        Envelope envelope = Envelope.smtp(IpAddress.parse(client), IpAddress.parse("192.0.2.25"), 25,
            user.equals("-") ? null : User.of(user), known, Recipient.parse(recipient, DomainName.of("local.example")));
        Decision decided = RelayPolicies.of(List.of(policy), RoutingList.builder(SHARED).build())
            .decide(envelope, domain -> domain.toString().matches("(local\\.example|ratest\\.com)"), true);
        assertThat(decided + " " + decided.rule(envelope)).isEqualTo(decision);
        assertThat(decided.policy()).isSameAs(policy);
    }

    private static String spooled(RelayPolicies policies, Envelope envelope) {
        Decision decision = policies.decideSpooled(envelope, HOSTED);
        Rule rule = decision.rule(envelope);
        return rule == null ? decision.toString() : decision + " " + rule;
    }

    private static RoutingEntry entry(String name, Action action, int line) {
        return RoutingEntry.of(DomainName.of(name), Match.SUBTREE, Treatment.of(action), Rule.of("f", line));
    }

    private static Envelope envelope(String recipient, int port, ClientHost host) {
        return Envelope.smtp(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.25"), port, null, host,
            Recipient.parse(recipient, DomainName.of("local.example")));
    }

    private static Envelope spooled(String recipient) {
        return Envelope.spooled(IpAddress.parse("10.0.0.1"), null, Recipient.parse(recipient, DomainName.of("local.example")));
    }
}
