package org.relaycontrol.analysis;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;

/**
 * What a server has seen of where its clients come from. Where hosts of many names all come from one private address, a container's port
 * mapping, address translation or a load balancer hides them, and what the policy permits that address it permits every stranger: then the
 * proof that the policy is closed rests on nothing. Programs on the server itself (loopback) do not count. Immutable.
 */
public final class ClientsSeen {

    /** Nobody yet. */
    public static final ClientsSeen NONE = new ClientsSeen(null, Set.of(), false);

    /** A single host has one or two names; an office behind address translation, of which a server sees nothing else, is as hidden. */
    static final int HIDDEN_NAMES = 20;

    /** RFC 5321 section 4.5.3.1.2. */
    private static final int LONGEST_NAME = 255;

    private static final List<Network> LOOPBACK = List.of(Network.parse("127.0.0.0/8"), Network.parse("::1"));

    /** Private by RFC 1918, shared by RFC 6598, link-local by RFC 3927 and RFC 4291, unique local by RFC 4193. */
    private static final List<Network> PRIVATE = List.of(Network.parse("10.0.0.0/8"), Network.parse("172.16.0.0/12"),
        Network.parse("192.168.0.0/16"), Network.parse("100.64.0.0/10"), Network.parse("169.254.0.0/16"), Network.parse("fc00::/7"),
        Network.parse("fe80::/10"));

    /** A domain of RFC 2606 that no policy lists. */
    private static final Recipient UNLISTED = Recipient.of("anybody", DomainName.of("unlisted.invalid"));

    private final @Nullable IpAddress only;
    private final Set<String> names;
    private final boolean visible;

    private ClientsSeen(@Nullable IpAddress only, Set<String> names, boolean visible) {
        this.only = only;
        this.names = names;
        this.visible = visible;
    }

    /** Whether clients have come from a public address, or from more than one: James sees them. That is final. */
    public boolean areVisible() {
        return visible;
    }

    /** With a client that said HELO or EHLO with this name; the same object if that tells nothing new. */
    public ClientsSeen with(IpAddress client, String helo) {
        if (visible || isIn(LOOPBACK, client)) {
            return this;
        }
        if (only == null ? !isIn(PRIVATE, client) : !only.equals(client)) {
            return new ClientsSeen(null, Set.of(), true);
        }
        String name = (helo.length() > LONGEST_NAME ? helo.substring(0, LONGEST_NAME) : helo).toLowerCase(Locale.ROOT);
        if (names.size() == HIDDEN_NAMES || names.contains(name)) {
            return this;
        }
        Set<String> more = new LinkedHashSet<>(names);
        more.add(name);
        return new ClientsSeen(client, more, false);
    }

    private static boolean isIn(List<Network> networks, IpAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A warning, if the clients are hidden and the policy lets the address that hides them relay to unlisted domains.
     *
     * @param localAddress where they connect to
     * @param localPort where they connect to
     */
    public @Nullable Finding warning(RelayPolicies policies, IpAddress localAddress, int localPort) {
        if (only == null || names.size() < HIDDEN_NAMES) {
            return null;
        }
        Envelope envelope = Envelope.smtp(only, localAddress, localPort, null, ClientHost.NONE, UNLISTED);
        Decision decision = policies.decide(envelope, domain -> false, false);
        Rule rule = decision.rule(envelope);
        if (rule == null || decision.reason() != Reason.CLIENT_LISTED && decision.reason() != Reason.INTERNAL_ADDRESS) {
            return null;
        }
        return new Finding(Kind.HIDDEN_CLIENTS, rule, "all clients come from " + only + ", hosts of " + HIDDEN_NAMES
            + " names in EHLO so far: a container's port mapping, address translation or a load balancer hides who they are, so that this"
            + " line lets every stranger relay; let James see its clients (host networking, or PROXY with <proxyRequired>), or take "
            + only + " out");
    }
}
