package org.relaycontrol.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Permission;
import org.relaycontrol.analysis.PolicySummary;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry.Action;

/**
 * A policy at a glance for programs: who may connect, how many domains have which action, and who may relay anywhere.
 */
public final class PolicySummaryJson {

    private PolicySummaryJson() {
    }

    /** The members of the object; what {@link Json} writes. */
    public static Map<String, Object> of(PolicySummary summary) {
        RelayPolicy policy = summary.policy();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", policy.name());
        object.put("rule", policy.rule());
        object.put("listeners", policy.listeners());
        object.put("enforced", policy.isEnforced());
        object.put("may_connect", summary.mayConnectText());
        for (Action action : Action.values()) {
            object.put(action.name().toLowerCase(Locale.ROOT), summary.count(action));
        }
        object.put("reroute", policy.routing().reroute());
        object.put("smart_host", policy.routing().smartHost());
        object.put("senders", summary.senders().size());
        object.put("recipients", summary.recipientsText());
        object.put("may_relay", map(summary.permissions(), PolicySummaryJson::of));
        object.put("private_clients", summary.privateClients().cidrs());
        object.put("internal_addresses", map(summary.internalAddresses(), NetworkSet.Listed::network));
        return object;
    }

    private static Map<String, Object> of(Permission permission) {
        Map<String, Object> object = ClientsJson.of(permission.clients());
        object.put("reason", permission.reason());
        return object;
    }

    private static <T> List<Object> map(List<T> values, Function<T, Object> mapping) {
        return values.stream().map(mapping).collect(Collectors.toList());
    }
}
