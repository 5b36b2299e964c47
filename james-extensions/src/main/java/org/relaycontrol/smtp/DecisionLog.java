package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.monitor.DecisionRecord;
import org.relaycontrol.monitor.Decisions;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Route;

/**
 * Hands on what was decided in a session, to be logged and counted.
 */
@Singleton
public class DecisionLog {

    private final Decisions decisions;

    /** Hands on to these. */
    @Inject
    public DecisionLog(Decisions decisions) {
        this.decisions = decisions;
    }

    /** A recipient was decided. */
    void recipient(MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        Decision decision = decided.decision();
        if (decision.route() == Route.INBOUND && !decisions.areInboundLogged()) {
            decisions.inbound(decision.policy() == null ? null : decision.policy().name());
        } else {
            decisions.decided(record(sender, recipient, decided));
        }
    }

    /** A connection was refused. */
    void connection(SMTPSession session, Decision decision, ClientHost host) {
        Connection connection = Connection.of(session);
        decisions.decided(record(connection, DecidedBy.of(decision.reason()))
            .by(decision.policy(), decision.connectionRule(connection.client(), host))
            .enforced(decision.isEnforced())
            .host(host)
            .build());
    }

    /** A recipient was refused whose domain is none that mail can be sent to. */
    void notAMailDomain(SMTPSession session, MaybeSender sender, MailAddress recipient, boolean enforced) {
        decisions.decided(record(Connection.of(session), DecidedBy.NOT_A_MAIL_DOMAIN)
            .envelope(sender.asString(), recipient.asString())
            .enforced(enforced)
            .build());
    }

    /** A recipient was refused that the policy permits, since James could not deliver to it. */
    void notDeliverable(MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        decisions.decided(record(sender, recipient, decided, DecidedBy.NOT_DELIVERABLE));
    }

    /** A recipient could not be decided. */
    void failure(SMTPSession session, MaybeSender sender, MailAddress recipient, boolean enforced, RuntimeException cause) {
        decisions.decided(record(Connection.of(session), DecidedBy.FAILURE)
            .envelope(sender.asString(), recipient.asString())
            .enforced(enforced)
            .build(), cause);
    }

    /** What is logged of a recipient that was decided. */
    DecisionRecord record(MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        return record(sender, recipient, decided, DecidedBy.of(decided.decision().reason()));
    }

    private DecisionRecord record(MaybeSender sender, MailAddress recipient, DecidedRecipient decided, DecidedBy reason) {
        Decision decision = decided.decision();
        return record(decided.connection(), reason)
            .envelope(decided.connection().text(sender), recipient.asString())
            .by(decision.policy(), decision.rule(decided.envelope()))
            .enforced(decision.isEnforced())
            .host(decided.envelope().host())
            .build();
    }

    private DecisionRecord.Builder record(Connection connection, DecidedBy reason) {
        return DecisionRecord.builder(decisions.millis(), reason, connection.client(), connection.listener(), connection.sessionId())
            .user(connection.user());
    }
}
