package org.relaycontrol.monitor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.UserList;

/**
 * How many entries the lists of all policies have. Immutable.
 */
public final class ListSizes {

    static final String POLICIES = "policies";
    static final String DOMAINS = "domains";
    static final String NETWORKS = "networks";
    static final String HOSTS = "hosts";
    static final String USERS = "users";
    static final String RECIPIENTS = "recipients";

    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private ListSizes() {
    }

    /** The sizes of the lists of these policies. */
    public static ListSizes of(RelayPolicies policies) {
        ListSizes sizes = new ListSizes();
        sizes.add(POLICIES, policies.policies().size());
        sizes.add(DOMAINS, policies.sharedRouting().entries().size());
        sizes.add(NETWORKS, 0);
        sizes.add(HOSTS, 0);
        sizes.add(USERS, 0);
        sizes.add(RECIPIENTS, policies.recipientLists().stream().mapToInt(list -> list.listed().size()).sum());
        policies.policies().forEach(sizes::add);
        return sizes;
    }

    private void add(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        add(DOMAINS, policy.routing().entries().size());
        add(policy.connections());
        add(restrictions.clients());
        add(restrictions.never());
        add(NETWORKS, restrictions.internalAddresses().listed().size());
        add(restrictions.authenticatedUsers());
        add(restrictions.neverUsers());
    }

    private void add(@Nullable ClientList clients) {
        if (clients != null) {
            add(NETWORKS, clients.networks().listed().size());
            add(HOSTS, clients.hosts().size());
        }
    }

    private void add(@Nullable UserList users) {
        if (users != null) {
            add(USERS, users.listed().size());
        }
    }

    private void add(String what, int count) {
        counts.merge(what, count, Integer::sum);
    }

    /** How many policies, and in them domains, networks, client host names, users and recipients. What policies share counts once. */
    public Map<String, Integer> counts() {
        return new LinkedHashMap<>(counts);
    }

    int count(String what) {
        return counts.getOrDefault(what, 0);
    }
}
