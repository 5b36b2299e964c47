package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.List;
import org.relaycontrol.policy.AddressSet;

/**
 * Who: clients by address, host name and user, at some listeners. Immutable.
 */
public final class Clients {

    private final AddressSet addresses;
    private final NameSet hosts;
    private final boolean unknownHost;
    private final NameSet users;
    private final boolean unauthenticated;
    private final Listeners listeners;

    Clients(Partition partition, IntSet listeners, IntSet clients, IntSet hosts, IntSet users) {
        this.addresses = partition.clientAddresses(clients);
        this.hosts = partition.hostNames().select(hosts);
        this.unknownHost = hosts.contains(Partition.UNKNOWN_HOST);
        this.users = partition.userNames().select(users);
        this.unauthenticated = users.contains(Partition.UNAUTHENTICATED);
        this.listeners = new Listeners(partition.listeners(), listeners);
    }

    /** Where they connect from. */
    public AddressSet addresses() {
        return addresses;
    }

    /** Which of the addresses are public: strangers' addresses. */
    public AddressSet publicAddresses() {
        return addresses.intersect(PublicAddresses.ALL);
    }

    /** The host names they have; the rest includes those that have none. */
    public NameSet hosts() {
        return hosts;
    }

    /** Whether a client whose host name is not known is among them. */
    public boolean unknownHost() {
        return unknownHost;
    }

    /** Whether their host names do not matter. */
    public boolean anyHost() {
        return hosts.isEverything() && unknownHost;
    }

    /** The users as whom they have authenticated. */
    public NameSet users() {
        return users;
    }

    /** Whether clients that have not authenticated are among them. */
    public boolean unauthenticated() {
        return unauthenticated;
    }

    /** Where they connect to. */
    public Listeners listeners() {
        return listeners;
    }

    /** What is asked of their host name, or empty if nothing is. */
    public String hostText() {
        if (anyHost()) {
            return "";
        }
        if (hosts.isNothing()) {
            return "host name unknown";
        }
        if (hosts.isEverything()) {
            return "host name known or none";
        }
        String names = hosts.rest() ? "not under " + Texts.missing(hosts, "domains") : "under " + Texts.included(hosts, "domains");
        return "host name " + names + (unknownHost ? ", or unknown" : "");
    }

    /** As whom they have authenticated, if at all. */
    public String userText() {
        if (users.isNothing()) {
            return "unauthenticated";
        }
        if (users.isEverything()) {
            return unauthenticated ? "authenticated or not" : "authenticated";
        }
        if (unauthenticated && users.rest()) {
            return "authenticated or not, but not as " + Texts.missing(users, "users");
        }
        String text = users.rest() ? "authenticated, but not as " + Texts.missing(users, "users")
            : "authenticated as " + Texts.included(users, "users");
        return unauthenticated ? "unauthenticated or " + text : text;
    }

    /** Like {@code 198.51.100.0/24, unauthenticated, port 25}. */
    @Override
    public String toString() {
        List<String> texts = new ArrayList<>(List.of(Texts.clients(addresses)));
        if (!hostText().isEmpty()) {
            texts.add(hostText());
        }
        texts.add(userText());
        texts.add(listeners.toString());
        return String.join(", ", texts);
    }
}
