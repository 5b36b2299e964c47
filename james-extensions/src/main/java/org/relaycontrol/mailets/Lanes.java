package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Runs tasks in lanes that have their own limits, so that a lane whose tasks take long leaves threads to the others. Thread-safe.
 *
 * @param <K> what tells lanes apart
 */
final class Lanes<K> {

    /** How much the last task counts in the mean time between two. */
    private static final double WEIGHT = 0.1;

    private final Executor executor;
    private final int minWaiting;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private final Map<K, Lane> lanes = new HashMap<>();

    /**
     * Lanes on one executor.
     *
     * @param minWaiting so many tasks may always wait for their turn in a lane
     * @param patience and more of them if, at the pace of the lane, their turn comes within this time
     */
    Lanes(Executor executor, int minWaiting, Duration patience, LongSupplier nanoTime) {
        this.executor = executor;
        this.minWaiting = minWaiting;
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    /** One lane. */
    private static final class Lane {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
        private long lastDone;
        private double nanosBetween = Double.POSITIVE_INFINITY;

        private Lane(long now) {
            this.lastDone = now;
        }

        private void done(long now) {
            double nanos = now - lastDone;
            nanosBetween = Double.isInfinite(nanosBetween) ? nanos : nanosBetween + WEIGHT * (nanos - nanosBetween);
            lastDone = now;
        }

        private double nanosToWait(long now) {
            return waiting.size() * Math.max(nanosBetween, (double) (now - lastDone));
        }
    }

    /**
     * Runs the task as soon as its lane has room, or says that too many are waiting already.
     *
     * @param maxRunning how many tasks of the lane may run at once
     */
    boolean submit(K key, int maxRunning, Runnable task) {
        synchronized (lanes) {
            long now = nanoTime.getAsLong();
            Lane lane = lanes.computeIfAbsent(key, any -> new Lane(now));
            if (lane.running >= maxRunning) {
                boolean room = lane.waiting.size() < minWaiting || lane.nanosToWait(now) < patience.toNanos();
                return room && lane.waiting.add(task);
            }
            lane.running++;
        }
        run(key, task);
        return true;
    }

    private void run(K key, Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } finally {
                runNext(key);
            }
        });
    }

    private void runNext(K key) {
        Runnable next;
        synchronized (lanes) {
            Lane lane = lanes.get(key);
            if (lane == null) {
                throw new IllegalStateException("no lane " + key);
            }
            lane.done(nanoTime.getAsLong());
            next = lane.waiting.poll();
            if (next == null && --lane.running == 0) {
                lanes.remove(key);
                lanes.notifyAll();
            }
        }
        if (next != null) {
            run(key, next);
        }
    }

    /** Waits until no task is running or waiting, and says whether that happened in time. */
    boolean awaitIdle(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (lanes) {
            while (!lanes.isEmpty()) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                lanes.wait(millis);
            }
            return true;
        }
    }
}
