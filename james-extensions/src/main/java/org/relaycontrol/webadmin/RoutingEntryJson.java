package org.relaycontrol.webadmin;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;

/**
 * An entry of a policy's routing list. {@code next_hop} is null for the domain's MX, and where nothing is sent on.
 */
final class RoutingEntryJson {

    private RoutingEntryJson() {
    }

    static Map<String, @Nullable Object> of(RoutingList routing, RoutingEntry entry) {
        Treatment treatment = entry.treatment();
        NextHops hops = treatment.viaSmartHost() ? routing.smartHost() : treatment.nextHops();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", entry.name());
        object.put("match", lower(entry.match()));
        object.put("action", lower(treatment.action()));
        object.put("next_hop", hops);
        object.put("via", treatment.viaSmartHost() ? "smartHost" : hops == null ? null : hops.name().orElse(null));
        object.put("reply", treatment.reply());
        object.put("allow_sender_specified_routing", treatment.allowSenderSpecifiedRouting());
        object.put("recipients", treatment.recipients() == null ? null : treatment.recipients().listed().size());
        object.put("verify", treatment.verification());
        object.put("rule", entry.rule());
        return object;
    }

    /**
     * The action that a text names.
     *
     * @throws RequestException if there is no such action
     */
    static RoutingEntry.Action action(String text) {
        for (RoutingEntry.Action action : RoutingEntry.Action.values()) {
            if (lower(action).equals(text)) {
                return action;
            }
        }
        throw RequestException.unusable("there is no action '" + text + "'; write one of "
            + Arrays.stream(RoutingEntry.Action.values()).map(RoutingEntryJson::lower).collect(Collectors.joining(", ")));
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
