package org.relaycontrol.policy;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a routing list: a domain and what is done with mail to it. Immutable. The entries of one list file share their
 * {@link Treatment}.
 */
public final class RoutingEntry {

    /** What is done with mail to a domain. */
    public enum Action {
        /** Accepted for delivery here. */
        INBOUND,
        /** Relayed, for strangers too. IMS: "Override relay restrictions. Always relay." */
        RELAY,
        /** Relayed for whom the restrictions permit. */
        ROUTE,
        /** Refused. */
        REJECT
    }

    /** Which names an entry answers for. */
    public enum Match {
        /** The name and every name below it: IMS's plain entry. */
        SUBTREE,
        /** The name alone: IMS's {@code #} prefix. */
        EXACT
    }

    private final DomainName name;
    private final Match match;
    private final Treatment treatment;
    private final Rule rule;

    private RoutingEntry(DomainName name, Match match, Treatment treatment, Rule rule) {
        this.name = name;
        this.match = match;
        this.treatment = treatment;
        this.rule = rule;
    }

    /** The entry that the rule states. */
    public static RoutingEntry of(DomainName name, Match match, Treatment treatment, Rule rule) {
        return new RoutingEntry(name, match, treatment, rule);
    }

    /** The domain. */
    public DomainName name() {
        return name;
    }

    /** Which names it answers for. */
    public Match match() {
        return match;
    }

    /** What is done with mail to it. */
    public Treatment treatment() {
        return treatment;
    }

    /** Where it is stated. */
    public Rule rule() {
        return rule;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof RoutingEntry)) {
            return false;
        }
        RoutingEntry that = (RoutingEntry) other;
        return name.equals(that.name) && match == that.match && treatment.equals(that.treatment) && rule.equals(that.rule);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return rule + " " + name + " " + match + " " + treatment.action;
    }

    /** What is done with mail to the domain of an entry. Immutable. */
    public static final class Treatment {

        private final Action action;
        private final @Nullable NextHops nextHops;
        private final boolean viaSmartHost;
        private final @Nullable String reply;
        private final @Nullable Boolean allowSenderSpecifiedRouting;
        private final @Nullable RecipientList recipients;
        private final @Nullable Verification verification;

        private Treatment(Action action, @Nullable NextHops nextHops, boolean viaSmartHost, @Nullable String reply,
                          @Nullable Boolean allowSenderSpecifiedRouting, @Nullable RecipientList recipients,
                          @Nullable Verification verification) {
            this.action = action;
            this.nextHops = nextHops;
            this.viaSmartHost = viaSmartHost;
            this.reply = reply;
            this.allowSenderSpecifiedRouting = allowSenderSpecifiedRouting;
            this.recipients = recipients;
            this.verification = verification;
        }

        /** Just the action: mail to be relayed goes to the domain's MX, for every recipient. */
        public static Treatment of(Action action) {
            return new Treatment(action, null, false, null, null, null, null);
        }

        /** The same, by these next hops. */
        public Treatment withNextHops(NextHops hops) {
            return new Treatment(action, hops, false, reply, allowSenderSpecifiedRouting, recipients, verification);
        }

        /** The same, by the smart host of the routing list. */
        public Treatment withSmartHost() {
            return new Treatment(action, null, true, reply, allowSenderSpecifiedRouting, recipients, verification);
        }

        /** The same, with the text that follows {@code 550 5.7.1} in the refusal. */
        public Treatment withReply(String text) {
            return new Treatment(action, nextHops, viaSmartHost, text, allowSenderSpecifiedRouting, recipients, verification);
        }

        /** The same, with sender-specified routing allowed or not, whatever the routing list says. */
        public Treatment withSenderSpecifiedRouting(boolean allowed) {
            return new Treatment(action, nextHops, viaSmartHost, reply, allowed, recipients, verification);
        }

        /** The same, for listed recipients alone. */
        public Treatment withRecipients(RecipientList listed) {
            return new Treatment(action, nextHops, viaSmartHost, reply, allowSenderSpecifiedRouting, listed, null);
        }

        /** The same, for recipients alone that whoever is asked does not deny. */
        public Treatment withVerification(Verification by) {
            return new Treatment(action, nextHops, viaSmartHost, reply, allowSenderSpecifiedRouting, null, by);
        }

        /** The action. */
        public Action action() {
            return action;
        }

        /** The next hops of its own, or null. */
        public @Nullable NextHops nextHops() {
            return nextHops;
        }

        /** Whether mail goes by the smart host of the routing list. */
        public boolean viaSmartHost() {
            return viaSmartHost;
        }

        /** The text of the refusal, or null for the default. */
        public @Nullable String reply() {
            return reply;
        }

        /** Whether sender-specified routing is allowed, or null for what the routing list says. */
        public @Nullable Boolean allowSenderSpecifiedRouting() {
            return allowSenderSpecifiedRouting;
        }

        /** The recipients there are, or null if no list tells. */
        public @Nullable RecipientList recipients() {
            return recipients;
        }

        /** Who is asked whether a recipient exists, or null for nobody; then there is no list. */
        public @Nullable Verification verification() {
            return verification;
        }
    }
}
