package org.relaycontrol.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Difference;
import org.relaycontrol.analysis.Outcome;
import org.relaycontrol.analysis.Region;

/**
 * The difference of two policies for programs: each region, with who, to where, before and after.
 */
public final class DifferenceJson {

    private DifferenceJson() {
    }

    /** The members of the object; what {@link Json} writes. */
    public static Map<String, Object> of(Difference difference) {
        List<Object> regions = new ArrayList<>();
        difference.regions().forEach(region -> regions.add(of(region)));
        return Map.of("differences", regions);
    }

    private static Map<String, Object> of(Region region) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("clients", ClientsJson.of(region.clients()));
        object.put("to", region.destination());
        if (!region.senders().isEverything()) {
            object.put("sent_by", region.senderText());
        }
        object.put("before", of(region.before()));
        object.put("after", of(region.after()));
        object.put("strangers_ipv4", region.strangersIpv4());
        object.put("strangers_ipv6", region.strangersIpv6());
        return object;
    }

    /** Next hops are there where they make the difference; null is the MX of each domain. */
    private static Map<String, Object> of(Outcome outcome) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("verdict", outcome.verdict());
        object.put("reason", outcome.reason());
        object.put("route", outcome.route());
        object.put("enforced", outcome.isEnforced());
        if (outcome.hopsMatter()) {
            object.put("next_hop", outcome.nextHops());
            object.put("via", outcome.via());
        }
        if (!outcome.asked().isEmpty()) {
            object.put("asks", outcome.asked());
        }
        return object;
    }
}
