package org.relaycontrol.it.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** One trouble after the other, at random, until told to end: each begins, lasts a moment, and is over again. */
public final class Troubles {
    private final List<Trouble> troubles;
    private final Random random;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "troubles");
    private volatile boolean ending;

    private Troubles(List<Trouble> troubles, long seed) {
        this.troubles = List.copyOf(troubles);
        this.random = new Random(seed);
    }

    /** Begins. */
    public static Troubles begin(List<Trouble> troubles, long seed) {
        Troubles begun = new Troubles(troubles, seed);
        begun.thread.setDaemon(true);
        begun.thread.start();
        return begun;
    }

    /** Something that goes wrong. */
    public static final class Trouble {
        private final String name;
        private final Duration longest;
        private final Runnable begin;
        private final Runnable end;

        private Trouble(String name, Duration longest, Runnable begin, Runnable end) {
            this.name = name;
            this.longest = longest;
            this.begin = begin;
            this.end = end;
        }

        /** What begins, lasts this long at most, and ends. */
        public static Trouble of(String name, Duration longest, Runnable begin, Runnable end) {
            return new Trouble(name, longest, begin, end);
        }
    }

    private void run() {
        while (!ending) {
            Trouble trouble = troubles.get(random.nextInt(troubles.size()));
            counts.merge(trouble.name, 1, Integer::sum);
            try {
                trouble.begin.run();
                LockSupport.parkNanos((long) (random.nextDouble() * trouble.longest.toNanos()));
                trouble.end.run();
            } catch (RuntimeException | AssertionError e) {
                failures.add(trouble.name + ": " + e);
            }
        }
    }

    /** Ends when the last trouble is over. */
    public void end() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What could not be begun or ended; to be asked when they have ended. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** How many of each there were; to be asked when they have ended. */
    @Override
    public String toString() {
        return counts.entrySet().stream().map(count -> count.getKey() + " " + count.getValue()).collect(Collectors.joining(", "));
    }
}
