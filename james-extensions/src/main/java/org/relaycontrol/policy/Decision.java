package org.relaycontrol.policy;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * What is decided for an envelope, and why. Immutable. A policy has one decision for all envelopes that it treats alike, so that deciding
 * makes no object; the line that decided one of them is looked up when it is asked for.
 */
public final class Decision {

    /** What is done with the recipient. */
    public enum Verdict {
        /** It is accepted. */
        PERMIT,
        /** It is refused for good. */
        DENY,
        /** It is refused for now: a DNS look-up or a question that matters has no answer for now. */
        DEFER;

        private final String text = name().toLowerCase(Locale.ROOT);

        /** The verdict as it is printed. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** Where an accepted recipient goes. */
    public enum Route {
        /** It is delivered here. */
        INBOUND,
        /** It is relayed. */
        RELAY;

        /** The route as it is printed. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which test decided, in the order of the tests. */
    public enum Reason {
        /** No policy governs the listener. */
        NO_POLICY,
        /** The client may not connect. */
        CONNECTION_REFUSED,
        /** Nothing is accepted without authentication. */
        AUTHENTICATION_REQUIRED,
        /** The domain is rejected. */
        DOMAIN_REJECTED,
        /** The local part carries a route of the sender's own. */
        SENDER_SPECIFIED_ROUTING,
        /** The domain is inbound. */
        INBOUND,
        /** The domain is inbound, but the server does not host it. */
        INBOUND_NOT_HOSTED,
        /** Nothing is relayed. */
        REROUTE_OFF,
        /** The domain is relayed for everybody. */
        RELAY_DOMAIN,
        /** The client or user never relays. */
        NEVER,
        /** The client may relay. */
        CLIENT_LISTED,
        /** Clients of this server address may relay. */
        INTERNAL_ADDRESS,
        /** The authenticated user may relay. */
        AUTHENTICATED,
        /** Nothing permits it. */
        NOT_PERMITTED,
        /** The recipient does not exist where its domain is relayed to. */
        RECIPIENT_UNKNOWN,
        /** Whether the recipient exists is not known for now. */
        RECIPIENT_UNVERIFIED,
        /** It depends on the client's host name, whose look-up has failed for now. */
        DNS_UNAVAILABLE;

        private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** The reason as it is printed. */
        @Override
        public String toString() {
            return text;
        }
    }

    private final Verdict verdict;
    private final Reason reason;
    private final @Nullable Route route;
    private final @Nullable RelayPolicy policy;
    private final @Nullable RoutingList routing;
    private final @Nullable Rule rule;
    private final boolean authenticatingCouldHelp;

    private Decision(Verdict verdict, Reason reason, @Nullable Route route, @Nullable RelayPolicy policy, @Nullable RoutingList routing,
                     @Nullable Rule rule, boolean authenticatingCouldHelp) {
        this.verdict = verdict;
        this.reason = reason;
        this.route = route;
        this.policy = policy;
        this.routing = routing;
        this.rule = rule;
        this.authenticatingCouldHelp = authenticatingCouldHelp;
    }

    /** The decision where no policy governs. */
    static Decision noPolicy() {
        return new Decision(Verdict.DENY, Reason.NO_POLICY, null, null, null, null, false);
    }

    /** What a routing list or James's list of domains lets in where no policy governs, by this line, or null for that of the entry. */
    static Decision inbound(RoutingList routing, @Nullable Rule rule) {
        return new Decision(Verdict.PERMIT, Reason.INBOUND, Route.INBOUND, null, routing, rule, false);
    }

    /** The decision of a policy to permit, by this line, or null for one that depends on the envelope. */
    static Decision permit(Route route, Reason reason, RelayPolicy policy, @Nullable Rule rule) {
        return new Decision(Verdict.PERMIT, reason, route, policy, policy.routing(), rule, false);
    }

    /** The decision of a policy to refuse, by this line, or null for one that depends on the envelope. */
    static Decision deny(Reason reason, RelayPolicy policy, @Nullable Rule rule) {
        return new Decision(Verdict.DENY, reason, null, policy, policy.routing(), rule, false);
    }

    /** The decision of a policy that nothing permits it. */
    static Decision notPermitted(RelayPolicy policy, boolean authenticatingCouldHelp) {
        return new Decision(Verdict.DENY, Reason.NOT_PERMITTED, null, policy, policy.routing(), policy.restrictions().rule(),
            authenticatingCouldHelp);
    }

    /** The decision of a policy to refuse for now, by this line, or null for one that depends on the envelope. */
    static Decision defer(Reason reason, RelayPolicy policy, @Nullable Rule rule) {
        return new Decision(Verdict.DEFER, reason, null, policy, policy.routing(), rule, false);
    }

    /** What is done with the recipient. */
    public Verdict verdict() {
        return verdict;
    }

    /** Whether the recipient is accepted. */
    public boolean isPermit() {
        return verdict == Verdict.PERMIT;
    }

    /** Which test decided. */
    public Reason reason() {
        return reason;
    }

    /** Where the recipient goes, or null if it is not accepted. */
    public @Nullable Route route() {
        return route;
    }

    /** The policy that decided, or null where none governs. */
    public @Nullable RelayPolicy policy() {
        return policy;
    }

    /** Whether that is done, rather than only logged: unless the policy is not enforced. */
    public boolean isEnforced() {
        return policy == null || policy.isEnforced();
    }

    /**
     * The line that decided, {@link Rule#DOMAIN_LIST}, or null where no policy governs.
     *
     * @param envelope the one that was decided
     */
    public @Nullable Rule rule(Envelope envelope) {
        if (rule != null) {
            return rule;
        }
        Rule byClient = policy == null ? null : policy.clientRule(reason, envelope);
        RoutingEntry entry = byClient == null ? entry(envelope.recipient()) : null;
        return entry == null ? byClient : entry.rule();
    }

    /**
     * The line that refused a connection, or null where no policy governs.
     *
     * @param client where the client connects from
     * @param host what was known of its host name
     */
    public @Nullable Rule connectionRule(IpAddress client, ClientHost host) {
        return policy == null ? null : policy.connections().findOrOwn(client, host);
    }

    /**
     * The routing entry for the recipient's domain, or null where it is unlisted.
     *
     * @param recipient the one that was decided
     */
    public @Nullable RoutingEntry entry(Recipient recipient) {
        return routing == null ? null : routing.find(recipient.domain());
    }

    /**
     * Where a relayed recipient is sent; null for its domain's MX, and for what is not relayed.
     *
     * @param recipient the one that was decided
     * @param sender who sends the mail; null for the null sender, and where it is not known
     */
    public @Nullable NextHops nextHops(Recipient recipient, @Nullable Sender sender) {
        return route == Route.RELAY && routing != null ? routing.nextHops(entry(recipient), sender) : null;
    }

    /**
     * Who is to be asked whether the recipient exists, for what is permitted to be relayed; null for nobody. What is then known of it
     * ({@link Envelope#withRecipientStatus}) is to be decided once more.
     *
     * @param recipient the one that was decided
     */
    public @Nullable Verification verification(Recipient recipient) {
        Treatment listed = route == Route.RELAY && routing != null ? routing.treatment(recipient.domain()) : null;
        return listed == null ? null : listed.verification();
    }

    /** Whether a client that is refused as {@link Reason#NOT_PERMITTED} could relay by authenticating. */
    public boolean authenticatingCouldHelp() {
        return authenticatingCouldHelp;
    }

    /** Verdict and reason. */
    @Override
    public String toString() {
        return verdict + " " + reason;
    }
}
