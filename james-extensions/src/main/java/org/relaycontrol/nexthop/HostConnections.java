package org.relaycontrol.nexthop;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.KeptConnections;
import org.relaycontrol.smtpclient.Peer;
import org.relaycontrol.smtpclient.SmtpConnection;
import org.relaycontrol.smtpclient.SmtpException;
import org.relaycontrol.smtpclient.SmtpException.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to hosts with the settings of their next hop, each kept a little for the next dialogue with the same settings. Thread-safe.
 */
public final class HostConnections {

    private static final Logger LOGGER = LoggerFactory.getLogger(HostConnections.class);

    private final Supplier<ClientSettings> settings;
    private final KeptConnections connections;
    private final Map<String, NextHops> inForce = new ConcurrentHashMap<>();

    /** Connects with these settings where the next hop has none of its own. */
    public HostConnections(Supplier<ClientSettings> settings, KeptConnections connections) {
        this.settings = settings;
        this.connections = connections;
    }

    /**
     * What is said over a connection.
     *
     * @param <T> what comes of it
     */
    @FunctionalInterface
    public interface Dialogue<T> {

        /** Holds the dialogue. */
        T hold(SmtpConnection connection) throws SmtpException;
    }

    /** What dialogues may not exceed, whatever the settings are. Immutable. */
    public static final class Limits {

        /** The settings alone count. */
        public static final Limits NONE =
            new Limits(NextHops.MAX_CONNECT_TIMEOUT, NextHops.MAX_TIMEOUT, OptionalInt.empty());

        private final Duration connectTimeout;
        private final Duration timeout;
        private final OptionalInt connections;

        private Limits(Duration connectTimeout, Duration timeout, OptionalInt connections) {
            this.connectTimeout = connectTimeout;
            this.timeout = timeout;
            this.connections = connections;
        }

        /** So long for a connection, so long for each reply, so many connections to a next hop. */
        public static Limits of(Duration connectTimeout, Duration timeout, int connections) {
            return new Limits(connectTimeout, timeout, OptionalInt.of(connections));
        }

        private OptionalInt connections(Optional<NextHops> hops) {
            OptionalInt own = hops.map(NextHops::maxConnections).orElse(OptionalInt.empty());
            return own.isPresent() && connections.isPresent() ? OptionalInt.of(Math.min(own.getAsInt(), connections.getAsInt()))
                : own.isPresent() ? own : connections;
        }
    }

    /**
     * Holds a dialogue, encrypted and authenticated as the next hop says: over a kept connection, and over a new one if there is none, or
     * if the kept one turns out to be dead or the server takes no transaction on it. Not a second time if the server may have taken a
     * message.
     *
     * @throws Credentials.MissingPasswordException if there is no password to authenticate with
     * @throws SmtpException if the dialogue fails
     */
    public <T> T talk(Host host, Optional<NextHops> hops, Limits limits, Dialogue<T> dialogue)
            throws SmtpException, Credentials.MissingPasswordException {
        hops.ifPresent(this::closeWhatHasChanged);
        Optional<Credentials> credentials = hops.isPresent() ? Credentials.of(hops.get()) : Optional.empty();
        ClientSettings client = settings.get();
        Tls tls = client.tls(hops);
        OptionalInt most = limits.connections(hops);
        try {
            return talk(client.peer(host, hops, tls, credentials, limits.connectTimeout, limits.timeout), hops, most, dialogue);
        } catch (SmtpException e) {
            // With credentials, a failed handshake must not lead to a password in the clear.
            if (e.stage() == Stage.TLS && tls == Tls.OPPORTUNISTIC && credentials.isEmpty()) {
                LOGGER.warn("{}: TLS failed, going on without: {}", host, e.getMessage());
                return talk(client.peer(host, hops, Tls.NONE, credentials, limits.connectTimeout, limits.timeout), hops, most, dialogue);
            }
            throw e;
        }
    }

    /** Connections with the settings of yesterday's policy are of no more use to a next hop of the same name. */
    private void closeWhatHasChanged(NextHops hops) {
        NextHops before = hops.name().map(name -> inForce.put(name, hops)).orElse(hops);
        if (!before.equals(hops)) {
            connections.closeWaiting(Optional.of(before));
        }
    }

    private <T> T talk(Peer peer, Optional<NextHops> hops, OptionalInt most, Dialogue<T> dialogue) throws SmtpException {
        SmtpConnection kept = connections.take(peer);
        if (kept != null) {
            try {
                return talk(kept, dialogue);
            } catch (SmtpException e) {
                if (e.stage() == Stage.END_OF_DATA) {
                    throw e;
                }
                LOGGER.debug("{}: kept connection of no use, opening another: {}", peer, e.getMessage());
            }
        }
        return talk(connections.open(peer, hops, most), dialogue);
    }

    private <T> T talk(SmtpConnection connection, Dialogue<T> dialogue) throws SmtpException {
        boolean held = false;
        try {
            T result = dialogue.hold(connection);
            held = true;
            return result;
        } finally {
            if (held) {
                connections.giveBack(connection);
            } else {
                connections.discard(connection);
            }
        }
    }
}
