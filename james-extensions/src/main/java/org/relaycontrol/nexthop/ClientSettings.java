package org.relaycontrol.nexthop;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.james.domainlist.api.DomainList;
import org.apache.james.transport.mailets.remote.delivery.HeloNameProvider;
import org.apache.james.transport.mailets.remote.delivery.RemoteDeliveryConfiguration;
import org.apache.mailet.MailetConfig;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.Peer;

import com.google.common.net.InetAddresses;

/**
 * How to talk to hosts: as the next hop says, and where it says nothing as the mailet's parameters do. Immutable.
 */
public final class ClientSettings {

    /** The parameter for the time to wait for a reply, in milliseconds. */
    public static final String TIMEOUT = RemoteDeliveryConfiguration.TIMEOUT;
    /** The parameter for the time to wait for a connection, in milliseconds. */
    public static final String CONNECT_TIMEOUT = RemoteDeliveryConfiguration.CONNECTIONTIMEOUT;

    private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofMinutes(1);

    private final Supplier<String> heloName;
    private final List<InetAddress> bind;
    private final Duration connectTimeout;
    private final Duration timeout;
    private final Tls unnamedTls;

    private ClientSettings(Function<String, @Nullable String> parameters, DomainList domainList) {
        this.heloName = new HeloNameProvider(parameters.apply(RemoteDeliveryConfiguration.HELO_NAME), domainList)::getHeloName;
        this.bind = addresses(parameters.apply(RemoteDeliveryConfiguration.BIND));
        this.connectTimeout = millis(parameters, CONNECT_TIMEOUT, DEFAULT_CONNECT_TIMEOUT);
        this.timeout = millis(parameters, TIMEOUT, NextHops.PATIENT_TIMEOUT);
        this.unnamedTls = Boolean.parseBoolean(parameters.apply(RemoteDeliveryConfiguration.START_TLS)) ? Tls.OPPORTUNISTIC : Tls.NONE;
    }

    /**
     * Reads the mailet's parameters.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static ClientSettings of(MailetConfig parameters, DomainList domainList) {
        return new ClientSettings(parameters::getInitParameter, domainList);
    }

    /** Those of a mailet without parameters. */
    static ClientSettings defaults(DomainList domainList) {
        return new ClientSettings(name -> null, domainList);
    }

    private static List<InetAddress> addresses(@Nullable String text) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String part : text == null ? new String[0] : text.split(",", -1)) {
            String address = part.strip();
            if (!InetAddresses.isInetAddress(address)) {
                throw new IllegalArgumentException("bind has '" + address + "'; write an address of this server, or an IPv4 and an IPv6 one"
                    + " separated by a comma");
            }
            addresses.add(InetAddresses.forString(address));
        }
        if (addresses.stream().filter(Inet4Address.class::isInstance).count() > 1
                || addresses.stream().filter(address -> !(address instanceof Inet4Address)).count() > 1) {
            throw new IllegalArgumentException("bind is '" + text + "'; write one IPv4 and one IPv6 address at most");
        }
        return List.copyOf(addresses);
    }

    private static Duration millis(Function<String, @Nullable String> parameters, String name, Duration byDefault) {
        String text = parameters.apply(name);
        if (text == null) {
            return byDefault;
        }
        try {
            int millis = Integer.parseInt(text.strip());
            if (millis > 0) {
                return Duration.ofMillis(millis);
            }
        } catch (NumberFormatException e) {
            // Reported like a number that is too low.
        }
        throw new IllegalArgumentException(name + " is '" + text + "'; write a number of milliseconds, or leave it out for "
            + byDefault.toMillis());
    }

    /** What is asked of TLS: by next hops that have a name or are {@code smtps:}, else by the mailet. */
    Tls tls(Optional<NextHops> hops) {
        return hops.filter(some -> some.name().isPresent() || some.tls() != Tls.NONE).map(NextHops::tls).orElse(unnamedTls);
    }

    /** The host as a peer that is not waited for any longer than so, to connect and to reply, whatever the settings are. */
    Peer peer(Host host, Optional<NextHops> hops, Tls tls, Optional<Credentials> credentials, Duration connectLimit,
            Duration limit) {
        Peer.Builder peer = Peer.builder(host.name(), host.address(), host.port(),
                hops.flatMap(NextHops::heloName).map(DomainName::toString).orElseGet(heloName))
            .tls(tls, host.smtps())
            .localAddress(localAddress(host.address(), hops))
            .timeouts(shorter(hops.flatMap(NextHops::connectTimeout).orElse(connectTimeout), connectLimit),
                shorter(hops.flatMap(NextHops::timeout).orElse(timeout), limit));
        credentials.ifPresent(some -> some.addTo(peer));
        return peer.build();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The address to connect from has to be of the family of the one to connect to. */
    private @Nullable InetAddress localAddress(InetAddress remote, Optional<NextHops> hops) {
        List<InetAddress> own = hops.map(NextHops::bind).orElse(List.of()).stream()
            .map(address -> InetAddresses.forString(address.toString()))
            .collect(Collectors.toList());
        return (own.isEmpty() ? bind : own).stream()
            .filter(local -> local instanceof Inet4Address == remote instanceof Inet4Address)
            .findFirst()
            .orElse(null);
    }
}
