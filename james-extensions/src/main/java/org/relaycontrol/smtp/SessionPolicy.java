package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;

/**
 * What the running policy says of SMTP sessions: the listener chooses the policy. A mail transaction is decided by what is in force when it
 * begins, whatever comes into force meanwhile.
 */
@Singleton
public class SessionPolicy {

    private static final AttachmentKey<RelayPolicies> OF_TRANSACTION =
        AttachmentKey.of("org.relaycontrol.Policies", RelayPolicies.class);

    private static final AttachmentKey<Boolean> WOULD_BE_REFUSED =
        AttachmentKey.of("org.relaycontrol.ConnectionWouldBeRefused", Boolean.class);

    private final PolicySource source;
    private final HostedDomains hostedDomains;
    private final SessionHosts hosts;
    private final SessionRecipients recipients;
    private final CandidateControl candidate;
    private final DecisionLog log;

    /** Decides by the running policy. */
    @Inject
    public SessionPolicy(PolicySource source, HostedDomains hostedDomains, SessionHosts hosts, SessionRecipients recipients,
                         CandidateControl candidate, DecisionLog log) {
        this.candidate = candidate;
        this.source = source;
        this.hostedDomains = hostedDomains;
        this.hosts = hosts;
        this.recipients = recipients;
        this.log = log;
    }

    /**
     * A mail transaction begins: from now until it ends it is decided by the policies that are in force now. Whether the client may not
     * connect by them.
     */
    boolean refusesTransaction(SMTPSession session) {
        RelayPolicies now = source.current();
        session.setAttachment(OF_TRANSACTION, now, State.Transaction);
        return refusesConnection(session, now);
    }

    /** The policies of the mail transaction. One that another handler has let begin begins here. */
    private RelayPolicies ofTransaction(SMTPSession session) {
        return session.getAttachment(OF_TRANSACTION, State.Transaction).orElseGet(() -> {
            RelayPolicies now = source.current();
            session.setAttachment(OF_TRANSACTION, now, State.Transaction);
            return now;
        });
    }

    /** The policy that decides the mail transaction, or null where none governs the listener. */
    @Nullable RelayPolicy governing(SMTPSession session) {
        Connection connection = Connection.of(session);
        return ofTransaction(session).governing(connection.localAddress(), connection.localPort());
    }

    /** Whether James's own rules decide the mail transaction: the policy that governs it only logs. */
    boolean isLeftToJames(SMTPSession session) {
        RelayPolicy policy = governing(session);
        return policy != null && !policy.isEnforced();
    }

    /**
     * Whether the client may not connect, by what is known of it now, which never waits. Writes the log line if it may not; once a
     * connection, if the policy is not enforced and lets it go on.
     */
    boolean refusesConnection(SMTPSession session) {
        return refusesConnection(session, source.current());
    }

    private boolean refusesConnection(SMTPSession session, RelayPolicies policies) {
        Connection connection = Connection.of(session);
        candidate.prepare(connection);
        ClientHost host = hosts.now(connection, policies);
        Decision refusal = policies.refusal(connection.client(), connection.localAddress(), connection.localPort(), host);
        if (refusal == null) {
            return false;
        }
        if (refusal.isEnforced() || session.getAttachment(WOULD_BE_REFUSED, State.Connection).isEmpty()) {
            log.connection(session, refusal, host);
            session.setAttachment(WOULD_BE_REFUSED, true, State.Connection);
        }
        return refusal.isEnforced();
    }

    /**
     * Decides whether the recipient is accepted. Waits for the client's host name if the decision depends on it, and for whether the
     * recipient exists if it would be permitted and that is to be verified.
     *
     * @throws IllegalStateException if James cannot tell at the moment whether it hosts the domain
     */
    DecidedRecipient decide(SMTPSession session, MaybeSender sender, Recipient recipient) {
        RelayPolicies policies = ofTransaction(session);
        Connection connection = Connection.of(session);
        Envelope envelope = connection.envelope(hosts.now(connection, policies), recipient);
        Decision decision = policies.decide(envelope, hostedDomains, true);
        if (decision.reason() == Reason.DNS_UNAVAILABLE) {
            envelope = envelope.withHost(connection.hostLookUp().await());
            decision = policies.decide(envelope, hostedDomains, true);
        }
        if (decision.isPermit()) {
            RecipientStatus status = recipients.status(session, connection.client(), recipient, sender, decision);
            if (status != RecipientStatus.UNASKED) {
                envelope = envelope.withRecipientStatus(status);
                decision = policies.decide(envelope, hostedDomains, true);
            }
        }
        recipients.decided(session, connection.client(), decision, envelope.recipientStatus());
        return new DecidedRecipient(connection, envelope, decision);
    }

    /** Whether the client may relay by where it connects from and to, with what is known of its host name now. Never waits. */
    Verdict permitsByAddress(SMTPSession session) {
        RelayPolicies policies = ofTransaction(session);
        Connection connection = Connection.of(session);
        return permitsByAddress(policies, connection, hosts.now(connection, policies));
    }

    /** The same with what is known of the client's host name after waiting for it. */
    Verdict permitsByAwaitedAddress(SMTPSession session) {
        Connection connection = Connection.of(session);
        return permitsByAddress(ofTransaction(session), connection, connection.hostLookUp().await());
    }

    private static Verdict permitsByAddress(RelayPolicies policies, Connection connection, ClientHost host) {
        return policies.permitsByAddress(connection.client(), connection.localAddress(), connection.localPort(), host);
    }
}
