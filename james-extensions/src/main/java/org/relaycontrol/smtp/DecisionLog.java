package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.monitor.DecisionRecord;
import org.relaycontrol.monitor.Decisions;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.Rule;

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
    void recipient(SMTPSession session, MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        Decision decision = decided.decision();
        if (decision.route() == Route.INBOUND && !decisions.areInboundLogged()) {
            decisions.inbound(decision.policy() == null ? null : decision.policy().name());
        } else {
            decisions.decided(record(session, decision, decision.rule(decided.envelope()), decided.envelope().host(), sender,
                recipient));
        }
    }

    /** A connection was refused. */
    void connection(SMTPSession session, Decision decision, ClientHost host) {
        Rule rule = decision.connectionRule(Connection.of(session).client(), host);
        decisions.decided(record(session, decision, rule, host, null, null));
    }

    /** A recipient was refused whose domain is none that mail can be sent to. */
    void notAMailDomain(SMTPSession session, MaybeSender sender, MailAddress recipient, boolean enforced) {
        decisions.decided(record(session, DecidedBy.NOT_A_MAIL_DOMAIN, sender, recipient).enforced(enforced).build());
    }

    /** A recipient was refused that the policy permits, since James could not deliver to it. */
    void notDeliverable(SMTPSession session, MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        decisions.decided(record(session, DecidedBy.NOT_DELIVERABLE, sender, recipient)
            .by(decided.decision().policy(), decided.decision().rule(decided.envelope()))
            .host(decided.envelope().host())
            .build());
    }

    /** A recipient could not be decided. */
    void failure(SMTPSession session, MaybeSender sender, MailAddress recipient, boolean enforced, RuntimeException cause) {
        decisions.decided(record(session, DecidedBy.FAILURE, sender, recipient).enforced(enforced).build(), cause);
    }

    DecisionRecord record(SMTPSession session, Decision decision, @Nullable Rule rule, ClientHost host, @Nullable MaybeSender sender,
                          @Nullable MailAddress recipient) {
        return record(session, DecidedBy.of(decision.reason()), sender, recipient)
            .by(decision.policy(), rule)
            .enforced(decision.isEnforced())
            .host(host)
            .build();
    }

    private DecisionRecord.Builder record(SMTPSession session, DecidedBy reason, @Nullable MaybeSender sender,
                                          @Nullable MailAddress recipient) {
        Connection connection = Connection.of(session);
        DecisionRecord.Builder record = DecisionRecord.builder(decisions.now(), reason, connection.client(), connection.listener(),
            session.getSessionID()).user(connection.user());
        return sender == null || recipient == null ? record : record.envelope(sender.asString(), recipient.asString());
    }
}
