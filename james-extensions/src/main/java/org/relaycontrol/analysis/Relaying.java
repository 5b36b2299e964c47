package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.User;

/**
 * Who may relay to unlisted domains, policy by policy: the decision, asked for each class of the partition. Immutable.
 */
final class Relaying {

    private static final int LISTENER = 0;
    private static final int CLIENT = 1;
    private static final int HOST = 2;
    private static final int USER = 3;
    private static final int DIMENSIONS = 4;
    private static final String UNLISTED = "unlisted";

    private final Partition partition;
    private final Recipient unlisted;
    private final Map<RelayPolicy, List<Permission>> permissions = new HashMap<>();
    private final Map<RelayPolicy, Set<String>> decidingHosts = new HashMap<>();

    private Relaying(RelayPolicies policies) {
        partition = Partition.of(policies);
        unlisted = Recipient.of("user", unlisted(policies));
        List<Box<Permitted>> boxes = new ArrayList<>();
        for (RelayPolicy policy : policies.policies()) {
            permissions.put(policy, new ArrayList<>());
            decidingHosts.put(policy, new LinkedHashSet<>());
        }
        for (int listener = 0; listener < partition.listeners().size(); listener++) {
            if (partition.listeners().get(listener).policies()[0] >= 0) {
                addBoxes(listener, boxes);
            }
        }
        for (Box<Permitted> box : Box.merge(boxes, DIMENSIONS)) {
            permissions(box.key().policy).add(new Permission(
                new Clients(partition, box.side(LISTENER), box.side(CLIENT), box.side(HOST), box.side(USER)), box.key().reason));
        }
    }

    static Relaying of(RelayPolicies policies) {
        return new Relaying(policies);
    }

    /** A domain that no policy lists. */
    private static DomainName unlisted(RelayPolicies policies) {
        for (int i = 0;; i++) {
            DomainName name = DomainName.of(UNLISTED + (i == 0 ? "" : i));
            if (policies.policies().stream().allMatch(policy -> policy.routing().find(name) == null)) {
                return name;
            }
        }
    }

    private void addBoxes(int number, List<Box<Permitted>> boxes) {
        ListenerClass listener = partition.listeners().get(number);
        RelayPolicy policy = partition.policies().get(listener.policies()[0]);
        List<Dimension.Group<ClientHost>> hosts = partition.hosts().groups(listener.policies());
        Set<Dimension.Group<ClientHost>> deciding = new LinkedHashSet<>();
        for (Dimension.Group<IpAddress> client : partition.clients().groups(listener.policies())) {
            for (Dimension.Group<Optional<User>> user : partition.users().groups(listener.policies())) {
                boolean withoutHost = false;
                for (Dimension.Group<ClientHost> host : hosts) {
                    Decision decision = partition.decide(0, listener, client.representative(), host.representative(),
                        user.representative(), unlisted, true, domain -> false);
                    if (host.members().contains(Partition.NO_LISTED_HOST)) {
                        withoutHost = decision.isPermit();
                    }
                    if (decision.isPermit()) {
                        boxes.add(Box.of(new Permitted(policy, decision.reason()), IntSet.of(number), client.members(), host.members(),
                            user.members()));
                        if (!withoutHost) {
                            deciding.add(host);
                        }
                    }
                }
            }
        }
        for (Dimension.Group<ClientHost> host : deciding) {
            partition.hostNames().select(host.members()).included().forEach(term -> decidingHosts(policy).add(term.name()));
        }
    }

    private List<Permission> permissions(RelayPolicy policy) {
        return permissions.computeIfAbsent(policy, any -> new ArrayList<>());
    }

    private Set<String> decidingHosts(RelayPolicy policy) {
        return decidingHosts.computeIfAbsent(policy, any -> new LinkedHashSet<>());
    }

    /** Who may relay by a policy. */
    List<Permission> by(RelayPolicy policy) {
        return List.copyOf(permissions(policy));
    }

    /** The addresses of the clients that a policy lets relay for their address alone. */
    AddressSet byAddress(RelayPolicy policy) {
        return addresses(policy, permission -> permission.reason() == Reason.CLIENT_LISTED);
    }

    /** The addresses of strangers, outside {@code publicClients}, that may relay by a policy. */
    AddressSet strangers(RelayPolicy policy) {
        return addresses(policy, Relaying::opensToStrangers).intersect(PublicAddresses.ALL)
            .minus(AddressSet.of(policy.restrictions().publicClients()));
    }

    private AddressSet addresses(RelayPolicy policy, Predicate<Permission> which) {
        AddressSet addresses = AddressSet.NONE;
        for (Permission permission : permissions(policy)) {
            if (isUnconditional(permission) && which.test(permission)) {
                addresses = addresses.union(permission.clients().addresses());
            }
        }
        return addresses;
    }

    /** Whether clients are permitted without authenticating, and without a host name of their own. */
    private static boolean isUnconditional(Permission permission) {
        return permission.clients().unauthenticated() && permission.clients().hosts().rest();
    }

    /** Whether strangers may use a permission. They do not reach internal addresses, unless these are public. */
    static boolean opensToStrangers(Permission permission) {
        return isUnconditional(permission) && (permission.reason() != Reason.INTERNAL_ADDRESS
            || permission.clients().listeners().addresses().values().stream()
                .anyMatch(at -> !at.intersect(PublicAddresses.ALL).isEmpty()));
    }

    /** The listed domains that let some client relay which without such a host name may not. */
    Set<String> permittingHosts(RelayPolicy policy) {
        Set<String> permitting = new LinkedHashSet<>();
        ClientList clients = policy.restrictions().clients();
        if (clients != null && clients.mode() == ClientList.Mode.ONLY) {
            permitting.addAll(clients.hosts());
        }
        if (policy.connections().mode() == ClientList.Mode.ONLY) {
            policy.connections().hosts().stream().filter(decidingHosts(policy)::contains).forEach(permitting::add);
        }
        return permitting;
    }

    /** A policy, and the reason for which it permits. */
    private static final class Permitted {

        private final RelayPolicy policy;
        private final Reason reason;

        Permitted(RelayPolicy policy, Reason reason) {
            this.policy = policy;
            this.reason = reason;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Permitted && policy.equals(((Permitted) other).policy) && reason == ((Permitted) other).reason;
        }

        @Override
        public int hashCode() {
            return 31 * policy.hashCode() + reason.hashCode();
        }
    }
}
