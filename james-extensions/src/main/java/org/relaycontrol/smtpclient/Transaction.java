package org.relaycontrol.smtpclient;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A mail transaction (RFC 5321 section 3.3): sender, recipients and message, with what RFC 3461 adds for delivery status notifications.
 * Addresses are mailboxes without angle brackets, domains in the form that goes over the wire. Immutable.
 */
public final class Transaction {

    private final String sender;
    private final List<Recipient> recipients;
    private final Content content;
    private final @Nullable String ret;
    private final @Nullable String envelopeId;

    /**
     * A transaction.
     *
     * @param sender the reverse path, empty for the null sender
     * @param ret {@code FULL} or {@code HDRS} or null: what a notification shall return
     * @param envelopeId the envelope identifier, xtext, or null
     * @throws IllegalArgumentException if the sender is no mailbox that can be sent, or there are no recipients
     */
    public Transaction(String sender, List<Recipient> recipients, Content content, @Nullable String ret, @Nullable String envelopeId) {
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("no recipients");
        }
        this.sender = sendable(sender);
        this.recipients = List.copyOf(recipients);
        this.content = content;
        this.ret = ret;
        this.envelopeId = envelopeId;
    }

    private static String sendable(String mailbox) {
        if (!isSendable(mailbox)) {
            throw new IllegalArgumentException("'" + mailbox.replaceAll("\\p{Cntrl}", "?") + "' cannot be said in a command");
        }
        return mailbox;
    }

    /**
     * Whether the mailbox can be said in a command: what ends the command or the path too early would let an address carry commands or
     * parameters of its own.
     */
    public static boolean isSendable(String mailbox) {
        boolean quoted = false;
        for (int i = 0; i < mailbox.length(); i++) {
            char c = mailbox.charAt(i);
            if (c < ' ' || c == 0x7f || !quoted && (c == ' ' || c == '<' || c == '>')) {
                return false;
            }
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted && ++i < mailbox.length() && mailbox.charAt(i) < ' ') {
                return false;
            }
        }
        return !quoted;
    }

    String sender() {
        return sender;
    }

    List<Recipient> recipients() {
        return recipients;
    }

    Content content() {
        return content;
    }

    Optional<String> ret() {
        return Optional.ofNullable(ret);
    }

    Optional<String> envelopeId() {
        return Optional.ofNullable(envelopeId);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Whether the sender needs SMTPUTF8 (RFC 6531). */
    boolean hasInternationalSender() {
        return !isAscii(sender);
    }

    /** One recipient. Immutable. */
    public static final class Recipient {

        private final String address;
        private final @Nullable String notify;
        private final @Nullable String originalRecipient;

        /**
         * A recipient.
         *
         * @param notify when to notify the sender, like {@code SUCCESS,FAILURE}, or null
         * @param originalRecipient address type and xtext, like {@code rfc822;joe@example.com}, or null
         * @throws IllegalArgumentException if the address is no mailbox that can be sent
         */
        public Recipient(String address, @Nullable String notify, @Nullable String originalRecipient) {
            if (address.isEmpty()) {
                throw new IllegalArgumentException("an empty address");
            }
            this.address = sendable(address);
            this.notify = notify;
            this.originalRecipient = originalRecipient;
        }

        /** A recipient without any wish to be notified. */
        public Recipient(String address) {
            this(address, null, null);
        }

        /** Whether it needs SMTPUTF8. */
        boolean isInternational() {
            return !isAscii(address);
        }

        /** The command that names the recipient. */
        String command(boolean dsn) {
            return "RCPT TO:<" + address + ">" + (dsn && notify != null ? " NOTIFY=" + notify : "")
                + (dsn && originalRecipient != null ? " ORCPT=" + originalRecipient : "");
        }
    }
}
