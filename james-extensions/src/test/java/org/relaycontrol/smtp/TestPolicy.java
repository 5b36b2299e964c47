package org.relaycontrol.smtp;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.james.core.Domain;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.james.CandidatePolicies;
import org.relaycontrol.james.ClientHostNames;
import org.relaycontrol.james.HiddenClients;
import org.relaycontrol.james.HostedDomainWarnings;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.monitor.CandidateComparison;
import org.relaycontrol.monitor.DecisionCounters;
import org.relaycontrol.monitor.DecisionHistory;
import org.relaycontrol.monitor.Decisions;
import org.relaycontrol.monitor.Gauges;
import org.relaycontrol.monitor.Refusals;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.UserList;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.policy.Verification.OnFailure;
import org.relaycontrol.verification.RecipientVerifier;

/**
 * Policy {@code mx} on port 25: hosted.example is inbound, relay.example is relayed for everybody, verified.example so are recipients that
 * exist, and route.example is for those who may relay, to recipients that exist; 192.0.2.128/25 and authenticated users
 * may relay, 203.0.113.0/24 may not connect. Policy {@code names} on port 26: clients of branch.example may relay, those of bad.example may
 * not connect. Other listeners are not governed. James hosts hosted.example.
 */
final class TestPolicy {

    static final NextHops NEXT_HOPS = NextHops.parse("192.0.2.90");

    private final DomainList domainList = mock(DomainList.class);
    private final ClientHostNames names = mock(ClientHostNames.class);
    private final RecipientVerifier verifier = mock(RecipientVerifier.class);
    private RelayPolicies policies = RelayPolicies.of(List.of(mx(), names()), routing());
    private final HiddenClients hiddenClients = new HiddenClients(() -> policies);
    private final CandidatePolicies candidates = mock(CandidatePolicies.class);
    private final CandidateComparison comparison = new CandidateComparison();
    private final Refusals refusals = new Refusals();
    private final Decisions decisions = new Decisions(new DecisionCounters(new NoopGaugeRegistry(), () -> policies), new DecisionHistory(),
        refusals, mock(Gauges.class));

    TestPolicy() {
        try {
            when(domainList.containsDomain(Domain.of("hosted.example"))).thenReturn(true);
        } catch (DomainListException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RelayPolicy mx() {
        ClientList refused = ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule(10))
            .network(Network.parse("203.0.113.0/24"), rule(11))
            .build();
        ClientList clients = ClientList.builder(ClientList.Mode.ONLY, rule(12)).network(Network.parse("192.0.2.128/25"), rule(13)).build();
        ClientList never = ClientList.builder(ClientList.Mode.ONLY, rule(14)).network(Network.parse("192.0.2.200"), rule(15)).build();
        Restrictions restrictions = Restrictions.builder(rule(16))
            .authenticated(false, null, rule(17))
            .clients(clients)
            .never(never, UserList.EMPTY)
            .build();
        return RelayPolicy.of("mx", rule(9), List.of(Listener.parse("*:25")), refused, routing(), restrictions);
    }

    private static RelayPolicy names() {
        ClientList refused = ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule(20)).host(DomainName.of("bad.example"), rule(21)).build();
        ClientList clients = ClientList.builder(ClientList.Mode.ONLY, rule(22)).host(DomainName.of("branch.example"), rule(23)).build();
        return RelayPolicy.of("names", rule(19), List.of(Listener.parse("*:26")), refused, routing(),
            Restrictions.builder(rule(24)).clients(clients).build());
    }

