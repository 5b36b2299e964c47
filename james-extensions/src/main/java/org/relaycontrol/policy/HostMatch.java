package org.relaycontrol.policy;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which lists of a policy name a client host name: all that a decision needs of it. Immutable; there are eight.
 */
final class HostMatch {

    private static final HostMatch[] ALL = new HostMatch[8];

    static {
        for (int i = 0; i < ALL.length; i++) {
            ALL[i] = new HostMatch((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
        }
    }

    /** The client has no name, or none that is listed. */
    static final HostMatch NONE = ALL[0];

    private final boolean connections;
    private final boolean clients;
    private final boolean never;

    private HostMatch(boolean connections, boolean clients, boolean never) {
        this.connections = connections;
        this.clients = clients;
        this.never = never;
    }

    static HostMatch of(DomainName name, ClientList connections, Restrictions restrictions) {
        ClientList clients = restrictions.clients();
        return ALL[(connections.listsHost(name) ? 1 : 0) | (clients != null && clients.listsHost(name) ? 2 : 0)
            | (restrictions.never().listsHost(name) ? 4 : 0)];
    }

    /**
     * Each way in which a host name can be listed, with a name that is; {@link #NONE} first, without a name. The lists that name a host
     * are those that name the nearest listed domain above it, so trying each listed domain tries every name there may be.
     */
    static Map<HostMatch, String> possible(ClientList connections, Restrictions restrictions) {
        Set<String> names = new LinkedHashSet<>(connections.hosts());
        ClientList clients = restrictions.clients();
        if (clients != null) {
            names.addAll(clients.hosts());
        }
        names.addAll(restrictions.never().hosts());
        Map<HostMatch, String> possible = new LinkedHashMap<>();
        possible.put(NONE, "");
        names.forEach(name -> possible.putIfAbsent(of(DomainName.canonical(name), connections, restrictions), name));
        return possible;
    }

    /** Whether {@code connections} lists the host name. */
    boolean connections() {
        return connections;
    }

    /** Whether {@code clients} lists the host name. */
    boolean clients() {
        return clients;
    }

    /** Whether {@code never} lists the host name. */
    boolean never() {
        return never;
    }
}
