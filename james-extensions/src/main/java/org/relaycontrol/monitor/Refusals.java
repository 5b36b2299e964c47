package org.relaycontrol.monitor;

import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #CAPACITY} refusals since James started, in memory. Takes no lock. Thread-safe.
 */
@Singleton
public class Refusals {

    /** How many are kept. */
    public static final int CAPACITY = 10_000;

    private final AtomicReferenceArray<@Nullable Numbered> ring = new AtomicReferenceArray<>(CAPACITY);
    private final AtomicLong count = new AtomicLong();

    /** Nothing was refused yet. */
    public Refusals() {
    }

    void add(DecisionRecord refusal) {
        long number = count.incrementAndGet();
        ring.set(slot(number), new Numbered(number, refusal));
    }

    private static int slot(long number) {
        return (int) (number % CAPACITY);
    }

    /** How many there were since James started. */
    public long count() {
        return count.get();
    }

    /** The latest that satisfy a condition, at most {@code limit}, the latest first. */
    public List<Numbered> latest(Predicate<Numbered> condition, int limit) {
        List<Numbered> found = new ArrayList<>();
        long last = count.get();
        for (long number = last; number > Math.max(0, last - CAPACITY) && found.size() < limit; number--) {
            Numbered refusal = ring.get(slot(number));
            // Another one where a thread is about to write this one, or has overtaken.
            if (refusal != null && refusal.number == number && condition.test(refusal)) {
                found.add(refusal);
            }
        }
        return found;
    }

    /** A refusal and its number, counted from 1 since James started. Immutable. */
    public static final class Numbered {

        private final long number;
        private final DecisionRecord refusal;

        private Numbered(long number, DecisionRecord refusal) {
            this.number = number;
            this.refusal = refusal;
        }

        /** Its number. */
        public long number() {
            return number;
        }

        /** The refusal. */
        public DecisionRecord refusal() {
            return refusal;
        }
    }
}
