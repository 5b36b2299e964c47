package org.relaycontrol.analysis;

import org.relaycontrol.policy.Decision.Reason;

/**
 * Clients that may relay to unlisted domains, and why. Immutable.
 */
public final class Permission {

    private final Clients clients;
    private final Reason reason;

    Permission(Clients clients, Reason reason) {
        this.clients = clients;
        this.reason = reason;
    }

    /** Who. */
    public Clients clients() {
        return clients;
    }

    /** The reason of the decision for them. */
    public Reason reason() {
        return reason;
    }

    /** Like {@code 192.168.1.0/24, authenticated or not, port 25: client-listed (256 IPv4 addresses)}. */
    @Override
    public String toString() {
        return clients + ": " + reason + " (" + Texts.count(clients.addresses()) + ")";
    }
}
