package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.SenderEntry;

/**
 * Finds entries for senders that can never matter, since without them all mail would go the same way.
 */
final class SenderEffects {

    private SenderEffects() {
    }

    static List<Finding> withoutEffect(RelayPolicies policies) {
        List<Finding> findings = new ArrayList<>();
        List<View> views = new ArrayList<>();
        policies.policies().forEach(policy -> views.add(new View(policy)));
        policies.sharedRouting().senders().forEach(entry -> check(entry, views, findings));
        for (View view : views) {
            view.own.values().forEach(entry -> check(entry, List.of(view), findings));
        }
        return findings;
    }

    private static void check(SenderEntry entry, List<View> views, List<Finding> findings) {
        Rule instead = null;
        for (View view : views) {
            if (!view.replaces(entry)) {
                Rule alike = view.sayingTheSame(entry);
                if (alike == null) {
                    return;
                }
                instead = alike;
            }
        }
        if (instead != null) {
            findings.add(new Finding(Kind.ENTRY_WITHOUT_EFFECT, entry.rule(), "the sender " + entry.name() + " changes nothing, as "
                + instead + " says the same; remove it"));
        } else if (!views.isEmpty()) {
            findings.add(new Finding(Kind.ENTRY_WITHOUT_EFFECT, entry.rule(), "the shared sender " + entry.name() + " never decides, as "
                + "every policy has one of its own; remove it"));
        }
    }

    /** The senders as a policy sees them. */
    private static final class View {

        private final RoutingList routing;
        private final Map<String, SenderEntry> own;
        private final Map<String, SenderEntry> shared;

        View(RelayPolicy policy) {
            routing = policy.routing();
            own = byName(routing);
            RoutingList below = routing.shared();
            shared = below == null ? Map.of() : byName(below);
        }

        private static Map<String, SenderEntry> byName(RoutingList list) {
            Map<String, SenderEntry> senders = new LinkedHashMap<>();
            list.senders().forEach(entry -> senders.put(entry.name(), entry));
            return senders;
        }

        /** Whether the policy has another entry in the place of a shared one. */
        boolean replaces(SenderEntry entry) {
            SenderEntry instead = own.get(entry.name());
            return instead != null && instead != entry;
        }

        /** The line by which mail would go the same way without the entry, or null if it would not. */
        @Nullable Rule sayingTheSame(SenderEntry entry) {
            SenderEntry instead = Stream.of(shared.get(entry.name()),
                    entry.sender() == null ? null : own.get(entry.domain().toString()),
                    entry.sender() == null ? null : shared.get(entry.domain().toString()))
                .filter(other -> other != null && other != entry)
                .findFirst()
                .orElse(null);
            if (instead != null) {
                return Objects.equals(hops(entry), hops(instead)) ? instead.rule() : null;
            }
            return !bareRoutes() && Objects.equals(hops(entry), routing.smartHost()) ? routing.smartHostRule() : null;
        }

        private @Nullable NextHops hops(SenderEntry entry) {
            return entry.nextHops() == null ? routing.smartHost() : entry.nextHops();
        }

        /** Whether there are domains whose mail goes to their MX unless its sender is listed. */
        private boolean bareRoutes() {
            RoutingList below = routing.shared();
            return Stream.concat(routing.treatments().stream(), below == null ? Stream.empty() : below.treatments().stream())
                .anyMatch(treatment -> treatment.action() == Action.ROUTE && treatment.nextHops() == null && !treatment.viaSmartHost());
        }
    }
}
