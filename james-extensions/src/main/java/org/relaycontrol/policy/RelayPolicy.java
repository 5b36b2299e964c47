package org.relaycontrol.policy;

import static org.relaycontrol.policy.Decision.Reason.AUTHENTICATED;
import static org.relaycontrol.policy.Decision.Reason.AUTHENTICATION_REQUIRED;
import static org.relaycontrol.policy.Decision.Reason.CLIENT_LISTED;
import static org.relaycontrol.policy.Decision.Reason.CONNECTION_REFUSED;
import static org.relaycontrol.policy.Decision.Reason.DOMAIN_REJECTED;
import static org.relaycontrol.policy.Decision.Reason.INBOUND;
import static org.relaycontrol.policy.Decision.Reason.INBOUND_NOT_HOSTED;
import static org.relaycontrol.policy.Decision.Reason.INTERNAL_ADDRESS;
import static org.relaycontrol.policy.Decision.Reason.NEVER;
import static org.relaycontrol.policy.Decision.Reason.RELAY_DOMAIN;
import static org.relaycontrol.policy.Decision.Reason.REROUTE_OFF;
import static org.relaycontrol.policy.Decision.Reason.SENDER_SPECIFIED_ROUTING;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.RoutingEntry.Action;

/**
 * One policy: who may connect to the listeners it governs, and who may send what to where. Immutable; the decision is a pure function.
 */
public final class RelayPolicy {

    private final String name;
    private final Rule rule;
    private final List<Listener> listeners;
    private final ClientList connections;
    private final RoutingList routing;
    private final Restrictions restrictions;
    private final List<HostMatch> possibleHosts;

    private RelayPolicy(String name, Rule rule, List<Listener> listeners, ClientList connections, RoutingList routing,
                        Restrictions restrictions) {
        this.name = name;
        this.rule = rule;
        this.listeners = listeners;
        this.connections = connections;
        this.routing = routing;
        this.restrictions = restrictions;
        this.possibleHosts = HostMatch.possible(connections, restrictions);
    }

    /**
     * A policy.
     *
     * @param name its name in logs, metrics and tools
     * @param rule the line that declares it
     * @param listeners the listeners it governs; empty for every listener that no other policy names
     * @param connections who may connect
     */
    public static RelayPolicy of(String name, Rule rule, List<Listener> listeners, ClientList connections, RoutingList routing,
                                 Restrictions restrictions) {
        return new RelayPolicy(name, rule, List.copyOf(listeners), connections, routing, restrictions);
    }

    /** The name in logs, metrics and tools. */
    public String name() {
        return name;
    }

    /** The line that declares it. */
    public Rule rule() {
        return rule;
    }

    /** The listeners it governs; empty for every listener that no other policy names. */
    public List<Listener> listeners() {
        return listeners;
    }

    /** Who may connect. */
    public ClientList connections() {
        return connections;
    }

    /** What is done by recipient domain. */
    public RoutingList routing() {
        return routing;
    }

    /** Who may relay. */
    public Restrictions restrictions() {
        return restrictions;
    }

    /**
     * Decides for the client host name that is known. If none is known yet, decides for every name there may be: the same verdict for all
     * is the verdict, with the reason it has for none; otherwise the decision is deferred.
     */
    Decision decide(Envelope envelope, LocalDomains localDomains, boolean refuseUnhosted) {
        RoutingEntry entry = routing.find(envelope.recipient().domain());
        boolean hosted = (entry == null || refuseUnhosted && entry.treatment().action() == Action.INBOUND)
            && localDomains.contains(envelope.recipient().domain());
        boolean unhostedRefused = refuseUnhosted && !hosted;
        if (envelope.host().isKnown()) {
            return decide(envelope, match(envelope.host()), entry, hosted, unhostedRefused);
        }
        Decision withoutHost = decide(envelope, HostMatch.NONE, entry, hosted, unhostedRefused);
        for (int i = 1; i < possibleHosts.size(); i++) {
            if (decide(envelope, possibleHosts.get(i), entry, hosted, unhostedRefused).verdict() != withoutHost.verdict()) {
                return Decision.defer(this, hostRule(possibleHosts.get(i)), entry);
            }
        }
        return withoutHost;
    }

    /** The decision table, from step 1 on. */
    private Decision decide(Envelope envelope, HostMatch host, @Nullable RoutingEntry entry, boolean hosted, boolean unhostedRefused) {
        Rule refusal = connectionRefusal(envelope.client(), host);
        if (refusal != null) {
            return Decision.deny(CONNECTION_REFUSED, this, refusal, entry);
        }
        if (restrictions.authenticationRequired() && envelope.user() == null) {
            return Decision.deny(AUTHENTICATION_REQUIRED, this, orElse(restrictions.authenticatedRule(), rule), entry);
        }
        return decideByDestination(envelope, host, entry, hosted, unhostedRefused);
    }

