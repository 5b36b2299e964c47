package org.relaycontrol.verification;

import java.time.Duration;
import org.relaycontrol.policy.Recipient;

/**
 * Asks about one recipient, and waits for the answer. Implementations are thread-safe.
 */
interface Questioner extends AutoCloseable {

    /**
     * Asks whoever the target is.
     *
     * @param recipientDelimiter each of its characters begins a tag in local parts; empty for none
     * @param timeout after which nobody is interested in the answer any more
     */
    Answer ask(Target target, Recipient recipient, String recipientDelimiter, Duration timeout);

    /** Ends the connections; who waits for an answer gets none. */
    @Override
    void close();
}
