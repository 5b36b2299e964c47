package org.relaycontrol.smtp;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long the thread of a session may still wait for others. James serves many sessions with one thread, so a client that names many
 * recipients must not hold it up each time. Confined to the session.
 */
final class Patience {

    /** In all. */
    static final Duration MAX_WAIT = Duration.ofMillis(250);

    private long nanosLeft = MAX_WAIT.toNanos();

    /** What there is after waiting within what is left, or else {@code otherwise}. */
    <T> T await(CompletableFuture<T> awaited, T otherwise) {
        return await(awaited, otherwise, MAX_WAIT);
    }

    /** The same, and for no longer than so. */
    <T> T await(CompletableFuture<T> awaited, T otherwise, Duration atMost) {
        long start = System.nanoTime();
        try {
            return awaited.get(Math.max(0, Math.min(nanosLeft, atMost.toNanos())), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return otherwise;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } finally {
            nanosLeft -= System.nanoTime() - start;
        }
    }
}
