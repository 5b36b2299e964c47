package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * All policies of a server: which one governs a listener, and what it decides. Immutable and thread-safe.
 */
public final class RelayPolicies {

    private final List<RelayPolicy> policies;
    private final RoutingList sharedRouting;
    private final List<Governed> byRank = new ArrayList<>();
    private final Map<String, RelayPolicy> byName = new HashMap<>();
    private final @Nullable RelayPolicy withoutListeners;
    private final Decision noPolicy = Decision.noPolicy();
    private final Decision inbound;
    private final Decision hosted;

    private RelayPolicies(List<RelayPolicy> policies, RoutingList sharedRouting) {
        this.policies = List.copyOf(policies);
        this.sharedRouting = sharedRouting;
        this.inbound = Decision.inbound(sharedRouting, null);
        this.hosted = Decision.inbound(sharedRouting, Rule.DOMAIN_LIST);
        RelayPolicy fallback = null;
        for (RelayPolicy policy : policies) {
            if (byName.put(policy.name(), policy) != null) {
                throw new IllegalArgumentException("two policies are named " + policy.name());
            }
            if (policy.listeners().isEmpty()) {
                if (fallback != null) {
                    throw new IllegalArgumentException(policy.name() + " and " + fallback.name() + " both have no listeners");
                }
                fallback = policy;
            }
            for (Listener listener : policy.listeners()) {
                if (byRank.stream().anyMatch(governed -> governed.listener.equals(listener))) {
                    throw new IllegalArgumentException(listener + " is named twice");
                }
                byRank.add(new Governed(listener, policy));
            }
        }
        this.withoutListeners = fallback;
        byRank.sort(Comparator.comparing((Governed governed) -> governed.listener.rank()).reversed());
    }

    /**
     * The policies of a server.
     *
     * @param sharedRouting the routing list they share; an empty one if they share none
     * @throws IllegalArgumentException if two policies have one name, two have no listeners, or a listener is named twice
     */
    public static RelayPolicies of(List<RelayPolicy> policies, RoutingList sharedRouting) {
        return new RelayPolicies(policies, sharedRouting);
    }

    /**
     * Decides: the whole of the decision table.
     *
     * @param localDomains the domains the server hosts
     * @param refuseUnhosted whether mail to an inbound domain that the server does not host is refused, as it must be where nothing else
     *     would check the recipient
     */
    public Decision decide(Envelope envelope, LocalDomains localDomains, boolean refuseUnhosted) {
        IpAddress localAddress = envelope.localAddress();
        RelayPolicy policy = localAddress == null ? withoutListeners : governing(localAddress, envelope.localPort());
        return policy == null ? noPolicy : policy.decide(envelope, localDomains, refuseUnhosted);
    }

    /**
     * Decides for a recipient in the mailet container that the SMTP server has not decided: by the policy without listeners. Without such
     * a policy only what is inbound by the shared routing list or by the server's own domains is accepted. A deferred decision means no.
     */
    public Decision decideSpooled(Envelope envelope, LocalDomains localDomains) {
        if (withoutListeners != null) {
            return withoutListeners.decideSpooled(envelope, localDomains);
        }
        DomainName domain = envelope.recipient().domain();
        RoutingEntry.Treatment listed = sharedRouting.treatment(domain);
        if (listed == null ? localDomains.contains(domain) : listed.action() == RoutingEntry.Action.INBOUND) {
            return listed == null ? hosted : inbound;
        }
        return noPolicy;
    }

    /** The policy that governs a listener, or null: the most specific one that names it, else the one without listeners. */
    public @Nullable RelayPolicy governing(IpAddress localAddress, int localPort) {
        for (int i = 0; i < byRank.size(); i++) {
            Governed governed = byRank.get(i);
            if (governed.listener.covers(localAddress, localPort)) {
                return governed.policy;
            }
        }
        return withoutListeners;
    }

    /** Whether the client may connect to the listener, with what is known of its host name; unknown admits. */
    public boolean mayConnect(IpAddress client, IpAddress localAddress, int localPort, ClientHost host) {
        return refusal(client, localAddress, localPort, host) == null;
    }

    /** The decision that the client may not connect to the listener, with what is known of its host name, or null if it may. */
    public @Nullable Decision refusal(IpAddress client, IpAddress localAddress, int localPort, ClientHost host) {
        RelayPolicy policy = governing(localAddress, localPort);
        return policy == null ? noPolicy : policy.refusal(client, host);
    }

    /**
     * Whether the restrictions let the client relay by where it connects from and to, whoever authenticates; deferred where that depends on
     * a host name that is not known.
     */
    public Decision.Verdict permitsByAddress(IpAddress client, IpAddress localAddress, int localPort, ClientHost host) {
        RelayPolicy policy = governing(localAddress, localPort);
        return policy == null ? Decision.Verdict.DENY : policy.permitsByAddress(client, localAddress, host);
    }

    /**
     * Whether a decision for this client at this listener may depend on its host name, or whether it may relay by where it connects from
     * and to does, so that looking it up is worth while.
     */
    public boolean dependsOnHost(IpAddress client, IpAddress localAddress, int localPort) {
        RelayPolicy policy = governing(localAddress, localPort);
        return policy != null && policy.dependsOnHost(client, localAddress);
    }

    /**
     * The routing list by which a recipient in the mailet container is routed: that of the policy that accepted it at SMTP, else of the
     * policy without listeners, else the shared one.
     *
     * @param policyName the policy that accepted the recipient, or null; one that is no more counts as none
     */
    public RoutingList routing(@Nullable String policyName) {
        RelayPolicy policy = policyName == null ? null : byName.get(policyName);
        if (policy == null) {
            policy = withoutListeners;
        }
        return policy == null ? sharedRouting : policy.routing();
    }

    /** The policies in the order of the configuration. */
    public List<RelayPolicy> policies() {
        return policies;
    }

    /** The routing list that the policies share. */
    public RoutingList sharedRouting() {
        return sharedRouting;
    }

    /** The lists of recipients of all routing entries, each once. */
    public Set<RecipientList> recipientLists() {
        return Stream.concat(Stream.of(sharedRouting), policies.stream().map(RelayPolicy::routing))
            .flatMap(routing -> routing.treatments().stream())
            .map(Treatment::recipients)
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The policy that governs every listener no other names, or null. */
    public @Nullable RelayPolicy withoutListeners() {
        return withoutListeners;
    }

    /** A listener and the policy that names it. */
    private static final class Governed {

        private final Listener listener;
        private final RelayPolicy policy;

        Governed(Listener listener, RelayPolicy policy) {
            this.listener = listener;
            this.policy = policy;
        }
    }
}
