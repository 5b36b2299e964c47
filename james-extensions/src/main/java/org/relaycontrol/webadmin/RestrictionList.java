package org.relaycontrol.webadmin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.UserList;

/**
 * The lists of a policy that say who may connect and who may relay, by the names of their elements in the policy file.
 */
enum RestrictionList {

    /** Who may connect. */
    CONNECTIONS("connections"),
    /** The users that may relay. */
    AUTHENTICATED("authenticated"),
    /** The clients that may relay. */
    CLIENTS("clients"),
    /** The server's addresses whose clients may relay. */
    INTERNAL_ADDRESSES("internalAddresses"),
    /** Who never relays. */
    NEVER("never");

    private final String element;

    RestrictionList(String element) {
        this.element = element;
    }

    /**
     * The list of that name.
     *
     * @throws RequestException if there is none
     */
    static RestrictionList parse(String element) {
        return Arrays.stream(values()).filter(list -> list.element.equals(element)).findFirst()
            .orElseThrow(() -> RequestException.notFound("there is no list '" + element + "'; write one of "
                + Arrays.stream(values()).map(RestrictionList::toString).collect(Collectors.joining(", "))));
    }

    /** Whether the policy has the list. */
    boolean isIn(RelayPolicy policy) {
        return rule(policy) != null;
    }

    /** The line of the list, or null where the policy has none. */
    private @Nullable Rule rule(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        ClientList clients = restrictions.clients();
        switch (this) {
            case CONNECTIONS:
                return policy.connections().rule();
            case AUTHENTICATED:
                return restrictions.authenticatedRule();
            case CLIENTS:
                return clients == null ? null : clients.rule();
            case INTERNAL_ADDRESSES:
                return restrictions.internalAddresses().isEmpty() ? null : restrictions.rule();
            default:
                return restrictions.never().isEmpty() && restrictions.neverUsers().isEmpty() ? null : restrictions.rule();
        }
    }

    /** The list at a glance, or null where the policy has none. */
    @Nullable Map<String, Object> summary(RelayPolicy policy) {
        Rule rule = rule(policy);
        if (rule == null) {
            return null;
        }
        Restrictions restrictions = policy.restrictions();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        switch (this) {
            case CONNECTIONS:
                object.put("mode", mode(policy.connections()));
                break;
            case CLIENTS:
                object.put("mode", mode(Objects.requireNonNull(restrictions.clients())));
                break;
            case AUTHENTICATED:
                object.put("required", restrictions.authenticationRequired());
                object.put("every_user", restrictions.authenticatedUsers() == null);
                break;
            default:
                break;
        }
        object.put("rule", rule);
        object.put("networks", networks(policy).listed().size());
        ClientList clients = hosts(policy);
        object.put("hosts", clients == null ? 0 : clients.hosts().size());
        object.put("users", users(policy).listed().size());
        return object;
    }

    private static String mode(ClientList clients) {
        return clients.mode() == ClientList.Mode.ONLY ? "only" : "allExcept";
    }

    NetworkSet networks(RelayPolicy policy) {
        if (this == INTERNAL_ADDRESSES) {
            return policy.restrictions().internalAddresses();
        }
        ClientList clients = hosts(policy);
        return clients == null ? NetworkSet.EMPTY : clients.networks();
    }

    private @Nullable ClientList hosts(RelayPolicy policy) {
        switch (this) {
            case CONNECTIONS:
                return policy.connections();
            case CLIENTS:
                return policy.restrictions().clients();
            case NEVER:
                return policy.restrictions().never();
            default:
                return null;
        }
    }

    private UserList users(RelayPolicy policy) {
        UserList authenticated = policy.restrictions().authenticatedUsers();
        if (this == NEVER) {
            return policy.restrictions().neverUsers();
        }
        return this == AUTHENTICATED && authenticated != null ? authenticated : UserList.EMPTY;
    }

    /**
     * The entries: networks, host names, then users, each in the order of the configuration.
     *
     * @param contains a part of an entry's text, in lower case, or null
     * @param address an address that an entry's network contains, or null
     */
    List<Map<String, @Nullable Object>> entries(RelayPolicy policy, @Nullable String contains, @Nullable IpAddress address) {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        for (NetworkSet.Listed listed : networks(policy).listed()) {
            if (address == null || listed.network().contains(address)) {
                add("network", listed.network().toString(), listed.rule(), contains, entries);
            }
        }
        if (address == null) {
            ClientList clients = hosts(policy);
            if (clients != null) {
                clients.hosts().forEach(host -> add("domain", host, Objects.requireNonNull(clients.findHost(host)), contains, entries));
            }
            users(policy).listed().forEach((user, rule) -> add("user", user, rule, contains, entries));
        }
        return entries;
    }

    /** The entries that list the very network. */
    List<Map<String, @Nullable Object>> entries(RelayPolicy policy, Network network) {
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        for (NetworkSet.Listed listed : networks(policy).listed()) {
            if (listed.network().equals(network)) {
                add("network", network.toString(), listed.rule(), null, entries);
            }
        }
        return entries;
    }

    private static void add(String kind, String text, Rule rule, @Nullable String contains, List<Map<String, @Nullable Object>> entries) {
        if (contains == null || text.contains(contains)) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("kind", kind);
            entry.put("entry", text);
            entry.put("rule", rule);
            entries.add(entry);
        }
    }

    /** The name of the element. */
    @Override
    public String toString() {
        return element;
    }
}
