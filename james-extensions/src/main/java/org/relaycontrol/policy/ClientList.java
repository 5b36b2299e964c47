package org.relaycontrol.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list of clients by network and by host name ({@code connections}, {@code clients}, {@code never}). Immutable.
 */
public final class ClientList {

    /** What the list means: Exchange 2000's two radio buttons. */
    public enum Mode {
        /** The listed, and nobody else. */
        ONLY,
        /** Everybody but the listed. */
        ALL_EXCEPT
    }

    private final Mode mode;
    private final NetworkSet networks;
    private final NameTable<String> hosts;
    private final Rule rule;

    private ClientList(Mode mode, NetworkSet networks, NameTable<String> hosts, Rule rule) {
        this.mode = mode;
        this.networks = networks;
        this.hosts = hosts;
        this.rule = rule;
    }

    /** A builder of an empty list that the rule (the list's own line) declares. */
    public static Builder builder(Mode mode, Rule rule) {
        return new Builder(mode, rule);
    }

    /** What the list means. */
    public Mode mode() {
        return mode;
    }

    /** The listed networks. */
    public NetworkSet networks() {
        return networks;
    }

    /** The listed client host names, canonical, in the order of the configuration. */
    public List<String> hosts() {
        return hosts.list(hosts::name);
    }

    /** The line of the list itself. */
    public Rule rule() {
        return rule;
    }

    /** Whether nothing is listed. */
    public boolean isEmpty() {
        return networks.isEmpty() && hosts.isEmpty();
    }

    /** Whether this host name or one above it is listed. */
    boolean listsHost(DomainName name) {
        return hosts.nearest(name) != NameTable.NONE;
    }

    /** The rule that lists this canonical host name, as {@link #hosts()} has them, or one above it, or null. */
    public @Nullable Rule findHost(String name) {
        return findHost(DomainName.canonical(name));
    }

    /** The rule that lists this host name or one above it, or null. */
    public @Nullable Rule findHost(DomainName name) {
        int record = hosts.nearest(name);
        return record == NameTable.NONE ? null : Rule.of(hosts.kind(record), hosts.line(record));
    }

    /**
     * Whether the client is listed.
     *
     * @param byHost whether its host name is
     */
    boolean lists(IpAddress client, boolean byHost) {
        return byHost || networks.contains(client);
    }

    /** Whether the client is one of those the list means. */
    boolean includes(IpAddress client, boolean byHost) {
        return lists(client, byHost) == (mode == Mode.ONLY);
    }

    /** The rule that lists the client, networks first, then the host name; null if none does. */
    @Nullable Rule find(IpAddress client, ClientHost host) {
        Rule byNetwork = networks.find(client);
        return byNetwork != null || host.name() == null ? byNetwork : findHost(host.name());
    }

    /** The rule that lists the client, else the list's own: why the client is one of those the list means, or is not. */
    Rule findOrOwn(IpAddress client, ClientHost host) {
        Rule found = find(client, host);
        return found == null ? rule : found;
    }

    /** Collects clients. */
    public static final class Builder {

        private final Mode mode;
        private final Rule rule;
        private final NetworkSet.Builder networks = NetworkSet.builder();
        private final NameTable.Builder<String> hosts = NameTable.builder();

        private Builder(Mode mode, Rule rule) {
            this.mode = mode;
            this.rule = rule;
        }

        /** Lists a network. */
        public Builder network(Network network, Rule where) {
            networks.add(network, where);
            return this;
        }

        /** Lists the clients whose host name is the domain or below it. */
        public Builder host(DomainName domain, Rule where) {
            hosts.add(domain.toString(), NameTable.SUBTREE, hosts.kind(where.file()), where.line());
            return this;
        }

        /** The list of what was added. */
        public ClientList build() {
            return new ClientList(mode, networks.build(), hosts.build(), rule);
        }
    }
}
