package org.relaycontrol.analysis;

import java.util.Objects;
import org.relaycontrol.policy.Rule;

/**
 * Something wrong with a policy, or probably not meant: of which kind, where, what, and what to write instead. Immutable.
 */
public final class Finding {

    private final Kind kind;
    private final Rule where;
    private final String text;

    Finding(Kind kind, Rule where, String text) {
        this.kind = kind;
        this.where = where;
        this.text = text;
    }

    /** The kinds of findings. */
    public enum Kind {
        /** Strangers may relay anywhere. Refused. */
        OPEN_RELAY("open-relay", true),
        /** What lies under a public suffix is opened. Refused. */
        PUBLIC_SUFFIX("public-suffix", true),
        /** Mail would be relayed to the server itself, for sure. Refused. */
        NEXT_HOP_HERE("next-hop-here", true),
        /** A warning is to be silenced that does not exist. Refused. */
        UNKNOWN_WARNING("unknown-warning", true),
        /** Not so few strangers may relay anywhere. */
        MANY_STRANGERS("many-strangers", false),
        /** A client may relay by its host name. */
        CLIENT_HOST_NAME("client-host-name", false),
        /** A host name may have to be looked up before a client is refused. */
        REFUSED_HOST_NAME("refused-host-name", false),
        /** Clients may relay by the address that they connect to. */
        INTERNAL_ADDRESS("internal-address", false),
        /** Mail would be relayed to the server itself, it seems. */
        NEXT_HOP_LOOP("next-hop-loop", false),
        /** Recipients are accepted for relay domains whether they exist or not. */
        UNVERIFIED_RECIPIENTS("unverified-recipients", false),
        /** An entry changes no decision. */
        ENTRY_WITHOUT_EFFECT("entry-without-effect", false),
        /** Something about relaying is said where nothing is relayed. */
        REROUTE_OFF("reroute-off", false),
        /** Nobody may connect. */
        NOBODY_CONNECTS("nobody-connects", false),
        /** A policy is not enforced. */
        NOT_ENFORCED("not-enforced", false),
        /** There are listeners that no policy governs. */
        UNGOVERNED_LISTENERS("ungoverned-listeners", false),
        /** All of IPv6 is listed, but not all of IPv4. */
        IPV6_WITHOUT_IPV4("ipv6-without-ipv4", false),
        /** A listed IPv6 address looks like one that changes. */
        AUTOCONFIGURED_ADDRESS("autoconfigured-address", false),
        /** An inbound domain is not hosted by James. */
        INBOUND_NOT_HOSTED("inbound-not-hosted", false),
        /** A domain that James hosts is not inbound. */
        HOSTED_NOT_INBOUND("hosted-not-inbound", false),
        /** James is configured to permit clients that the policy does not know of. */
        AUTHORIZED_ADDRESSES("authorized-addresses", false),
        /** All clients seem to come from one address that may relay. */
        HIDDEN_CLIENTS("hidden-clients", false);

        private final String text;
        private final boolean problem;

        Kind(String text, boolean problem) {
            this.text = text;
            this.problem = problem;
        }

        /** Whether it refuses the policy. Otherwise it is a warning, which the policy file can silence by its name. */
        public boolean isProblem() {
            return problem;
        }

        /** The name. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** The line. */
    public Rule where() {
        return where;
    }

    /** What it is and, after a semicolon, what to write instead. */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Finding && kind == ((Finding) other).kind && where.equals(((Finding) other).where)
            && text.equals(((Finding) other).text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, where, text);
    }

    /** {@code file:line: what it is; what to write instead [name]}. */
    @Override
    public String toString() {
        return where + ": " + text + " [" + kind + "]";
    }
}
