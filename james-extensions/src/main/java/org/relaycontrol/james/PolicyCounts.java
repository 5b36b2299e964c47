package org.relaycontrol.james;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.UserList;

/**
 * How many entries the lists of all policies together have, to tell people what has changed. Immutable.
 */
final class PolicyCounts {

    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private PolicyCounts() {
    }

    static PolicyCounts of(RelayPolicies policies) {
        PolicyCounts counts = new PolicyCounts();
        counts.add("policies", policies.policies().size());
        counts.add("domains", policies.sharedRouting().entries().size());
        counts.add("recipients", policies.recipientLists().stream().mapToInt(list -> list.listed().size()).sum());
        for (RelayPolicy policy : policies.policies()) {
            Restrictions restrictions = policy.restrictions();
            UserList authenticated = restrictions.authenticatedUsers();
            counts.add("domains", policy.routing().entries().size());
            counts.add("connections", size(policy.connections()));
            counts.add("clients", size(restrictions.clients()));
            counts.add("internal addresses", restrictions.internalAddresses().listed().size());
            counts.add("users", authenticated == null ? 0 : authenticated.listed().size());
            counts.add("never", size(restrictions.never()) + restrictions.neverUsers().listed().size());
        }
        return counts;
    }

    private void add(String what, int count) {
        counts.merge(what, count, Integer::sum);
    }

    private static int size(@Nullable ClientList list) {
        return list == null ? 0 : list.networks().listed().size() + list.hosts().size();
    }

    /** The counts that are other than they were: {@code domains 3 -> 4, clients 2 -> 1}. */
    String changesSince(PolicyCounts before) {
        StringJoiner changes = new StringJoiner(", ").setEmptyValue("lists as long as before");
        counts.forEach((what, count) -> {
            int was = before.counts.getOrDefault(what, 0);
            if (was != count) {
                changes.add(what + " " + was + " -> " + count);
            }
        });
        return changes.toString();
    }

    /** All counts that are not zero: {@code domains 3, clients 2}. */
    @Override
    public String toString() {
        StringJoiner all = new StringJoiner(", ");
        counts.forEach((what, count) -> {
            if (count > 0) {
                all.add(what + " " + count);
            }
        });
        return all.toString();
    }
}
