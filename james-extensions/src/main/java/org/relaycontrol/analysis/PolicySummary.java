package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;

/**
 * One policy at a glance: who may connect, what is done with which domains, and who may relay anywhere. Immutable.
 */
public final class PolicySummary {

    private final RelayPolicy policy;
    private final Map<Action, List<RoutingEntry>> entries;
    private final List<Permission> permissions;
    private final AddressSet privateClients;

    private PolicySummary(RelayPolicy policy, Map<Action, List<RoutingEntry>> entries, Relaying relaying) {
        this.policy = policy;
        this.entries = entries;
        this.permissions = relaying.by(policy);
        this.privateClients = relaying.byAddress(policy).minus(PublicAddresses.ALL);
    }

    static List<PolicySummary> of(List<RelayPolicy> policies, Relaying relaying) {
        List<PolicySummary> summaries = new ArrayList<>();
        Map<RoutingList, Map<Action, List<RoutingEntry>>> shared = new HashMap<>();
        for (RelayPolicy policy : policies) {
            RoutingList routing = policy.routing();
            RoutingList below = routing.shared();
            Map<Action, List<RoutingEntry>> entries = routing.entries().isEmpty() && below != null
                ? shared.computeIfAbsent(below, PolicySummary::byAction)
                : byAction(routing);
            summaries.add(new PolicySummary(policy, entries, relaying));
        }
        return List.copyOf(summaries);
    }

    private static Map<Action, List<RoutingEntry>> byAction(RoutingList routing) {
        Map<Action, List<RoutingEntry>> entries = new EnumMap<>(Action.class);
        for (Action action : Action.values()) {
            entries.put(action, new ArrayList<>());
        }
        routing.entries().forEach(entry -> listOf(entries, entry).add(entry));
        RoutingList shared = routing.shared();
        if (shared != null) {
            Set<String> own = new HashSet<>();
            routing.entries().forEach(entry -> own.add(key(entry)));
            for (RoutingEntry entry : shared.entries()) {
                if (own.isEmpty() || !own.contains(key(entry))) {
                    listOf(entries, entry).add(entry);
                }
            }
        }
        return entries;
    }

    private static List<RoutingEntry> listOf(Map<Action, List<RoutingEntry>> entries, RoutingEntry entry) {
        return entries.computeIfAbsent(entry.treatment().action(), any -> new ArrayList<>());
    }

    /** What a policy's own entry and the shared entry that it replaces have in common. */
    static String key(RoutingEntry entry) {
        return entry.match() + " " + entry.name();
    }

    /** The policy. */
    public RelayPolicy policy() {
        return policy;
    }

    /** The listeners it governs, as told to people. */
    public String listeners() {
        return policy.listeners().isEmpty() ? "every listener that no other policy names" : Texts.list(policy.listeners(), "listeners");
    }

    /** The addresses whose clients may connect whatever their host name, if it is not listed. */
    public AddressSet mayConnect() {
        AddressSet listed = AddressSet.of(policy.connections().networks());
        return policy.connections().mode() == ClientList.Mode.ONLY ? listed : listed.complement();
    }

    /** Who may connect, as told to people. */
    public String mayConnectText() {
        boolean only = policy.connections().mode() == ClientList.Mode.ONLY;
        List<String> hosts = policy.connections().hosts();
        String byAddress = mayConnect().isEmpty() ? "" : Texts.clients(mayConnect());
        if (hosts.isEmpty()) {
            return byAddress.isEmpty() ? "nobody" : byAddress;
        }
        String byHost = Texts.list(hosts, "domains");
        if (only) {
            return (byAddress.isEmpty() ? "" : byAddress + ", and ") + "clients with a host name under " + byHost;
        }
        return byAddress.isEmpty() ? "nobody" : byAddress + ", except with a host name under " + byHost;
    }

    /** The routing entries with an action, the policy's own first, without those shared ones that its own replace. */
    public List<RoutingEntry> entries(Action action) {
        return Collections.unmodifiableList(entries.getOrDefault(action, List.of()));
    }

    /** How many entries have an action, and the first of their domains, as told to people. */
    public String entriesText(Action action) {
        List<RoutingEntry> listed = entries(action);
        if (listed.isEmpty()) {
            return "none";
        }
        List<String> first = new ArrayList<>();
        for (RoutingEntry entry : listed.subList(0, Math.min(listed.size(), Texts.SHOWN))) {
            first.add(entry.name() + (entry.match() == RoutingEntry.Match.EXACT && !entry.name().isLiteral() ? " (exact)" : ""));
        }
        return Texts.number(listed.size()) + ": " + String.join(", ", first) + (first.size() < listed.size() ? ", …" : "");
    }

    /** Who may relay to unlisted domains. */
    public List<Permission> permissions() {
        return permissions;
    }

    /** The addresses that are not public whose clients may relay without authenticating: safe if James sees real client addresses. */
    public AddressSet privateClients() {
        return privateClients;
    }

    /** The server's addresses whose clients may relay: safe if James sees the addresses that clients really connected to. */
    public List<NetworkSet.Listed> internalAddresses() {
        return policy.restrictions().internalAddresses().listed();
    }
}