    /** The decision table, from step 3 on: what does not depend on the connection. */
    private Decision decideByDestination(Envelope envelope, HostMatch host, @Nullable RoutingEntry entry, boolean hosted,
                                         boolean unhostedRefused) {
        Action action = entry != null ? entry.treatment().action() : hosted ? Action.INBOUND : Action.ROUTE;
        Rule entryRule = entry != null ? entry.rule() : hosted ? Rule.DOMAIN_LIST : routing.rule();
        if (action == Action.REJECT) {
            return Decision.deny(DOMAIN_REJECTED, this, entryRule, entry);
        }
        if (envelope.recipient().isSenderRouted() && !routing.allowsSenderSpecifiedRouting(entry)
            && !restrict(envelope, host, entry).isPermit()) {
            return Decision.deny(SENDER_SPECIFIED_ROUTING, this, entryRule, entry);
        }
        if (action == Action.INBOUND) {
            return unhostedRefused
                ? Decision.deny(INBOUND_NOT_HOSTED, this, entryRule, entry)
                : Decision.permit(Route.INBOUND, INBOUND, this, entryRule, entry);
        }
        if (!routing.reroute()) {
            return Decision.deny(REROUTE_OFF, this, routing.rerouteRule(), entry);
        }
        if (action == Action.RELAY) {
            return Decision.permit(Route.RELAY, RELAY_DOMAIN, this, entryRule, entry);
        }
        return restrict(envelope, host, entry);
    }

    /** Step 8: the restrictions, in IMS's order (KB Q193922). */
    private Decision restrict(Envelope envelope, HostMatch host, @Nullable RoutingEntry entry) {
        Rule never = restrictions.neverRule(envelope, host);
        if (never != null) {
            return Decision.deny(NEVER, this, never, entry);
        }
        Rule client = restrictions.clientRule(envelope.client(), host);
        if (client != null) {
            return Decision.permit(Route.RELAY, CLIENT_LISTED, this, client, entry);
        }
        Rule internal = restrictions.internalAddressRule(envelope.localAddress());
        if (internal != null) {
            return Decision.permit(Route.RELAY, INTERNAL_ADDRESS, this, internal, entry);
        }
        Rule user = restrictions.userRule(envelope.user());
        if (user != null) {
            return Decision.permit(Route.RELAY, AUTHENTICATED, this, user, entry);
        }
        return Decision.notPermitted(this, restrictions.rule(), entry, restrictions.authenticatingCouldHelp(envelope.user()));
    }

    /**
     * Decides for a mail in the mailet container. What is inbound stays here and is accepted: the sender has not written a recipient that
     * an alias or another mailet made. Anything else must be permitted, and what DNS cannot tell is not relayed.
     */
    Decision decideSpooled(Envelope envelope, LocalDomains localDomains) {
        RoutingEntry entry = routing.find(envelope.recipient().domain());
        if (entry == null ? localDomains.contains(envelope.recipient().domain()) : entry.treatment().action() == Action.INBOUND) {
            return Decision.permit(Route.INBOUND, INBOUND, this, entry == null ? Rule.DOMAIN_LIST : entry.rule(), entry);
        }
        return decide(envelope, localDomains, false);
    }

    /**
     * Whether the client's host name decides whether it may connect, may relay by where it connects from and to, or may relay once it has
     * authenticated, so that looking it up is worth while.
     */
    boolean dependsOnHost(IpAddress client, IpAddress localAddress) {
        boolean connectsWithout = connectionRefusal(client, HostMatch.NONE) == null;
        boolean permittedWithout = permitsByAddress(client, localAddress, HostMatch.NONE);
        boolean restrictionsDepend = false;
        for (int i = 1; i < possibleHosts.size(); i++) {
            HostMatch host = possibleHosts.get(i);
            if (connectionRefusal(client, host) == null != connectsWithout) {
                return true;
            }
            restrictionsDepend |= permitsByAddress(client, localAddress, host) != permittedWithout
                || restrictions.takesFromAuthenticated(client, host);
        }
        return connectsWithout && restrictionsDepend;
    }

    /** The decision that the client may not connect, with what is known of its host name, or null if it may; unknown admits. */
    @Nullable Decision refusal(IpAddress client, ClientHost host) {
        if (!host.isKnown() && possibleHosts.stream().anyMatch(match -> connectionRefusal(client, match) == null)) {
            return null;
        }
        Rule refusal = connectionRefusal(client, match(host));
        return refusal == null ? null : Decision.deny(CONNECTION_REFUSED, this, refusal, null);
    }

    /** Whether the client may relay by where it connects from and to, whoever authenticates. */
    Verdict permitsByAddress(IpAddress client, IpAddress localAddress, ClientHost host) {
        boolean permitted = permitsByAddress(client, localAddress, match(host));
        boolean depends = !host.isKnown()
            && possibleHosts.stream().anyMatch(match -> permitsByAddress(client, localAddress, match) != permitted);
        if (depends) {
            return Verdict.DEFER;
        }
        return permitted ? Verdict.PERMIT : Verdict.DENY;
    }

    private boolean permitsByAddress(IpAddress client, IpAddress localAddress, HostMatch host) {
        return restrictions.never().find(client, host.never()) == null
            && (restrictions.clientRule(client, host) != null || restrictions.internalAddressRule(localAddress) != null);
    }

    /** What the lists say of the host; of one that is not known, what they say of a client without name. */
    private HostMatch match(ClientHost host) {
        DomainName hostName = host.name();
        return hostName == null ? HostMatch.NONE : HostMatch.of(hostName, connections, restrictions);
    }

    /** The rule by which the client may not connect, or null if it may. */
    private @Nullable Rule connectionRefusal(@Nullable IpAddress client, HostMatch host) {
        if (client == null) {
            return null;
        }
        if (connections.mode() == ClientList.Mode.ALL_EXCEPT) {
            return connections.find(client, host.connections());
        }
        return connections.includes(client, host.connections()) == null ? connections.rule() : null;
    }

    private Rule hostRule(HostMatch host) {
        return orElse(host.never(), orElse(host.clients(), orElse(host.connections(), rule)));
    }

    private static Rule orElse(@Nullable Rule first, Rule second) {
        return first != null ? first : second;
    }

    @Override
    public String toString() {
        return name;
    }
}
