package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NextHop;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/**
 * Finds next hops that are this server: refused where that is certain, warned of where it is likely. Other host names, and the mail
 * exchangers of a domain, may lead here too; that shows only when mail is delivered.
 */
final class Loops {

    private static final AddressSet LOOPBACK = AddressSet.of(List.of(Network.parse("127.0.0.0/8"), Network.parse("::1")));
    private static final List<IpAddress> LOCALHOST = List.of(IpAddress.parse("127.0.0.1"), IpAddress.parse("::1"));

    private final RelayPolicies policies;
    private final ServerSockets sockets;
    private final Map<NextHops, Optional<Loop>> known = new HashMap<>();
    private final Set<Finding> findings = new LinkedHashSet<>();

    private Loops(RelayPolicies policies, ServerSockets sockets) {
        this.policies = policies;
        this.sockets = sockets;
    }

    static List<Finding> of(RelayPolicies policies, ServerSockets sockets) {
        Loops loops = new Loops(policies, sockets);
        loops.check(policies.sharedRouting());
        policies.policies().forEach(policy -> loops.check(policy.routing()));
        return new ArrayList<>(loops.findings);
    }

    private void check(RoutingList list) {
        check("the smart host", list.smartHost(), list.smartHostRule());
        list.senders().forEach(sender -> check("the next hop of sender " + sender.name(), sender.nextHops(), sender.rule()));
        list.entries(treatment -> loop(treatment.nextHops()) != null)
            .forEach(entry -> check("the next hop of " + entry.name(), entry.treatment().nextHops(), entry.rule()));
    }

    private @Nullable Loop loop(@Nullable NextHops nextHops) {
        return nextHops == null ? null : known.computeIfAbsent(nextHops, this::find).orElse(null);
    }

    private void check(String what, @Nullable NextHops nextHops, Rule where) {
        Loop loop = loop(nextHops);
        if (loop != null) {
            findings.add(new Finding(loop.certain ? Kind.NEXT_HOP_HERE : Kind.NEXT_HOP_LOOP, where, what + " is " + loop.hop
                + (loop.certain ? ", where this server itself listens" : ", a listener of this server")
                + ", so mail would go round in circles; write the server that takes this mail"));
        }
    }

    /** The first host that is certainly this server, else the first that is likely to be. */
    private Optional<Loop> find(NextHops nextHops) {
        for (NextHop hop : nextHops.hosts()) {
            if (addresses(hop).stream().anyMatch(address -> listensAt(address, hop.port()))) {
                return Optional.of(new Loop(hop, true));
            }
        }
        return nextHops.hosts().stream().filter(this::isLikelyHere).findFirst().map(hop -> new Loop(hop, false));
    }

    /** The addresses that a next hop certainly has. */
    private static List<IpAddress> addresses(NextHop hop) {
        if (hop.kind() == NextHop.Kind.ADDRESS) {
            return List.of(IpAddress.parse(hop.host()));
        }
        return hop.kind() == NextHop.Kind.HOST && hop.host().equals("localhost") ? LOCALHOST : List.of();
    }

    /** The server says so, or a policy does: for exactly this listener. */
    private boolean listensAt(IpAddress address, int port) {
        return sockets.contains(address, port) || policies.policies().stream()
            .flatMap(policy -> policy.listeners().stream())
            .anyMatch(listener -> listener.port() == port && Objects.equals(listener.address(), address));
    }

    private boolean isLikelyHere(NextHop hop) {
        if (hop.kind() == NextHop.Kind.HOST && sockets.isNamed(hop.host()) && isLikelyHere(LOCALHOST.get(0), hop.port())) {
            return true;
        }
        return addresses(hop).stream().anyMatch(address -> isLikelyHere(address, hop.port()));
    }

    private boolean isLikelyHere(IpAddress address, int port) {
        boolean here = LOOPBACK.contains(address) || isInternal(address);
        for (RelayPolicy policy : policies.policies()) {
            if (policy.listeners().isEmpty() && here && port == NextHop.DEFAULT_PORT) {
                return true;
            }
            for (Listener listener : policy.listeners()) {
                IpAddress own = listener.address();
                if ((listener.port() == 0 || listener.port() == port) && (own == null ? here : own.equals(address))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a policy lists this very address as one of the server. */
    private boolean isInternal(IpAddress address) {
        return policies.policies().stream()
            .flatMap(policy -> policy.restrictions().internalAddresses().listed().stream())
            .anyMatch(listed -> listed.network().first().equals(address) && listed.network().last().equals(address));
    }

    /** A next hop that leads here. */
    private static final class Loop {

        private final NextHop hop;
        private final boolean certain;

        Loop(NextHop hop, boolean certain) {
            this.hop = hop;
            this.certain = certain;
        }
    }
}
