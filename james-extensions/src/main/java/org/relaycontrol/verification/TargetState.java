package org.relaycontrol.verification;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How one who is asked is doing: whether the answer is worth waiting for, and whether he can be reached. Thread-safe.
 */
final class TargetState {

    /** An answer that takes longer is not worth waiting for, until one is faster. */
    static final Duration PROMPT = Duration.ofMillis(100);
    /** How often one who could not be reached is tried. */
    static final Duration PROBE_INTERVAL = Duration.ofSeconds(10);

    private final Map<Question, Long> underWay = new LinkedHashMap<>();
    private boolean slow;
    private boolean unreachable;
    private long nextProbe;

    /** A question is on its way. */
    synchronized void asked(Question question, long now) {
        underWay.put(question, now);
    }

    /** It is answered, or there is no answer. */
    synchronized void answered(Question question, boolean reached, long now) {
        Long since = underWay.remove(question);
        slow = since != null && now - since > PROMPT.toNanos();
        if (!reached) {
            nextProbe = now + PROBE_INTERVAL.toNanos();
        }
        unreachable = !reached;
    }

    /** It is not asked after all. */
    synchronized void leftOut(Question question) {
        underWay.remove(question);
    }

    /** Whether an answer is likely to come at once. */
    synchronized boolean isPrompt(long now) {
        return !slow && (underWay.isEmpty() || now - underWay.values().iterator().next() <= PROMPT.toNanos());
    }

    /** Whether he could not be reached when he was asked last. */
    synchronized boolean isUnreachable() {
        return unreachable;
    }

    /** Whether it is time to try one who could not be reached: true once for each time. */
    synchronized boolean tryProbe(long now) {
        if (!unreachable || now - nextProbe < 0) {
            return false;
        }
        nextProbe = now + PROBE_INTERVAL.toNanos();
        return true;
    }
}
