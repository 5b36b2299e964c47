package org.relaycontrol.smtp;

import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Envelope;

/**
 * A decision, the envelope it was taken for, and the connection that it came by.
 */
final class DecidedRecipient {

    private final Connection connection;
    private final Envelope envelope;
    private final Decision decision;

    DecidedRecipient(Connection connection, Envelope envelope, Decision decision) {
        this.connection = connection;
        this.envelope = envelope;
        this.decision = decision;
    }

    Connection connection() {
        return connection;
    }

    Envelope envelope() {
        return envelope;
    }

    Decision decision() {
        return decision;
    }
}
