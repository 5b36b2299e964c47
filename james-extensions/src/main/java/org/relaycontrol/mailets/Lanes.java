package org.relaycontrol.mailets;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks in lanes that have their own limits, so that a lane whose tasks take long leaves threads to the others. Thread-safe.
 */
final class Lanes {

    private final Executor executor;
    private final int maxRunning;
    private final int maxWaiting;
    private final Map<String, Lane> lanes = new HashMap<>();

    /** Lanes on one executor, each with so many tasks running and so many waiting at most. */
    Lanes(Executor executor, int maxRunning, int maxWaiting) {
        this.executor = executor;
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
    }

    /** One lane. */
    private static final class Lane {

        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    /** Runs the task as soon as its lane has room, or says that too many are waiting already. */
    boolean submit(String name, Runnable task) {
        synchronized (lanes) {
            Lane lane = lanes.computeIfAbsent(name, key -> new Lane());
            if (lane.running == maxRunning) {
                return lane.waiting.size() < maxWaiting && lane.waiting.add(task);
            }
            lane.running++;
        }
        run(name, task);
        return true;
    }

    private void run(String name, Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } finally {
                runNext(name);
            }
        });
    }

    private void runNext(String name) {
        Runnable next;
        synchronized (lanes) {
            Lane lane = lanes.get(name);
            if (lane == null) {
                throw new IllegalStateException("no lane " + name);
            }
            next = lane.waiting.poll();
            if (next == null && --lane.running == 0) {
                lanes.remove(name);
            }
        }
        if (next != null) {
            run(name, next);
        }
    }
}
