package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.User;
import org.relaycontrol.policy.UserList;

/**
 * All clients, host names, users and listeners, divided into classes that none of the policies tells apart. Compares any number of sides,
 * each with policies of its own. Recipient domains are divided by {@link Destinations}. Immutable.
 */
final class Partition {

    /** The class of clients without host name, or with one that is not listed. */
    static final int NO_LISTED_HOST = 0;
    /** The class of clients whose host name is not known. */
    static final int UNKNOWN_HOST = 1;
    /** The class of clients that have not authenticated. */
    static final int UNAUTHENTICATED = 0;
    /** The class of users that are not listed. */
    static final int OTHER_USERS = 1;

    private static final int MAX_PORT = 65535;
    private static final String UNLISTED_USER = "x";

    private final List<RelayPolicies> sides;
    private final List<RelayPolicy> policies = new ArrayList<>();
    private final List<ListenerClass> listeners = new ArrayList<>();
    private final Dimension<IpAddress> clients = new Dimension<>();
    private final List<AddressSet> clientAddresses = new ArrayList<>();
    private final Dimension<ClientHost> hosts = new Dimension<>();
    private final NameTree hostNames;
    private final Dimension<Optional<User>> users = new Dimension<>();
    private final NameTree userNames;

    private Partition(List<RelayPolicies> sides) {
        this.sides = List.copyOf(sides);
        sides.forEach(side -> policies.addAll(side.policies()));
        divideListeners();
        divideClients();
        hostNames = divideHosts();
        userNames = divideUsers();
    }

    static Partition of(RelayPolicies... sides) {
        return new Partition(List.of(sides));
    }

    /** The policies of all sides, by the number by which classes know them. */
    List<RelayPolicy> policies() {
        return policies;
    }

    List<ListenerClass> listeners() {
        return listeners;
    }

    Dimension<IpAddress> clients() {
        return clients;
    }

    /** The addresses of some classes of clients. */
    AddressSet clientAddresses(IntSet classes) {
        List<Network> networks = new ArrayList<>();
        classes.forEach(c -> networks.addAll(clientAddresses.get(c).intervals()));
        return AddressSet.of(networks);
    }

    Dimension<ClientHost> hosts() {
        return hosts;
    }

    NameTree hostNames() {
        return hostNames;
    }

    Dimension<Optional<User>> users() {
        return users;
    }

    NameTree userNames() {
        return userNames;
    }

    /**
     * What a side decides for representatives.
     *
     * @param listed whether the recipient is in the list of recipients, if there is one
     */
    Decision decide(int side, ListenerClass listener, IpAddress client, ClientHost host, Optional<User> user, Recipient recipient,
                    boolean listed, LocalDomains localDomains) {
        return sides.get(side).decide(Envelope.smtp(client, listener.address(), listener.port(), user.orElse(null), host, recipient)
            .withListed(listed), localDomains, false);
    }

    private void divideListeners() {
        Set<IpAddress> named = new LinkedHashSet<>();
        Set<Integer> ports = new TreeSet<>();
        List<AddressSet> sets = new ArrayList<>();
        for (RelayPolicy policy : policies) {
            for (Listener listener : policy.listeners()) {
                IpAddress address = listener.address();
                if (address != null && named.add(address)) {
                    sets.add(AddressSet.of(List.of(Network.parse(address.toString()))));
                }
                if (listener.port() != 0) {
                    ports.add(listener.port());
                }
            }
            sets.add(AddressSet.of(policy.restrictions().internalAddresses()));
        }
        ports.add(ListenerClass.OTHER_PORTS);
        Map<List<Object>, ListenerClass> classes = new LinkedHashMap<>();
        for (AddressSet addresses : AddressSet.partition(sets).values()) {
            for (int port : ports) {
                addListeners(classes, addresses, port, port == ListenerClass.OTHER_PORTS ? unnamedPort(ports) : port);
            }
        }
        listeners.addAll(classes.values());
    }

    private static int unnamedPort(Set<Integer> named) {
        int port = 1;
        while (named.contains(port) && port < MAX_PORT) {
            port++;
        }
        return port;
    }

    private void addListeners(Map<List<Object>, ListenerClass> classes, AddressSet addresses, int namedPort, int port) {
        IpAddress address = representative(addresses);
        int[] governing = new int[sides.size()];
        List<Object> seen = new ArrayList<>();
        int offset = 0;
        for (int side = 0; side < governing.length; side++) {
            RelayPolicy policy = sides.get(side).governing(address, port);
            governing[side] = policy == null ? -1 : offset + sides.get(side).policies().indexOf(policy);
            seen.add(governing[side]);
            seen.add(policy != null && policy.restrictions().internalAddresses().find(address) != null);
            offset += sides.get(side).policies().size();
        }
        classes.computeIfAbsent(seen, any -> new ListenerClass(governing, address, port)).add(namedPort, addresses);
    }

    private static IpAddress representative(AddressSet addresses) {
        IpAddress any = addresses.any();
        if (any == null) {
            throw new IllegalArgumentException("no address in " + addresses);
        }
        return any;
    }

