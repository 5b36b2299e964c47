package org.relaycontrol.smtp;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each decision: refusals and permissions to relay at INFO, what is accepted inbound at DEBUG, what could not be decided at
 * ERROR. The fields are always the same, in the same order.
 */
final class DecisionLog {

    private static final Logger LOGGER = LoggerFactory.getLogger(DecisionLog.class);

    private DecisionLog() {
    }

    /** A recipient was decided. */
    static void recipient(SMTPSession session, MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        Decision decision = decided.decision();
        boolean inbound = decision.route() == Route.INBOUND;
        if (inbound && !LOGGER.isDebugEnabled()) {
            return;
        }
        LogLine line = line(session, decision.verdict(), decision.reason(), decision, decided.envelope().host(), sender, recipient);
        if (inbound) {
            LOGGER.debug("{}", line);
        } else {
            LOGGER.info("{}", line);
        }
    }

    /** A connection was refused. */
    static void connection(SMTPSession session, Decision decision, ClientHost host) {
        LOGGER.info("{}", line(session, decision.verdict(), decision.reason(), decision, host, null, null));
    }

    /** A recipient was refused whose domain is none that mail can be sent to. */
    static void notAMailDomain(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        LOGGER.info("{}", line(session, "deny", "not-a-mail-domain", null, null, sender, recipient));
    }

    /** A recipient could not be decided. */
    static void failure(SMTPSession session, MaybeSender sender, MailAddress recipient, RuntimeException cause) {
        LOGGER.error("{}", line(session, "defer", "failure", null, null, sender, recipient), cause);
    }

    static LogLine line(SMTPSession session, Object verdict, Object reason, @Nullable Decision decision,
                                @Nullable ClientHost host, @Nullable MaybeSender sender, @Nullable MailAddress recipient) {
        Connection connection = Connection.of(session);
        return new LogLine()
            .with("verdict", verdict)
            .with("reason", reason)
            .with("policy", decision == null ? null : decision.policy())
            .with("rule", decision == null ? null : decision.rule())
            .with("client", connection.client())
            .with("host", host == null ? ClientHost.UNKNOWN : host)
            .with("local", connection.listener())
            .with("user", connection.user())
            .with("sender", sender == null ? null : sender.asString())
            .with("recipient", recipient == null ? null : recipient.asString())
            .with("session", session.getSessionID());
    }
}
