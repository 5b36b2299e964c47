package org.relaycontrol.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routing restrictions: who may relay to domains that the routing list does not open to everybody. The permissions are <em>or</em>,
 * not <em>and</em> (Microsoft KB Q193922, Q260562). Immutable.
 */
public final class Restrictions {

    private final Rule rule;
    private final @Nullable Rule authenticatedRule;
    private final boolean authenticationRequired;
    private final @Nullable UserList authenticatedUsers;
    private final @Nullable ClientList clients;
    private final NetworkSet internalAddresses;
    private final ClientList never;
    private final UserList neverUsers;
    private final List<Network> publicClients;
    private final boolean authenticatedMayRelay;

    private Restrictions(Builder builder) {
        this.rule = builder.rule;
        this.authenticatedRule = builder.authenticatedRule;
        this.authenticationRequired = builder.authenticationRequired;
        this.authenticatedUsers = builder.authenticatedUsers;
        this.clients = builder.clients;
        this.internalAddresses = builder.internalAddresses;
        this.never = builder.never;
        this.neverUsers = builder.neverUsers;
        this.publicClients = builder.publicClients;
        this.authenticatedMayRelay = authenticatedRule != null && (authenticatedUsers == null || anyBut(authenticatedUsers, neverUsers));
    }

    private static boolean anyBut(UserList users, UserList excluded) {
        return users.listed().keySet().stream().anyMatch(userOrDomain -> excluded.find(User.of(userOrDomain)) == null);
    }

    /** A builder of restrictions that permit nobody, at the line that declares them (the policy's own where there are none). */
    public static Builder builder(Rule rule) {
        return new Builder(rule);
    }

    /** The line that declares the restrictions. */
    public Rule rule() {
        return rule;
    }

    /** The line of {@code authenticated}, or null where it is absent. */
    public @Nullable Rule authenticatedRule() {
        return authenticatedRule;
    }

    /** Whether nothing is accepted without authentication. */
    public boolean authenticationRequired() {
        return authenticationRequired;
    }

    /** The users that may relay, or null for every authenticated one. */
    public @Nullable UserList authenticatedUsers() {
        return authenticatedUsers;
    }

    /** The clients that may relay, or null where {@code clients} is absent. */
    public @Nullable ClientList clients() {
        return clients;
    }

    /** The server's addresses whose clients may relay. */
    public NetworkSet internalAddresses() {
        return internalAddresses;
    }

    /** The clients that never relay. */
    public ClientList never() {
        return never;
    }

    /** The users that never relay. */
    public UserList neverUsers() {
        return neverUsers;
    }

    /** The networks of strangers that are meant to relay anywhere. */
    public List<Network> publicClients() {
        return publicClients;
    }

    /** Whether the client or its user never relays. Without a client address no client never relays. */
    boolean neverRelays(Envelope envelope, HostMatch host) {
        return neverRelays(envelope.client(), host) || envelope.user() != null && neverUsers.find(envelope.user()) != null;
    }

    private boolean neverRelays(@Nullable IpAddress client, HostMatch host) {
        return client != null && never.lists(client, host.never());
    }

    /** Whether the client is one of those that may relay. Without a client address nobody is. */
    boolean permitsClient(@Nullable IpAddress client, HostMatch host) {
        return clients != null && client != null && clients.includes(client, host.clients());
    }

    /** Whether clients of this server address may relay. */
    boolean permitsByLocalAddress(@Nullable IpAddress localAddress) {
        return localAddress != null && internalAddresses.contains(localAddress);
    }

    /** Whether the user may relay. */
    boolean permitsUser(@Nullable User user) {
        return user != null && authenticatedRule != null && (authenticatedUsers == null || authenticatedUsers.find(user) != null);
    }

    /** Whether the client may relay by where it connects from and to, whoever authenticates. */
    boolean permitsByAddress(IpAddress client, @Nullable IpAddress localAddress, HostMatch host) {
        return !neverRelays(client, host) && (permitsClient(client, host) || permitsByLocalAddress(localAddress));
    }

    /** The line for that reason, or null if it is none of the restrictions'. */
    @Nullable Rule rule(Decision.Reason reason, Envelope envelope) {
        IpAddress client = envelope.client();
        User user = envelope.user();
        switch (reason) {
            case NEVER:
                Rule byClient = client == null ? null : never.find(client, envelope.host());
                return byClient != null || user == null ? byClient : neverUsers.find(user);
            case CLIENT_LISTED:
                return client == null || clients == null ? null : clients.findOrOwn(client, envelope.host());
            case INTERNAL_ADDRESS:
                return envelope.localAddress() == null ? null : internalAddresses.find(envelope.localAddress());
            case AUTHENTICATED:
                return user == null || authenticatedUsers == null ? authenticatedRule : authenticatedUsers.find(user);
            default:
                return null;
        }
    }

    /** Whether a client that may not relay could by authenticating. */
    boolean authenticatingCouldHelp(@Nullable User user) {
        return user == null && authenticatedMayRelay;
    }

    /** Whether the host name, where the address does not, keeps users from relaying who otherwise could by authenticating. */
    boolean takesFromAuthenticated(IpAddress client, HostMatch host) {
        return authenticatedMayRelay && host.never() && !never.networks().contains(client);
    }

    /** Collects restrictions. */
    public static final class Builder {

        private final Rule rule;
        private @Nullable Rule authenticatedRule;
        private boolean authenticationRequired;
        private @Nullable UserList authenticatedUsers;
        private @Nullable ClientList clients;
        private NetworkSet internalAddresses = NetworkSet.EMPTY;
        private ClientList never;
        private UserList neverUsers = UserList.EMPTY;
        private List<Network> publicClients = List.of();

        private Builder(Rule rule) {
            this.rule = rule;
            this.never = ClientList.builder(ClientList.Mode.ONLY, rule).build();
        }

        /**
         * Clients that authenticated may relay.
         *
         * @param required whether nothing is accepted without authentication
         * @param users the only users that may relay, or null for every one
         * @param where the line that says so
         */
        public Builder authenticated(boolean required, @Nullable UserList users, Rule where) {
            authenticatedRule = where;
            authenticationRequired = required;
            authenticatedUsers = users;
            return this;
        }

        /** The clients that may relay. */
        public Builder clients(ClientList list) {
            clients = list;
            return this;
        }

        /** The server's addresses whose clients may relay. */
        public Builder internalAddresses(NetworkSet networks) {
            internalAddresses = networks;
            return this;
        }

        /**
         * The clients and users that never relay.
         *
         * @throws IllegalArgumentException if the list is not one of {@link ClientList.Mode#ONLY}
         */
        public Builder never(ClientList list, UserList users) {
            if (list.mode() != ClientList.Mode.ONLY) {
                throw new IllegalArgumentException("the clients that never relay are listed one by one");
            }
            never = list;
            neverUsers = users;
            return this;
        }

        /** The networks of strangers that are meant to relay anywhere. */
        public Builder publicClients(List<Network> networks) {
            publicClients = List.copyOf(networks);
            return this;
        }

        /** The restrictions of what was set. */
        public Restrictions build() {
            return new Restrictions(this);
        }
    }
}
