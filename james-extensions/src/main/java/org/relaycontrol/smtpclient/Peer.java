package org.relaycontrol.smtpclient;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops.Tls;

/**
 * A server and how to talk to it: all that two transactions must have in common to share a connection. Immutable.
 */
public final class Peer {

    private final String name;
    private final InetSocketAddress address;
    private final boolean smtps;
    private final Tls tls;
    private final String heloName;
    private final @Nullable InetAddress localAddress;
    private final @Nullable String username;
    private final @Nullable String password;
    private final Duration connectTimeout;
    private final Duration timeout;

    private Peer(Builder builder) {
        this.name = builder.name;
        this.address = new InetSocketAddress(builder.address, builder.port);
        this.smtps = builder.smtps;
        this.tls = builder.tls;
        this.heloName = builder.heloName;
        this.localAddress = builder.localAddress;
        this.username = builder.username;
        this.password = builder.password;
        this.connectTimeout = builder.connectTimeout;
        this.timeout = builder.timeout;
    }

    /**
     * A builder of a peer.
     *
     * @param name the name that its certificate is compared with; where it is known by its address alone, that
     * @param heloName the name we introduce ourselves with
     */
    public static Builder builder(String name, InetAddress address, int port, String heloName) {
        return new Builder(name, address, port, heloName);
    }

    /** The name that its certificate is compared with. */
    String name() {
        return name;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Whether TLS comes before the greeting (RFC 8314). */
    boolean smtps() {
        return smtps;
    }

    /** What is asked of TLS. */
    Tls tls() {
        return tls;
    }

    String heloName() {
        return heloName;
    }

    /** The address to connect from, or null. */
    @Nullable InetAddress localAddress() {
        return localAddress;
    }

    /** As whom to authenticate, or null. */
    @Nullable String username() {
        return username;
    }

    /** Null if, and only if, the user name is. */
    @Nullable String password() {
        return password;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    /** How long to wait for each reply, and for what is written to go. */
    Duration timeout() {
        return timeout;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Peer)) {
            return false;
        }
        Peer that = (Peer) other;
        return name.equals(that.name) && address.equals(that.address) && smtps == that.smtps && tls == that.tls
            && heloName.equals(that.heloName) && Objects.equals(localAddress, that.localAddress)
            && Objects.equals(username, that.username) && Objects.equals(password, that.password)
            && connectTimeout.equals(that.connectTimeout) && timeout.equals(that.timeout);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, address, smtps, tls, heloName, localAddress, username, password, connectTimeout, timeout);
    }

    /** Name, address and port; never the password. */
    @Override
    public String toString() {
        return name + "[" + address.getAddress().getHostAddress() + "]:" + address.getPort();
    }

    /** Collects a peer. */
    public static final class Builder {

        private final String name;
        private final InetAddress address;
        private final int port;
        private final String heloName;
        private boolean smtps;
        private Tls tls = Tls.NONE;
        private @Nullable InetAddress localAddress;
        private @Nullable String username;
        private @Nullable String password;
        private Duration connectTimeout = Duration.ofMinutes(1);
        private Duration timeout = Duration.ofMinutes(10);

        private Builder(String name, InetAddress address, int port, String heloName) {
            this.name = name;
            this.address = address;
            this.port = port;
            this.heloName = heloName;
        }

        /** What is asked of TLS, by STARTTLS or before the greeting; without it: nothing. */
        public Builder tls(Tls value, boolean beforeGreeting) {
            tls = value;
            smtps = beforeGreeting;
            return this;
        }

        /** As whom to authenticate if the server offers it. */
        public Builder credentials(String user, String secret) {
            username = user;
            password = secret;
            return this;
        }

        /** The address to connect from, or null: the operating system chooses. */
        public Builder localAddress(@Nullable InetAddress value) {
            localAddress = value;
            return this;
        }

        /** How long to wait for a TCP connection, one minute by default, and for each reply, ten (RFC 5321 section 4.5.3.2). */
        public Builder timeouts(Duration connecting, Duration replying) {
            connectTimeout = connecting;
            timeout = replying;
            return this;
        }

        /** The peer. */
        public Peer build() {
            return new Peer(this);
        }
    }
}
