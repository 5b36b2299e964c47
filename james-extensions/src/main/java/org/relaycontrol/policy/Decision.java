package org.relaycontrol.policy;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is decided for an envelope, and why. Immutable.
 */
public final class Decision {

    /** What is done with the recipient. */
    public enum Verdict {
        /** It is accepted. */
        PERMIT,
        /** It is refused for good. */
        DENY,
        /** It is refused for now: a DNS look-up that matters has failed for now. */
        DEFER;

        /** The verdict as it is printed. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
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
    private final @Nullable Rule rule;
    private final @Nullable RoutingEntry entry;
    private final boolean authenticatingCouldHelp;

    private Decision(Verdict verdict, Reason reason, @Nullable Route route, @Nullable RelayPolicy policy, @Nullable Rule rule,
                     @Nullable RoutingEntry entry, boolean authenticatingCouldHelp) {
        this.verdict = verdict;
        this.reason = reason;
        this.route = route;
        this.policy = policy;
        this.rule = rule;
        this.entry = entry;
        this.authenticatingCouldHelp = authenticatingCouldHelp;
    }

    static Decision noPolicy() {
        return new Decision(Verdict.DENY, Reason.NO_POLICY, null, null, null, null, false);
    }

    static Decision permit(Route route, Reason reason, @Nullable RelayPolicy policy, Rule rule, @Nullable RoutingEntry entry) {
        return new Decision(Verdict.PERMIT, reason, route, policy, rule, entry, false);
    }

    static Decision deny(Reason reason, RelayPolicy policy, Rule rule, @Nullable RoutingEntry entry) {
        return new Decision(Verdict.DENY, reason, null, policy, rule, entry, false);
    }

    static Decision notPermitted(RelayPolicy policy, Rule rule, @Nullable RoutingEntry entry, boolean authenticatingCouldHelp) {
        return new Decision(Verdict.DENY, Reason.NOT_PERMITTED, null, policy, rule, entry, authenticatingCouldHelp);
    }

    /** The decision for a client whose host name decides and is not known. */
    static Decision defer(RelayPolicy policy, Rule rule, @Nullable RoutingEntry entry) {
        return new Decision(Verdict.DEFER, Reason.DNS_UNAVAILABLE, null, policy, rule, entry, false);
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

    /** The line that decided, {@link Rule#DOMAIN_LIST}, or null where no policy governs. */
    public @Nullable Rule rule() {
        return rule;
    }

    /** The routing entry for the recipient's domain, or null where it is unlisted. */
    public @Nullable RoutingEntry entry() {
        return entry;
    }

    /** Where a relayed recipient is sent; null for its domain's MX, and for what is not relayed. */
    public @Nullable NextHops nextHops() {
        return route == Route.RELAY && policy != null ? policy.routing().nextHops(entry) : null;
    }

    /** Whether a client that is refused as {@link Reason#NOT_PERMITTED} could relay by authenticating. */
    public boolean authenticatingCouldHelp() {
        return authenticatingCouldHelp;
    }

    /** Verdict, reason and rule. */
    @Override
    public String toString() {
        return verdict + " " + reason + (rule == null ? "" : " " + rule);
    }
}
