package org.relaycontrol.monitor;

import com.google.inject.Singleton;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many decisions there were for each reason in each of the last {@value #MINUTES} minutes, the present one included. Thread-safe; a
 * decision costs one atomic increment.
 */
@Singleton
public class DecisionHistory {

    /** How far back it goes. */
    public static final int MINUTES = 60;

    private static final long MILLIS = 60_000;

    private final AtomicLongArray minutes = new AtomicLongArray(MINUTES);
    private final Map<DecidedBy, AtomicLongArray> counts = new EnumMap<>(DecidedBy.class);

    /** Nothing was decided yet. */
    public DecisionHistory() {
        for (DecidedBy reason : DecidedBy.values()) {
            counts.put(reason, new AtomicLongArray(MINUTES));
        }
    }

    void count(DecidedBy reason, long millis) {
        long minute = minute(millis);
        int slot = (int) (minute % MINUTES);
        if (minutes.get(slot) != minute) {
            beginMinute(slot, minute);
        }
        AtomicLongArray counted = counts.get(reason);
        if (counted != null) {
            counted.incrementAndGet(slot);
        }
    }

    private synchronized void beginMinute(int slot, long minute) {
        if (minutes.get(slot) < minute) {
            counts.values().forEach(counted -> counted.set(slot, 0));
            minutes.set(slot, minute);
        }
    }

    /** The counts of the last {@value #MINUTES} minutes for each reason, the oldest first, the present minute last. */
    public Map<DecidedBy, long[]> lastHour(Instant now) {
        Map<DecidedBy, long[]> history = new EnumMap<>(DecidedBy.class);
        long first = firstMinute(now);
        counts.forEach((reason, counted) -> {
            long[] inMinute = new long[MINUTES];
            for (int i = 0; i < MINUTES; i++) {
                int slot = (int) ((first + i) % MINUTES);
                inMinute[i] = minutes.get(slot) == first + i ? counted.get(slot) : 0;
            }
            history.put(reason, inMinute);
        });
        return history;
    }

    /** When the first of the minutes that {@link #lastHour} counts began. */
    public Instant firstBegan(Instant now) {
        return Instant.ofEpochMilli(firstMinute(now) * MILLIS);
    }

    private static long firstMinute(Instant now) {
        return minute(now.toEpochMilli()) - MINUTES + 1;
    }

    private static long minute(long millis) {
        return millis / MILLIS;
    }
}