    private static RoutingList routing() {
        return RoutingList.builder(rule(2))
            .add(RoutingEntry.of(DomainName.of("hosted.example"), Match.SUBTREE, Treatment.of(Action.INBOUND), rule(3)))
            .add(RoutingEntry.of(DomainName.of("relay.example"), Match.SUBTREE, Treatment.of(Action.RELAY), rule(4)))
            .add(RoutingEntry.of(DomainName.of("verified.example"), Match.SUBTREE,
                Treatment.of(Action.RELAY).withNextHops(NEXT_HOPS).withVerification(Verification.callout()), rule(5)))
            .add(RoutingEntry.of(DomainName.of("route.example"), Match.SUBTREE,
                Treatment.of(Action.ROUTE).withVerification(Verification.callout().withOnFailure(OnFailure.DEFER)), rule(6)))
            .build();
    }

    private static Rule rule(int line) {
        return Rule.of("relaycontrol.xml", line);
    }

    /** James cannot tell which domains it hosts. */
    TestPolicy withoutDomainList() throws DomainListException {
        when(domainList.containsDomain(Domain.of("hosted.example"))).thenThrow(new DomainListException("down"));
        return this;
    }

    /** What the look-up of the client's host name will have found. */
    TestPolicy host(String client, CompletableFuture<ClientHost> host) throws UnknownHostException {
        when(names.lookUp(InetAddress.getByName(client))).thenReturn(host);
        return this;
    }

    ClientHostNames clientHostNames() {
        return names;
    }

    RelayPolicies policies() {
        return policies;
    }

    /** Comes into force: nothing is relayed any more, and 198.51.100.0/24 may not connect to port 25. */
    void tighten() {
        ClientList refused = ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule(10))
            .network(Network.parse("198.51.100.0/24"), rule(11))
            .build();
        RoutingList routing = RoutingList.builder(rule(2)).build();
        policies = RelayPolicies.of(List.of(RelayPolicy.of("mx", rule(9), List.of(Listener.parse("*:25")), refused, routing,
            Restrictions.builder(rule(16)).build())), routing);
    }

    /** Who is asked whether recipients exist. */
    RecipientVerifier verifier() {
        return verifier;
    }

    /** What is answered to questions about recipients. */
    TestPolicy answering(CompletableFuture<RecipientStatus> status) {
        when(verifier.status(any(), any(), any(), any())).thenReturn(status);
        return this;
    }

    /** What was refused. */
    Refusals refusals() {
        return refusals;
    }

    /** The policy on port 25 is not enforced any more. */
    TestPolicy notEnforced() {
        policies = RelayPolicies.of(List.of(mx().notEnforced(), names()), routing());
        return this;
    }

    /** From now on these are the candidate. */
    Candidate candidate(RelayPolicies candidatePolicies) {
        Candidate candidate = mock(Candidate.class);
        when(candidate.policies()).thenReturn(candidatePolicies);
        when(candidate.since()).thenReturn(Instant.EPOCH);
        when(candidates.current()).thenReturn(candidate);
        return candidate;
    }

    CandidateComparison comparison() {
        return comparison;
    }

    SessionPolicy sessionPolicy() {
        return new SessionPolicy(() -> policies, new HostedDomains(domainList), new SessionHosts(names), new SessionRecipients(verifier),
            candidateControl(), decisionLog());
    }

    ConnectionHook connectionHook() {
        return new ConnectionHook(sessionPolicy(), hiddenClients);
    }

    HiddenClients hiddenClients() {
        return hiddenClients;
    }

    private CandidateControl candidateControl() {
        return new CandidateControl(candidates, comparison, new HostedDomains(domainList), new SessionHosts(names), decisionLog());
    }

    /** The hook in whose place James's own decides where the policy is not enforced. */
    AuthRequiredToRelayRcptHook stockHook() {
        return new AuthRequiredToRelayRcptHook(domainList);
    }

    RelayRcptHook rcptHook() {
        return new RelayRcptHook(recipientControl(), stockHook(), mock(AuthorizedAddresses.class), mock(HostedDomainWarnings.class),
            verifier);
    }

    DecisionLog decisionLog() {
        return new DecisionLog(decisions);
    }

    RecipientControl recipientControl() {
        return new RecipientControl(sessionPolicy(), candidateControl(), decisionLog());
    }
}