    private void divideClients() {
        List<AddressSet> sets = new ArrayList<>();
        for (RelayPolicy policy : policies) {
            Restrictions restrictions = policy.restrictions();
            ClientList permitted = restrictions.clients();
            sets.add(AddressSet.of(policy.connections().networks()));
            sets.add(permitted == null ? AddressSet.NONE : AddressSet.of(permitted.networks()));
            sets.add(AddressSet.of(restrictions.never().networks()));
        }
        int lists = 3;
        for (Map.Entry<BitSet, AddressSet> part : AddressSet.partition(sets).entrySet()) {
            int[] signature = new int[policies.size()];
            for (int policy = 0; policy < signature.length; policy++) {
                for (int list = 0; list < lists; list++) {
                    signature[policy] |= part.getKey().get(policy * lists + list) ? 1 << list : 0;
                }
            }
            clients.add(representative(part.getValue()), signature);
            clientAddresses.add(part.getValue());
        }
    }

    private NameTree divideHosts() {
        Set<String> names = new LinkedHashSet<>();
        int[] unknown = new int[policies.size()];
        for (int policy = 0; policy < unknown.length; policy++) {
            Set<String> own = hostNames(policies.get(policy));
            names.addAll(own);
            // Where no list names a host, an unknown name is like none.
            unknown[policy] = own.isEmpty() ? 0 : -1;
        }
        hosts.add(ClientHost.NONE, new int[policies.size()]);
        hosts.add(ClientHost.UNKNOWN, unknown);
        Map<List<Integer>, Integer> classes = new LinkedHashMap<>();
        int[] byNode = new int[2 * names.size()];
        int node = 0;
        for (String name : names) {
            int[] signature = new int[policies.size()];
            List<Integer> key = new ArrayList<>(signature.length);
            for (int policy = 0; policy < signature.length; policy++) {
                signature[policy] = hostSignature(policies.get(policy), name);
                key.add(signature[policy]);
            }
            int c = classes.computeIfAbsent(key, any -> hosts.add(ClientHost.named(DomainName.of(name)), signature));
            byNode[node++] = c;
            byNode[node++] = c;
        }
        return NameTree.of(List.copyOf(names), NameTree::aboveDomain, byNode, NO_LISTED_HOST);
    }

    /** The client host names that a policy lists. */
    static Set<String> hostNames(RelayPolicy policy) {
        Set<String> names = new LinkedHashSet<>(policy.connections().hosts());
        ClientList permitted = policy.restrictions().clients();
        if (permitted != null) {
            names.addAll(permitted.hosts());
        }
        names.addAll(policy.restrictions().never().hosts());
        return names;
    }

    private static int hostSignature(RelayPolicy policy, String name) {
        ClientList permitted = policy.restrictions().clients();
        return (policy.connections().findHost(name) != null ? 1 : 0)
            | (permitted != null && permitted.findHost(name) != null ? 2 : 0)
            | (policy.restrictions().never().findHost(name) != null ? 4 : 0);
    }

    private NameTree divideUsers() {
        Set<String> names = new LinkedHashSet<>();
        for (RelayPolicy policy : policies) {
            UserList permitted = policy.restrictions().authenticatedUsers();
            if (permitted != null) {
                names.addAll(permitted.listed().keySet());
            }
            names.addAll(policy.restrictions().neverUsers().listed().keySet());
        }
        int[] unauthenticated = new int[policies.size()];
        Arrays.fill(unauthenticated, -1);
        users.add(Optional.empty(), unauthenticated);
        users.add(Optional.of(unlistedUser("", names)), new int[policies.size()]);
        Map<List<Integer>, Integer> classes = new LinkedHashMap<>();
        int[] byNode = new int[2 * names.size()];
        int node = 0;
        for (String name : names) {
            User user = name.charAt(0) == '@' ? unlistedUser(name, names) : User.of(name);
            int[] signature = new int[policies.size()];
            List<Integer> key = new ArrayList<>(signature.length);
            for (int policy = 0; policy < signature.length; policy++) {
                signature[policy] = userSignature(policies.get(policy).restrictions(), user);
                key.add(signature[policy]);
            }
            int c = classes.computeIfAbsent(key, any -> users.add(Optional.of(user), signature));
            byNode[node++] = c;
            byNode[node++] = c;
        }
        return NameTree.of(List.copyOf(names), NameTree::aboveUser, byNode, OTHER_USERS);
    }

    private static int userSignature(Restrictions restrictions, User user) {
        UserList permitted = restrictions.authenticatedUsers();
        return (permitted != null && permitted.find(user) != null ? 1 : 0) | (restrictions.neverUsers().find(user) != null ? 2 : 0);
    }

    private static User unlistedUser(String atDomain, Set<String> listed) {
        StringBuilder name = new StringBuilder(UNLISTED_USER);
        while (listed.contains(name + atDomain)) {
            name.append(UNLISTED_USER);
        }
        return User.of(name + atDomain);
    }
}
