package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Verdict;

/** What is decided before there is a recipient: who may connect, and who may relay by address. */
class RelayPoliciesByAddressTest {

    private static final IpAddress LISTED = IpAddress.parse("192.0.2.1");
    private static final IpAddress NEVER = IpAddress.parse("192.0.2.9");
    private static final IpAddress STRANGER = IpAddress.parse("198.51.100.7");
    private static final IpAddress LOCAL = IpAddress.parse("192.0.2.25");
    private static final IpAddress INTERNAL = IpAddress.parse("10.0.0.1");
    private static final ClientHost BRANCH = ClientHost.named(DomainName.of("pc.branch.example"));
    private static final ClientHost BAD = ClientHost.named(DomainName.of("pc.bad.example"));

    private final RelayPolicies policies = RelayPolicies.of(List.of(policy()), routing());

    private static Rule rule(int line) {
        return Rule.of("p", line);
    }

    private static RoutingList routing() {
        return RoutingList.builder(rule(1)).build();
    }

    private static RelayPolicy policy() {
        Restrictions restrictions = Restrictions.builder(rule(2))
            .authenticated(false, null, rule(3))
            .clients(ClientList.builder(ClientList.Mode.ONLY, rule(4))
                .network(Network.parse("192.0.2.0/24"), rule(5))
                .host(DomainName.of("branch.example"), rule(6))
                .build())
            .internalAddresses(NetworkSet.builder().add(Network.parse("10.0.0.1"), rule(7)).build())
            .never(ClientList.builder(ClientList.Mode.ONLY, rule(8)).network(Network.parse("192.0.2.9"), rule(9)).build(), UserList.EMPTY)
            .build();
        ClientList connections = ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule(10))
            .network(Network.parse("203.0.113.0/24"), rule(11))
            .host(DomainName.of("bad.example"), rule(12))
            .build();
        return RelayPolicy.of("p", rule(13), List.of(Listener.parse("*:25")), connections, routing(), restrictions);
    }

    private Verdict byAddress(IpAddress client, IpAddress local, ClientHost host) {
        return policies.permitsByAddress(client, local, 25, host);
    }

    @Test
    void shouldPermitListedClientsAndInternalAddressesButNever() {
        assertThat(byAddress(LISTED, LOCAL, ClientHost.UNKNOWN)).isEqualTo(Verdict.PERMIT);
        assertThat(byAddress(STRANGER, INTERNAL, ClientHost.UNKNOWN)).isEqualTo(Verdict.PERMIT);
        assertThat(byAddress(NEVER, INTERNAL, ClientHost.UNKNOWN)).isEqualTo(Verdict.DENY);
    }

    @Test
    void shouldPermitByNameAndDeferWhileItIsUnknown() {
        assertThat(byAddress(STRANGER, LOCAL, BRANCH)).isEqualTo(Verdict.PERMIT);
        assertThat(byAddress(STRANGER, LOCAL, ClientHost.NONE)).isEqualTo(Verdict.DENY);
        assertThat(byAddress(STRANGER, LOCAL, ClientHost.UNKNOWN)).isEqualTo(Verdict.DEFER);
    }

    @Test
    void shouldPermitNobodyWhereNoPolicyGoverns() {
        assertThat(policies.permitsByAddress(LISTED, LOCAL, 26, ClientHost.NONE)).isEqualTo(Verdict.DENY);
    }

    @Test
    void shouldSayWhyAConnectionIsRefused() {
        Decision byNetwork = policies.refusal(IpAddress.parse("203.0.113.1"), LOCAL, 25, ClientHost.UNKNOWN);
        Decision byName = policies.refusal(STRANGER, LOCAL, 25, BAD);
        Decision ungoverned = policies.refusal(STRANGER, LOCAL, 26, ClientHost.NONE);

        assertThat(byNetwork).isNotNull().hasToString("deny connection-refused");
        assertThat(byNetwork.connectionRule(IpAddress.parse("203.0.113.1"), ClientHost.UNKNOWN)).hasToString("p:11");
        assertThat(byName).isNotNull().hasToString("deny connection-refused");
        assertThat(byName.connectionRule(STRANGER, BAD)).hasToString("p:12");
        assertThat(ungoverned).isNotNull().extracting(Decision::reason).isEqualTo(Reason.NO_POLICY);
        assertThat(ungoverned.connectionRule(STRANGER, ClientHost.NONE)).isNull();
    }

    @Test
    void shouldAdmitOthersAndThoseWhoseNameIsUnknown() {
        assertThat(policies.refusal(STRANGER, LOCAL, 25, ClientHost.NONE)).isNull();
        assertThat(policies.refusal(STRANGER, LOCAL, 25, ClientHost.UNKNOWN)).isNull();
        assertThat(policies.mayConnect(STRANGER, LOCAL, 25, BAD)).isFalse();
        assertThat(policies.mayConnect(STRANGER, LOCAL, 25, BRANCH)).isTrue();
    }
}
