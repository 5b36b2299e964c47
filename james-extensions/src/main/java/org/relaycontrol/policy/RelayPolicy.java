package org.relaycontrol.policy;

import static org.relaycontrol.policy.Decision.Reason.AUTHENTICATED;
import static org.relaycontrol.policy.Decision.Reason.AUTHENTICATION_REQUIRED;
import static org.relaycontrol.policy.Decision.Reason.CLIENT_LISTED;
import static org.relaycontrol.policy.Decision.Reason.CONNECTION_REFUSED;
import static org.relaycontrol.policy.Decision.Reason.DNS_UNAVAILABLE;
import static org.relaycontrol.policy.Decision.Reason.DOMAIN_REJECTED;
import static org.relaycontrol.policy.Decision.Reason.INBOUND;
import static org.relaycontrol.policy.Decision.Reason.INBOUND_NOT_HOSTED;
import static org.relaycontrol.policy.Decision.Reason.INTERNAL_ADDRESS;
import static org.relaycontrol.policy.Decision.Reason.NEVER;
import static org.relaycontrol.policy.Decision.Reason.RECIPIENT_UNKNOWN;
import static org.relaycontrol.policy.Decision.Reason.RECIPIENT_UNVERIFIED;
import static org.relaycontrol.policy.Decision.Reason.RELAY_DOMAIN;
import static org.relaycontrol.policy.Decision.Reason.REROUTE_OFF;
import static org.relaycontrol.policy.Decision.Reason.SENDER_SPECIFIED_ROUTING;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.Verification.OnFailure;

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
    private final boolean enforced;
    private final List<HostMatch> possibleHosts;
    private final Answers answers;

    private RelayPolicy(String name, Rule rule, List<Listener> listeners, ClientList connections, RoutingList routing,
                        Restrictions restrictions, boolean enforced) {
        this.name = name;
        this.rule = rule;
        this.listeners = listeners;
        this.connections = connections;
        this.routing = routing;
        this.restrictions = restrictions;
        this.enforced = enforced;
        Map<HostMatch, String> possible = HostMatch.possible(connections, restrictions);
        this.possibleHosts = List.copyOf(possible.keySet());
        this.answers = new Answers(this, possible.values());
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
        return new RelayPolicy(name, rule, List.copyOf(listeners), connections, routing, restrictions, true);
    }

    /** The same policy, which decides to be watched, while the server's own rules rule. */
    public RelayPolicy notEnforced() {
        return new RelayPolicy(name, rule, listeners, connections, routing, restrictions, false);
    }

    /** Whether what it decides is done. */
    public boolean isEnforced() {
        return enforced;
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
        Treatment listed = routing.treatment(envelope.recipient().domain());
        boolean hosted = (listed == null || refuseUnhosted && listed.action() == Action.INBOUND)
            && localDomains.contains(envelope.recipient().domain());
        boolean unhostedRefused = refuseUnhosted && !hosted;
        if (envelope.host().isKnown()) {
            return decide(envelope, match(envelope.host()), listed, hosted, unhostedRefused);
        }
        Decision withoutHost = decide(envelope, HostMatch.NONE, listed, hosted, unhostedRefused);
        for (int i = 1; i < possibleHosts.size(); i++) {
            if (decide(envelope, possibleHosts.get(i), listed, hosted, unhostedRefused).verdict() != withoutHost.verdict()) {
                return answers.deferred.get(i);
            }
        }
        return withoutHost;
    }

    /** The decision table, from step 1 on. */
    private Decision decide(Envelope envelope, HostMatch host, @Nullable Treatment listed, boolean hosted, boolean unhostedRefused) {
        if (refusesConnection(envelope.client(), host)) {
            return answers.connectionRefused;
        }
        if (restrictions.authenticationRequired() && envelope.user() == null) {
            return answers.authenticationRequired;
        }
        Decision decision = decideByDestination(envelope, host, listed, hosted, unhostedRefused);
        return decision.route() == Route.RELAY && listed != null && !envelope.isSpooled() ? verify(decision, listed, envelope) : decision;
    }

    /** The decision table, from step 3 to step 8: what does not depend on the connection. */
    private Decision decideByDestination(Envelope envelope, HostMatch host, @Nullable Treatment listed, boolean hosted,
                                         boolean unhostedRefused) {
        Action action = listed != null ? listed.action() : hosted ? Action.INBOUND : Action.ROUTE;
        if (action == Action.REJECT) {
            return answers.domainRejected;
        }
        if (envelope.recipient().isSenderRouted() && !routing.allowsSenderRouted(listed) && !restrict(envelope, host).isPermit()) {
            return listed != null ? answers.senderRouted : hosted ? answers.senderRoutedToHosted : answers.senderRoutedToUnlisted;
        }
        if (action == Action.INBOUND) {
            return unhostedRefused ? answers.inboundNotHosted : listed != null ? answers.inbound : answers.hosted;
        }
        if (!routing.reroute()) {
            return answers.rerouteOff;
        }
        return action == Action.RELAY ? answers.relayDomain : restrict(envelope, host);
    }

    /** Step 8: the restrictions, in IMS's order (KB Q193922). */
    private Decision restrict(Envelope envelope, HostMatch host) {
        if (restrictions.neverRelays(envelope, host)) {
            return answers.never;
        }
        if (restrictions.permitsClient(envelope.client(), host)) {
            return answers.clientListed;
        }
        if (restrictions.permitsByLocalAddress(envelope.localAddress())) {
            return answers.internalAddress;
        }
        if (restrictions.permitsUser(envelope.user())) {
            return answers.authenticated;
        }
        return restrictions.authenticatingCouldHelp(envelope.user()) ? answers.notPermittedYet : answers.notPermitted;
    }

    /** Step 9: whether the recipient exists, which a list tells by itself, or has been asked. */
    private Decision verify(Decision permitted, Treatment listed, Envelope envelope) {
        RecipientList recipients = listed.recipients();
        if (recipients != null) {
            return envelope.isListed(recipients) ? permitted : answers.recipientUnknown;
        }
        Verification verification = listed.verification();
        if (verification == null) {
            return permitted;
        }
        switch (envelope.recipientStatus()) {
            case UNKNOWN:
                return answers.recipientUnknown;
            case PENDING:
                return answers.recipientUnverified;
            case UNDETERMINED:
                return verification.onFailure() == OnFailure.DEFER ? answers.recipientUnverified : permitted;
            default:
                return permitted;
        }
    }

    /** The line by which a client is decided for that reason, or null if the reason is not the client's. */
    @Nullable Rule clientRule(Reason reason, Envelope envelope) {
        IpAddress client = envelope.client();
        return reason == CONNECTION_REFUSED && client != null ? connections.findOrOwn(client, envelope.host())
            : restrictions.rule(reason, envelope);
    }

    /**
     * Decides for a mail in the mailet container. What is inbound stays here and is accepted: the sender has not written a recipient that
     * an alias or another mailet made. Anything else must be permitted, and what DNS cannot tell is not relayed. Whether it exists is not
     * asked: it is too late to refuse it.
     */
    Decision decideSpooled(Envelope envelope, LocalDomains localDomains) {
        Treatment listed = routing.treatment(envelope.recipient().domain());
        if (listed == null ? localDomains.contains(envelope.recipient().domain()) : listed.action() == Action.INBOUND) {
            return listed == null ? answers.hosted : answers.inbound;
        }
        return decide(envelope, localDomains, false);
    }

    /**
     * Whether the client's host name decides whether it may connect, may relay by where it connects from and to, or may relay once it has
     * authenticated, so that looking it up is worth while.
     */
    boolean dependsOnHost(IpAddress client, IpAddress localAddress) {
        boolean refusedWithout = refusesConnection(client, HostMatch.NONE);
        boolean permittedWithout = restrictions.permitsByAddress(client, localAddress, HostMatch.NONE);
        boolean restrictionsDepend = false;
        for (int i = 1; i < possibleHosts.size(); i++) {
            HostMatch host = possibleHosts.get(i);
            if (refusesConnection(client, host) != refusedWithout) {
                return true;
            }
            restrictionsDepend |= restrictions.permitsByAddress(client, localAddress, host) != permittedWithout
                || restrictions.takesFromAuthenticated(client, host);
        }
        return !refusedWithout && restrictionsDepend;
    }

    /** The decision that the client may not connect, with what is known of its host name, or null if it may; unknown admits. */
    @Nullable Decision refusal(IpAddress client, ClientHost host) {
        if (!host.isKnown() && possibleHosts.stream().anyMatch(match -> !refusesConnection(client, match))) {
            return null;
        }
        return refusesConnection(client, match(host)) ? answers.connectionRefused : null;
    }

    /** Whether the client may relay by where it connects from and to, whoever authenticates. */
    Verdict permitsByAddress(IpAddress client, IpAddress localAddress, ClientHost host) {
        boolean permitted = restrictions.permitsByAddress(client, localAddress, match(host));
        boolean depends = !host.isKnown()
            && possibleHosts.stream().anyMatch(match -> restrictions.permitsByAddress(client, localAddress, match) != permitted);
        if (depends) {
            return Verdict.DEFER;
        }
        return permitted ? Verdict.PERMIT : Verdict.DENY;
    }

    /** What the lists say of the host; of one that is not known, what they say of a client without name. */
    private HostMatch match(ClientHost host) {
        DomainName hostName = host.name();
        return hostName == null ? HostMatch.NONE : HostMatch.of(hostName, connections, restrictions);
    }

    /** Whether the client may not connect. A mail without client has no connection to refuse. */
    private boolean refusesConnection(@Nullable IpAddress client, HostMatch host) {
        return client != null && !connections.includes(client, host.connections());
    }

    @Override
    public String toString() {
        return name;
    }

    /** Every decision that this policy can take, made once. */
    private static final class Answers {

        private final Decision connectionRefused;
        private final Decision authenticationRequired;
        private final Decision domainRejected;
        private final Decision senderRouted;
        private final Decision senderRoutedToHosted;
        private final Decision senderRoutedToUnlisted;
        private final Decision inbound;
        private final Decision hosted;
        private final Decision inboundNotHosted;
        private final Decision rerouteOff;
        private final Decision relayDomain;
        private final Decision never;
        private final Decision clientListed;
        private final Decision internalAddress;
        private final Decision authenticated;
        private final Decision notPermitted;
        private final Decision notPermittedYet;
        private final Decision recipientUnknown;
        private final Decision recipientUnverified;
        /** By the number of the host name that matters; the first is none. */
        private final List<Decision> deferred = new ArrayList<>();

        Answers(RelayPolicy policy, Collection<String> possibleHosts) {
            RoutingList routing = policy.routing;
            Restrictions restrictions = policy.restrictions;
            connectionRefused = Decision.deny(CONNECTION_REFUSED, policy, null);
            authenticationRequired = Decision.deny(AUTHENTICATION_REQUIRED, policy, orElse(restrictions.authenticatedRule(), policy.rule));
            domainRejected = Decision.deny(DOMAIN_REJECTED, policy, null);
            senderRouted = Decision.deny(SENDER_SPECIFIED_ROUTING, policy, null);
            senderRoutedToHosted = Decision.deny(SENDER_SPECIFIED_ROUTING, policy, Rule.DOMAIN_LIST);
            senderRoutedToUnlisted = Decision.deny(SENDER_SPECIFIED_ROUTING, policy, routing.rule());
            inbound = Decision.permit(Route.INBOUND, INBOUND, policy, null);
            hosted = Decision.permit(Route.INBOUND, INBOUND, policy, Rule.DOMAIN_LIST);
            inboundNotHosted = Decision.deny(INBOUND_NOT_HOSTED, policy, null);
            rerouteOff = Decision.deny(REROUTE_OFF, policy, routing.rerouteRule());
            relayDomain = Decision.permit(Route.RELAY, RELAY_DOMAIN, policy, null);
            never = Decision.deny(NEVER, policy, null);
            clientListed = Decision.permit(Route.RELAY, CLIENT_LISTED, policy, null);
            internalAddress = Decision.permit(Route.RELAY, INTERNAL_ADDRESS, policy, null);
            authenticated = Decision.permit(Route.RELAY, AUTHENTICATED, policy, null);
            notPermitted = Decision.notPermitted(policy, false);
            notPermittedYet = Decision.notPermitted(policy, true);
            recipientUnknown = Decision.deny(RECIPIENT_UNKNOWN, policy, null);
            recipientUnverified = Decision.defer(RECIPIENT_UNVERIFIED, policy, null);
            possibleHosts.forEach(host -> deferred.add(Decision.defer(DNS_UNAVAILABLE, policy,
                host.isEmpty() ? policy.rule : hostRule(policy, host))));
        }

        private static Rule hostRule(RelayPolicy policy, String host) {
            ClientList clients = policy.restrictions.clients();
            Rule permitted = clients == null ? null : clients.findHost(host);
            return orElse(policy.restrictions.never().findHost(host),
                orElse(permitted, orElse(policy.connections.findHost(host), policy.rule)));
        }

        private static Rule orElse(@Nullable Rule first, Rule second) {
            return first != null ? first : second;
        }
    }
}
