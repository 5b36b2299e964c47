package org.relaycontrol.policy;

/**
 * The SMTP reply for a decision that refuses a recipient (RFC 5321 section 4.2, RFC 3463). Printable ASCII throughout, since James writes
 * replies as they are. Immutable.
 */
public final class SmtpReply {

    /**
     * How much of a recipient is repeated: the longest that RFC 5321 section 4.5.3.1 knows, 64 octets, the at sign and 255 octets. A reply
     * line, which has at most 512, stays within its limit when a client sends a longer one.
     */
    private static final int MAX_QUOTED = 320;

    private final String code;
    private final String text;

    private SmtpReply(String code, String text) {
        this.code = code;
        this.text = text;
    }

    /**
     * The reply to the RCPT that the decision refuses.
     *
     * @param authOffered whether the client could authenticate here, if need be after STARTTLS
     * @throws IllegalArgumentException if the decision permits
     */
    public static SmtpReply of(Decision decision, Recipient recipient, boolean authOffered) {
        switch (decision.reason()) {
            case NO_POLICY:
            case CONNECTION_REFUSED:
                return new SmtpReply("554", "5.7.1 connection refused");
            case AUTHENTICATION_REQUIRED:
                return new SmtpReply("530", "5.7.0 Authentication required");
            case DOMAIN_REJECTED:
                return new SmtpReply("550", "5.7.1 " + rejection(decision, recipient));
            case INBOUND_NOT_HOSTED:
                return new SmtpReply("550", "5.1.2 " + printable(recipient.domain().toString()) + " is not hosted here");
            case NOT_PERMITTED:
                return authOffered && decision.authenticatingCouldHelp()
                    ? new SmtpReply("530", "5.7.0 Authentication required to relay for " + printable(recipient.toString()))
                    : unableToRelay(recipient);
            case SENDER_SPECIFIED_ROUTING:
            case REROUTE_OFF:
            case NEVER:
                return unableToRelay(recipient);
            case RECIPIENT_UNKNOWN:
                return new SmtpReply("550", "5.1.1 Unknown recipient " + printable(recipient.toString()));
            case RECIPIENT_UNVERIFIED:
                return new SmtpReply("450", "4.1.1 The recipient cannot be verified at the moment, try again later: "
                    + printable(recipient.toString()));
            case DNS_UNAVAILABLE:
                return new SmtpReply("451", "4.4.3 The name of your host cannot be looked up at the moment, try again later");
            default:
                throw new IllegalArgumentException(decision + " is no refusal");
        }
    }

    private static String rejection(Decision decision, Recipient recipient) {
        RoutingEntry entry = decision.entry(recipient);
        String configured = entry == null ? null : entry.treatment().reply();
        return configured == null ? recipient.domain() + " is not accepted here" : printable(configured);
    }

    private static SmtpReply unableToRelay(Recipient recipient) {
        return new SmtpReply("550", "5.7.1 Unable to relay for " + printable(recipient.toString()));
    }

    private static String printable(String text) {
        int length = Math.min(text.length(), MAX_QUOTED);
        StringBuilder printable = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            printable.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return printable.append(length < text.length() ? "..." : "").toString();
    }

    /** The reply code, three digits. */
    public String code() {
        return code;
    }

    /** The enhanced status code and the text. */
    public String text() {
        return text;
    }

    /** The reply line, without line end. */
    @Override
    public String toString() {
        return code + " " + text;
    }
}
