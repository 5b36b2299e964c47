package org.relaycontrol.verification;

import java.util.Set;
import org.relaycontrol.smtpclient.Reply;

/**
 * What the reply to RCPT says of whether the recipient exists (RFC 5321 section 4.2, RFC 3463): not every refusal does.
 */
final class CalloutReply {

    /** Bad sender addresses, though the subject is addresses. */
    private static final Set<String> OF_SENDER = Set.of("1.7", "1.8");
    /** Mailbox full, message too long for it: it is there. */
    private static final Set<String> OF_MAILBOX_THAT_EXISTS = Set.of("2.2", "2.3");
    /** Mailbox disabled, and what Microsoft 365 says of recipients that its directory does not have. */
    private static final Set<String> NO_SUCH_RECIPIENT = Set.of("2.1", "4.1");
    /** Without an enhanced status code: mailbox unavailable, not local, name not allowed, domain takes no mail. */
    private static final Set<Integer> NO_SUCH_RECIPIENT_CODES = Set.of(550, 551, 553, 556);
    /** Without an enhanced status code: beyond the storage allocation of the mailbox. */
    private static final int MAILBOX_FULL = 552;

    private CalloutReply() {
    }

    static Answer.Kind kind(Reply reply) {
        if (reply.isPositive() || isOfMailboxThatExists(reply)) {
            return Answer.Kind.EXISTS;
        }
        return reply.isPermanent() && isOfRecipient(reply) ? Answer.Kind.UNKNOWN : Answer.Kind.UNDETERMINED;
    }

    private static boolean isOfMailboxThatExists(Reply reply) {
        return reply.isEnhanced() ? OF_MAILBOX_THAT_EXISTS.contains(reply.detail()) : reply.code() == MAILBOX_FULL;
    }

    /** A policy that refuses us, a mail system that is full, a command that is not understood: all this is not the recipient's. */
    private static boolean isOfRecipient(Reply reply) {
        if (!reply.isEnhanced()) {
            return NO_SUCH_RECIPIENT_CODES.contains(reply.code());
        }
        String detail = reply.detail();
        return detail.startsWith("1.") && !OF_SENDER.contains(detail) || NO_SUCH_RECIPIENT.contains(detail);
    }
}
