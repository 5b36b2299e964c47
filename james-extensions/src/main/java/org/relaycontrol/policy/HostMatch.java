package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which lists of a policy name a client host name: all that a decision needs of it. Immutable.
 */
final class HostMatch {

    /** The client has no name, or none that is listed. */
    static final HostMatch NONE = new HostMatch(null, null, null);

    private final @Nullable Rule connections;
    private final @Nullable Rule clients;
    private final @Nullable Rule never;

    private HostMatch(@Nullable Rule connections, @Nullable Rule clients, @Nullable Rule never) {
        this.connections = connections;
        this.clients = clients;
        this.never = never;
    }

    static HostMatch of(DomainName name, ClientList connections, Restrictions restrictions) {
        return of(name.toString(), connections, restrictions);
    }

    private static HostMatch of(String name, ClientList connections, Restrictions restrictions) {
        ClientList clients = restrictions.clients();
        return new HostMatch(connections.findHost(name), clients == null ? null : clients.findHost(name),
            restrictions.never().findHost(name));
    }

    /**
     * One match for each way in which a host name can be listed, {@link #NONE} first: at most eight, since only whether a list names the
     * host matters. The lists that name a host are those that name the nearest listed domain above it, so trying each listed domain
     * tries every name there may be.
     */
    static List<HostMatch> possible(ClientList connections, Restrictions restrictions) {
        Set<String> names = new LinkedHashSet<>(connections.hosts());
        ClientList clients = restrictions.clients();
        if (clients != null) {
            names.addAll(clients.hosts());
        }
        names.addAll(restrictions.never().hosts());
        List<HostMatch> possible = new ArrayList<>(List.of(NONE));
        for (String name : names) {
            HostMatch match = of(name, connections, restrictions);
            if (possible.stream().noneMatch(match::isAlike)) {
                possible.add(match);
            }
        }
        return List.copyOf(possible);
    }

    private boolean isAlike(HostMatch other) {
        return (connections == null) == (other.connections == null) && (clients == null) == (other.clients == null)
            && (never == null) == (other.never == null);
    }

    /** The rule of {@code connections} that lists the host name, or null. */
    @Nullable Rule connections() {
        return connections;
    }

    /** The rule of {@code clients} that lists the host name, or null. */
    @Nullable Rule clients() {
        return clients;
    }

    /** The rule of {@code never} that lists the host name, or null. */
    @Nullable Rule never() {
        return never;
    }
}
