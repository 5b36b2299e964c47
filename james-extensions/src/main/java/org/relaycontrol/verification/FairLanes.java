package org.relaycontrol.verification;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks in lanes with few at once in each, so that a lane whose tasks take long leaves threads to the others. In each lane the clients
 * take turns, so that who has many tasks waits for them himself. Thread-safe.
 *
 * @param <K> what tells lanes apart
 * @param <C> what tells clients apart
 */
final class FairLanes<K, C> {

    private final Executor executor;
    private final int maxRunning;
    private final int maxWaitingOfClient;
    private final int maxWaiting;
    private final Map<K, Lane<C>> lanes = new HashMap<>();
    private int waiting;

    /**
     * No tasks yet.
     *
     * @param maxRunning tasks at once in one lane
     * @param maxWaitingOfClient tasks of one client that wait in one lane
     * @param maxWaiting tasks that wait in all lanes
     */
    FairLanes(Executor executor, int maxRunning, int maxWaitingOfClient, int maxWaiting) {
        this.executor = executor;
        this.maxRunning = maxRunning;
        this.maxWaitingOfClient = maxWaitingOfClient;
        this.maxWaiting = maxWaiting;
    }

    /** One lane: who waits, in the order of their turns. */
    private static final class Lane<C> {

        private final Map<C, Queue<Runnable>> waiting = new LinkedHashMap<>();
        private int running;

        private boolean add(C client, Runnable task, int most) {
            Queue<Runnable> own = waiting.computeIfAbsent(client, any -> new ArrayDeque<>());
            return own.size() < most && own.add(task);
        }

        private Runnable poll() {
            Iterator<Map.Entry<C, Queue<Runnable>>> turns = waiting.entrySet().iterator();
            Map.Entry<C, Queue<Runnable>> turn = turns.next();
            turns.remove();
            Runnable task = turn.getValue().remove();
            if (!turn.getValue().isEmpty()) {
                waiting.put(turn.getKey(), turn.getValue());
            }
            return task;
        }
    }

    /** Runs the task when it is its turn, or says that there is no room for it. */
    boolean submit(K key, C client, Runnable task) {
        synchronized (lanes) {
            Lane<C> lane = lanes.computeIfAbsent(key, any -> new Lane<>());
            if (lane.running >= maxRunning) {
                boolean room = waiting < maxWaiting && lane.add(client, task, maxWaitingOfClient);
                waiting += room ? 1 : 0;
                return room;
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
            Lane<C> lane = lanes.get(key);
            if (lane == null) {
                throw new IllegalStateException("no lane " + key);
            }
            if (lane.waiting.isEmpty()) {
                lane.running--;
                if (lane.running == 0) {
                    lanes.remove(key);
                }
                return;
            }
            next = lane.poll();
            waiting--;
        }
        run(key, next);
    }
}
