package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RecipientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.RoutingSearch;
import org.relaycontrol.policy.SenderEntry;

/**
 * One policy at a glance: who may connect, what is done with which domains, and who may relay anywhere. Immutable.
 */
public final class PolicySummary {

    private final RelayPolicy policy;
    private final Map<Action, Entries> entries;
    private final List<Permission> permissions;
    private final AddressSet privateClients;

    private PolicySummary(RelayPolicy policy, Map<Action, Entries> entries, Relaying relaying) {
        this.policy = policy;
        this.entries = entries;
        this.permissions = relaying.by(policy);
        this.privateClients = relaying.byAddress(policy).minus(PublicAddresses.ALL);
    }

    /** All policies at a glance, in the order of the configuration. */
    public static List<PolicySummary> of(RelayPolicies policies) {
        return of(policies.policies(), Relaying.of(policies));
    }

    static List<PolicySummary> of(List<RelayPolicy> policies, Relaying relaying) {
        List<PolicySummary> summaries = new ArrayList<>();
        Map<RoutingList, Map<Action, Entries>> shared = new HashMap<>();
        for (RelayPolicy policy : policies) {
            RoutingList routing = policy.routing();
            RoutingList below = routing.shared();
            Map<Action, Entries> entries = routing.entries().isEmpty() && below != null
                ? shared.computeIfAbsent(below, PolicySummary::byAction)
                : byAction(routing);
            summaries.add(new PolicySummary(policy, entries, relaying));
        }
        return List.copyOf(summaries);
    }

    private static Map<Action, Entries> byAction(RoutingList routing) {
        Map<Action, Entries> entries = new EnumMap<>(Action.class);
        RoutingList shared = routing.shared();
        int own = routing.entries().size();
        count(routing, own, entry -> true, entries);
        if (shared != null) {
            count(shared, RoutingSearch.inOrder(routing, 0, 0).total() - own,
                entry -> own == 0 || routing.own(entry.name(), entry.match()) == null, entries);
        }
        return entries;
    }

    /** Counts entries of a list; most long lists have one action, and need not be gone through. */
    private static void count(RoutingList routing, int size, Predicate<RoutingEntry> counted, Map<Action, Entries> entries) {
        Set<Action> actions = routing.treatments().stream().map(Treatment::action).collect(Collectors.toSet());
        if (actions.size() == 1) {
            Entries all = of(entries, actions.iterator().next());
            routing.entries().stream().filter(counted).limit(Texts.SHOWN).forEach(all::show);
            all.count += size;
        } else {
            routing.entries().stream().filter(counted).forEach(entry -> {
                Entries same = of(entries, entry.treatment().action());
                same.show(entry);
                same.count++;
            });
        }
    }

    private static Entries of(Map<Action, Entries> entries, Action action) {
        return entries.computeIfAbsent(action, any -> new Entries());
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

    /** How many routing entries have an action, without those shared ones that the policy's own replace. */
    public int count(Action action) {
        return of(entries, action).count;
    }

    /** The same and the first of their domains, the policy's own first, as told to people. */
    public String entriesText(Action action) {
        Entries listed = of(entries, action);
        if (listed.count == 0) {
            return "none";
        }
        List<String> first = new ArrayList<>();
        for (RoutingEntry entry : listed.first) {
            first.add(entry.name() + (entry.match() == RoutingEntry.Match.EXACT && !entry.name().isLiteral() ? " (exact)" : ""));
        }
        return Texts.number(listed.count) + ": " + String.join(", ", first) + (first.size() < listed.count ? ", …" : "");
    }

    /** The entries for senders, the policy's own first, without those shared ones that its own replace. */
    public List<SenderEntry> senders() {
        RoutingList routing = policy.routing();
        RoutingList shared = routing.shared();
        Map<String, SenderEntry> senders = new LinkedHashMap<>();
        routing.senders().forEach(entry -> senders.put(entry.name(), entry));
        if (shared != null) {
            shared.senders().forEach(entry -> senders.putIfAbsent(entry.name(), entry));
        }
        return List.copyOf(senders.values());
    }

    /** How many entries for senders there are, and the first of them with where their mail goes, as told to people. */
    public String sendersText() {
        List<SenderEntry> all = senders();
        if (all.isEmpty()) {
            return "none";
        }
        List<String> first = new ArrayList<>();
        for (SenderEntry entry : all.subList(0, Math.min(all.size(), Texts.SHOWN))) {
            NextHops hops = entry.nextHops();
            first.add(entry.name() + " by " + (hops == null ? "the smart host" : hops.name().orElse(hops.toString())));
        }
        return Texts.number(all.size()) + ": " + String.join(", ", first) + (first.size() < all.size() ? ", …" : "");
    }

    /** How recipients of relay and route entries are known, as told to people; empty if none are. */
    public String recipientsText() {
        RoutingList shared = policy.routing().shared();
        Set<RecipientList> lists = new LinkedHashSet<>();
        Set<String> asked = new TreeSet<>();
        Stream.concat(policy.routing().treatments().stream(), shared == null ? Stream.empty() : shared.treatments().stream())
            .forEach(treatment -> {
                if (treatment.recipients() != null) {
                    lists.add(treatment.recipients());
                } else if (treatment.verification() != null) {
                    asked.add(treatment.verification().toString());
                }
            });
        List<String> known = new ArrayList<>();
        if (!lists.isEmpty()) {
            known.add(Texts.number(lists.stream().mapToLong(list -> list.listed().size()).sum()) + " listed");
        }
        known.addAll(asked);
        return String.join(", ", known);
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

    /** How many entries there are, and the first of them. */
    private static final class Entries {

        private final List<RoutingEntry> first = new ArrayList<>();
        private int count;

        void show(RoutingEntry entry) {
            if (first.size() < Texts.SHOWN) {
                first.add(entry);
            }
        }
    }
}
