package org.relaycontrol.cli.probe;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long the probe waits: for one exchange with the server, however slowly its octets come, and in all.
 */
public final class Patience implements AutoCloseable {

    private final ScheduledThreadPoolExecutor watch;
    private final Duration exchange;
    private final long end;

    /**
     * Starts to count.
     *
     * @param exchange for one exchange: connecting, a command and its reply, a TLS handshake
     * @param all for everything together
     */
    public Patience(Duration exchange, Duration all) {
        this.exchange = exchange;
        this.end = System.nanoTime() + all.toNanos();
        this.watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "patience");
            thread.setDaemon(true);
            return thread;
        });
        this.watch.setRemoveOnCancelPolicy(true);
    }

    /** Whether the time for everything together is up. */
    boolean isOver() {
        return end - System.nanoTime() <= 0;
    }

    /** The milliseconds that the next exchange may take, at least 1. */
    int millis() {
        return (int) Math.max(1, Duration.ofNanos(nanos()).toMillis());
    }

    private long nanos() {
        return Math.min(exchange.toNanos(), end - System.nanoTime());
    }

    /**
     * Runs one exchange; closes the connection under it when the time is up.
     *
     * @throws DialogueException if it fails or takes too long
     */
    <T> T limit(Closeable connection, Exchange<T> action) throws DialogueException {
        AtomicBoolean late = new AtomicBoolean();
        Future<?> closing = watch.schedule(() -> {
            late.set(true);
            connection.close();
            return null;
        }, Math.max(0, nanos()), TimeUnit.NANOSECONDS);
        try {
            return action.run();
        } catch (IOException e) {
            throw late.get() ? new DialogueException("no answer in time", e) : DialogueException.of(e);
        } finally {
            closing.cancel(false);
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    /** Something sent and something received. */
    interface Exchange<T> {

        T run() throws IOException;
    }
}
