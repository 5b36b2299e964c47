package org.relaycontrol.smtp;

import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Envelope;

/**
 * A decision and the envelope it was taken for. Immutable.
 */
final class DecidedRecipient {

    private final Envelope envelope;
    private final Decision decision;

    DecidedRecipient(Envelope envelope, Decision decision) {
        this.envelope = envelope;
        this.decision = decision;
    }

    Envelope envelope() {
        return envelope;
    }

    Decision decision() {
        return decision;
    }
}
