package org.relaycontrol.smtp;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long all sessions together may wait: James serves them with few threads, and the more of them wait, the longer everybody else does.
 * Thread-safe.
 */
final class WaitBudget {

    /** What may be spent at once. */
    static final Duration MOST = Duration.ofSeconds(1);
    /** Of the time that passes, one part in so many is added. */
    static final int SHARE = 20;

    private final LongSupplier nanoTime;
    private long left = MOST.toNanos();
    private long asOf;

    WaitBudget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.asOf = nanoTime.getAsLong();
    }

    /** What is left now; zero if more was spent than there was. */
    synchronized Duration left() {
        long now = nanoTime.getAsLong();
        left = Math.min(MOST.toNanos(), left + (now - asOf) / SHARE);
        asOf = now;
        return Duration.ofNanos(Math.max(0, left));
    }

    /** A thread has waited. */
    synchronized void spend(Duration waited) {
        left -= waited.toNanos();
    }
}
