package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * A decision makes no object, however long the lists are: there is one answer for all envelopes that a policy treats alike.
 */
class DecisionAllocationTest {

    private static final int DECISIONS = 20_000;

    private static final Rule RULE = Rule.of("f", 1);
    private static final LocalDomains HOSTED = domain -> domain.toString().equals("local.example");

    @ParameterizedTest
    @ValueSource(strings = {
        "user@below.domain777.example", "user@else.example", "user@local.example", "user@deep.below.nothing.listed.example.org",
        "user+tag@known.example", "nobody@known.example"})
    void shouldAllocateNothing(String recipient) {
        RelayPolicies policies = policies();
        for (String client : List.of("10.0.0.77", "192.0.2.1", "2001:db8::5")) {
            Envelope envelope = Envelope.smtp(IpAddress.parse(client), IpAddress.parse("192.0.2.25"), 25, User.of("eve@ratest.com"),
                ClientHost.NONE, Recipient.parse(recipient, DomainName.of("local.example")));
            assertThat(bytesPerDecision(policies, envelope)).as("%s to %s", client, recipient).isZero();
        }
    }

    /** That nothing is measured, not overlooked: a text is seen. */
    @Test
    void shouldSeeWhatIsAllocated() {
        RelayPolicies policies = policies();
        Envelope envelope = Envelope.smtp(IpAddress.parse("10.0.0.77"), IpAddress.parse("192.0.2.25"), 25, null, ClientHost.NONE,
            Recipient.parse("user@else.example", DomainName.of("local.example")));
        assertThat(bytesPerCall(() -> policies.decide(envelope, HOSTED, true).toString().isEmpty())).isPositive();
    }

    private static long bytesPerDecision(RelayPolicies policies, Envelope envelope) {
        return bytesPerCall(() -> policies.decide(envelope, HOSTED, true).isPermit());
    }

    private static long bytesPerCall(BooleanSupplier call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int yes = 0;
        long least = Long.MAX_VALUE;
        // The least of several rounds: what class loading and the first use of something cost once is none of the decision's.
        for (int round = 0; round < 3; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < DECISIONS; i++) {
                yes += call.getAsBoolean() ? 1 : 0;
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(yes).isIn(0, 3 * DECISIONS);
        return least / DECISIONS;
    }

    private static RelayPolicies policies() {
        RoutingList.Builder routing = RoutingList.builder(RULE);
        ClientList.Builder clients = ClientList.builder(ClientList.Mode.ONLY, RULE).host(DomainName.of("branch.example"), RULE);
        for (int i = 0; i < 1_000; i++) {
            routing.add(RoutingEntry.of(DomainName.of("domain" + i + ".example"), Match.SUBTREE, Treatment.of(Action.ROUTE), RULE));
            clients.network(Network.parse("10.0." + i / 250 + "." + i % 250), RULE);
        }
        RecipientList.Builder recipients = RecipientList.builder("+");
        recipients.add("user@known.example", "f", 1);
        routing.add(RoutingEntry.of(DomainName.of("known.example"), Match.SUBTREE,
            Treatment.of(Action.RELAY).withRecipients(recipients.build()), RULE));
        UserList.Builder never = UserList.builder();
        never.add("@other.example", RULE);
        Restrictions restrictions = Restrictions.builder(RULE).clients(clients.build()).authenticated(false, UserList.EMPTY, RULE)
            .never(ClientList.builder(ClientList.Mode.ONLY, RULE).network(Network.parse("10.66.0.0/16"), RULE).build(), never.build())
            .build();
        RelayPolicy policy = RelayPolicy.of("default", RULE, List.of(Listener.parse("*:25")),
            ClientList.builder(ClientList.Mode.ALL_EXCEPT, RULE).network(Network.parse("203.0.113.0/24"), RULE).build(),
            RoutingList.builder(RULE).buildOver(routing.build()), restrictions);
        return RelayPolicies.of(List.of(policy), RoutingList.builder(RULE).build());
    }
}
