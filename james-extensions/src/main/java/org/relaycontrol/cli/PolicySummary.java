package org.relaycontrol.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingList;

/**
 * What a policy says, at a glance: its listeners, who may connect, and its domains by action with the first few of each.
 */
final class PolicySummary {

    private static final int FIRST_FEW = 5;

    private final RelayPolicy policy;
    private final Map<Action, List<String>> domains = new EnumMap<>(Action.class);

    PolicySummary(RelayPolicy policy) {
        this.policy = policy;
        for (Action action : Action.values()) {
            domains.put(action, new ArrayList<>());
        }
        Set<String> own = new HashSet<>();
        policy.routing().entries().forEach(entry -> own.add(text(entry)));
        RoutingList shared = policy.routing().shared();
        if (shared != null) {
            shared.entries().stream().filter(entry -> !own.contains(text(entry))).forEach(this::add);
        }
        policy.routing().entries().forEach(this::add);
    }

    private void add(RoutingEntry entry) {
        domains.getOrDefault(entry.treatment().action(), List.of()).add(text(entry));
    }

    private static String text(RoutingEntry entry) {
        return entry.name() + (entry.match() == Match.EXACT && !entry.name().isLiteral() ? " (exact)" : "");
    }

    /** Lines of a label and what there is to say. */
    Map<String, String> lines() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("listeners", listeners());
        lines.put("may connect", mayConnect());
        domains.forEach((action, names) -> lines.put(label(action), names.isEmpty() ? "no domain" : count(names.size()) + ": "
            + firstFew(names)));
        lines.put("other domains", otherDomains());
        return lines;
    }

    private static String label(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private static String count(int domains) {
        return domains + (domains == 1 ? " domain" : " domains");
    }

    /** The first few, and how many more there are. */
    static String firstFew(List<String> all) {
        String few = all.stream().limit(FIRST_FEW).collect(Collectors.joining(", "));
        return all.size() > FIRST_FEW ? few + " and " + (all.size() - FIRST_FEW) + " more" : few;
    }

    private String listeners() {
        return policy.listeners().isEmpty() ? "every one that no other policy names"
            : policy.listeners().stream().map(Listener::toString).collect(Collectors.joining(", "));
    }

    private String mayConnect() {
        ClientList connections = policy.connections();
        List<String> listed = new ArrayList<>();
        connections.networks().listed().forEach(one -> listed.add(one.network().toString()));
        listed.addAll(connections.hosts());
        if (connections.mode() == ClientList.Mode.ONLY) {
            return listed.isEmpty() ? "nobody" : "only " + firstFew(listed);
        }
        return listed.isEmpty() ? "everyone" : "everyone but " + firstFew(listed);
    }

    private String otherDomains() {
        if (!policy.routing().reroute()) {
            return "inbound if James's DomainList has them, else refused: reroute is off, nothing is relayed";
        }
        NextHops smartHost = policy.routing().smartHost();
        return "inbound if James's DomainList has them, else relayed for whom the restrictions permit, by "
            + (smartHost == null ? "the domain's MX" : smartHost.toString());
    }

    /** The same for programs: the domains by action are only counted. */
    Map<String, Object> toJson() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", policy.name());
        object.put("rule", policy.rule());
        object.put("listeners", policy.listeners());
        object.put("may_connect", mayConnect());
        object.put("reroute", policy.routing().reroute());
        Map<String, Object> counts = new LinkedHashMap<>();
        domains.forEach((action, names) -> counts.put(label(action), names.size()));
        object.put("domains", counts);
        return object;
    }
}
