package org.relaycontrol.monitor;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Verdict;

/**
 * Why a recipient or a connection was decided as it was: the reasons of the decision table, and three for which it is not asked. Each has
 * one verdict.
 */
public enum DecidedBy {
    /** See {@link Reason#NO_POLICY}. */
    NO_POLICY(Verdict.DENY),
    /** See {@link Reason#CONNECTION_REFUSED}. */
    CONNECTION_REFUSED(Verdict.DENY),
    /** See {@link Reason#AUTHENTICATION_REQUIRED}. */
    AUTHENTICATION_REQUIRED(Verdict.DENY),
    /** See {@link Reason#DOMAIN_REJECTED}. */
    DOMAIN_REJECTED(Verdict.DENY),
    /** See {@link Reason#SENDER_SPECIFIED_ROUTING}. */
    SENDER_SPECIFIED_ROUTING(Verdict.DENY),
    /** See {@link Reason#INBOUND}. */
    INBOUND(Verdict.PERMIT),
    /** See {@link Reason#INBOUND_NOT_HOSTED}. */
    INBOUND_NOT_HOSTED(Verdict.DENY),
    /** See {@link Reason#REROUTE_OFF}. */
    REROUTE_OFF(Verdict.DENY),
    /** See {@link Reason#RELAY_DOMAIN}. */
    RELAY_DOMAIN(Verdict.PERMIT),
    /** See {@link Reason#NEVER}. */
    NEVER(Verdict.DENY),
    /** See {@link Reason#CLIENT_LISTED}. */
    CLIENT_LISTED(Verdict.PERMIT),
    /** See {@link Reason#INTERNAL_ADDRESS}. */
    INTERNAL_ADDRESS(Verdict.PERMIT),
    /** See {@link Reason#AUTHENTICATED}. */
    AUTHENTICATED(Verdict.PERMIT),
    /** See {@link Reason#NOT_PERMITTED}. */
    NOT_PERMITTED(Verdict.DENY),
    /** See {@link Reason#RECIPIENT_UNKNOWN}. */
    RECIPIENT_UNKNOWN(Verdict.DENY),
    /** See {@link Reason#RECIPIENT_UNVERIFIED}. */
    RECIPIENT_UNVERIFIED(Verdict.DEFER),
    /** See {@link Reason#DNS_UNAVAILABLE}. */
    DNS_UNAVAILABLE(Verdict.DEFER),
    /** The recipient's domain is none that mail can be sent to. */
    NOT_A_MAIL_DOMAIN(Verdict.DENY),
    /** James would take mail for the recipient and then be unable to deliver it. */
    NOT_DELIVERABLE(Verdict.DENY),
    /** The recipient could not be decided. */
    FAILURE(Verdict.DEFER);

    private static final Map<Reason, DecidedBy> OF = new EnumMap<>(Reason.class);

    static {
        for (Reason reason : Reason.values()) {
            OF.put(reason, valueOf(reason.name()));
        }
    }

    private final Verdict verdict;
    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    DecidedBy(Verdict verdict) {
        this.verdict = verdict;
    }

    /** The same reason. */
    public static DecidedBy of(Reason reason) {
        DecidedBy found = OF.get(reason);
        if (found == null) {
            throw new IllegalArgumentException(reason + " is not known here");
        }
        return found;
    }

    /**
     * The reason that is printed so.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if there is none
     */
    public static DecidedBy parse(String text) {
        for (DecidedBy reason : values()) {
            if (reason.text.equals(text)) {
                return reason;
            }
        }
        StringBuilder all = new StringBuilder();
        for (DecidedBy reason : values()) {
            all.append(all.length() == 0 ? "" : ", ").append(reason.text);
        }
        throw new IllegalArgumentException("there is no reason '" + text + "'; write one of " + all);
    }

    /** What is done for this reason. */
    public Verdict verdict() {
        return verdict;
    }

    /** The reason as it is printed. */
    @Override
    public String toString() {
        return text;
    }
}
