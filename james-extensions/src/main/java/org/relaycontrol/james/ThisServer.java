package org.relaycontrol.james;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import com.google.common.base.Suppliers;
import com.google.common.net.InetAddresses;
import com.google.inject.Inject;
import com.google.inject.Singleton;

/**
 * Which hosts are this server itself: by the names its SMTP servers announce, and by the addresses and ports they listen on. What leads
 * here by way of address translation or a load balancer is known only if it was told. Thread-safe.
 */
@Singleton
public final class ThisServer implements ServerSockets {

    private static final Logger LOGGER = LoggerFactory.getLogger(ThisServer.class);

    private static final int SMTP_PORT = 25;
    private static final String ANY = "0.0.0.0";

    private final Set<String> names;
    private final Set<InetAddress> outside;
    private final List<Listener> listeners;
    private final Supplier<Set<InetAddress>> interfaces;

    private ThisServer(Set<String> names, Set<InetAddress> outside, List<Listener> listeners, Supplier<Set<InetAddress>> interfaces) {
        this.names = names;
        this.outside = outside;
        this.listeners = listeners;
        this.interfaces = interfaces;
    }

    /**
     * Reads {@code smtpserver.xml}.
     *
     * @throws IllegalArgumentException if it cannot be read
     */
    @Inject
    public ThisServer(ConfigurationProvider configurations) {
        this(read(configurations), ThisServer::localAddresses);
    }

    ThisServer(HierarchicalConfiguration<ImmutableNode> smtpServers, Supplier<Set<InetAddress>> interfaces) {
        this(names(enabled(smtpServers)), Set.of(), listeners(enabled(smtpServers)),
            Suppliers.memoizeWithExpiration(interfaces::get, 1, TimeUnit.MINUTES));
    }

    private static HierarchicalConfiguration<ImmutableNode> read(ConfigurationProvider configurations) {
        try {
            return configurations.getConfiguration("smtpserver");
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException("smtpserver.xml cannot be read; " + e.getMessage(), e);
        }
    }

    private static List<HierarchicalConfiguration<ImmutableNode>> enabled(HierarchicalConfiguration<ImmutableNode> smtpServers) {
        return smtpServers.configurationsAt("smtpserver").stream()
            .filter(server -> server.getBoolean("[@enabled]", true))
            .collect(Collectors.toList());
    }

    /** As James finds them: the host's own name unless told not to. */
    private static Set<String> names(List<HierarchicalConfiguration<ImmutableNode>> smtpServers) {
        return smtpServers.stream()
            .map(server -> server.getBoolean("helloName.[@autodetect]", true) ? hostName() : server.getString("helloName", ""))
            .map(ThisServer::canonical)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }

    private static String canonical(String name) {
        String bare = name.strip().toLowerCase(Locale.ROOT);
        return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
    }

    private static List<Listener> listeners(List<HierarchicalConfiguration<ImmutableNode>> smtpServers) {
        return smtpServers.stream()
            .flatMap(server -> Stream.of(server.getString("bind", ANY + ":" + SMTP_PORT).split(",")))
            .flatMap(bind -> listener(bind.strip()).stream())
            .collect(Collectors.toUnmodifiableList());
    }

    private static Optional<Listener> listener(String bind) {
        String host = bind.substring(0, Math.max(0, bind.lastIndexOf(':')));
        String port = bind.substring(bind.lastIndexOf(':') + 1);
        try {
            InetAddress address = InetAddress.getByName(host);
            return Optional.of(Listener.parse((address.isAnyLocalAddress() ? "*" : IpAddress.of(address)) + ":" + port));
        } catch (UnknownHostException | IllegalArgumentException e) {
            LOGGER.warn("smtpserver.xml: bind {} is not understood, a next hop that is there will not be seen to be this server; {}", bind,
                e.getMessage());
            return Optional.empty();
        }
    }

    private static Set<InetAddress> localAddresses() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).map(ThisServer::withoutZone)
                .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOGGER.warn("The addresses of this server cannot be read", e);
            return Set.of();
        }
    }

    private static InetAddress withoutZone(InetAddress address) {
        return InetAddresses.forString(InetAddresses.toAddrString(address).replaceAll("%.*", ""));
    }

    /** This server, which others reach by these host names and addresses, too: port 25 of an address is translated to it. */
    public ThisServer reachedBy(Collection<String> hosts) {
        Set<String> allNames = new HashSet<>(names);
        Set<InetAddress> addresses = new HashSet<>(outside);
        for (String host : hosts) {
            if (InetAddresses.isInetAddress(host)) {
                addresses.add(InetAddresses.forString(host));
            } else {
                allNames.add(canonical(host));
            }
        }
        return new ThisServer(Set.copyOf(allNames), Set.copyOf(addresses), listeners, interfaces);
    }

    /** Whether this is a name of this server. */
    @Override
    public boolean isNamed(String host) {
        return names.contains(canonical(host));
    }

    /** Whether a connection to this address and port ends here. */
    public boolean isAt(InetAddress address, int port) {
        if (port == SMTP_PORT && outside.contains(address)) {
            return true;
        }
        IpAddress ip = IpAddress.of(address);
        return listeners.stream().anyMatch(listener -> listener.covers(ip, port))
            && (address.isLoopbackAddress() || address.isAnyLocalAddress() || interfaces.get().contains(address));
    }

    @Override
    public boolean contains(IpAddress address, int port) {
        return isAt(InetAddresses.forString(address.toString()), port);
    }
}
