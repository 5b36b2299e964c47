package org.relaycontrol.james;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.config.FileWatch;

/**
 * Loads a policy file again when it, or a file it names, has changed, and when an entry of it expires. Not thread-safe.
 */
final class WatchedPolicies {

    /** How long {@link #reload} waits for files that are being written. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** When James starts, files that change while they are read are read again, but not for ever. */
    private static final int MOST_FIRST_LOADS = 10;

    private final Path file;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ServerSockets sockets;
    private final FileWatch watch;
    private @Nullable PolicyLoad first;
    /** The last ones that were not refused: they are in force, whatever the files say now. */
    private @Nullable ProvedPolicies inForce;
    /** Until when what expires of {@link #inForce} has been looked after. */
    private Instant expiredUntil;
    /** Whether the files are to be loaded though they have not changed since they were loaded last. */
    private boolean due;

    /**
     * Loads the file for the first time.
     *
     * @param nanoTime the time, as {@link System#nanoTime()} gives it
     * @param sockets where this server listens, for next hops that would lead back here
     */
    WatchedPolicies(Path file, Clock clock, LongSupplier nanoTime, ServerSockets sockets) {
        this.file = file;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.sockets = sockets;
        PolicyLoad load;
        FileWatch files;
        int loads = 0;
        do {
            Instant now = clock.instant();
            load = load(() -> ProvedPolicies.load(file, now, sockets));
            expiredUntil = now;
            files = new FileWatch(load.files(), nanoTime);
            loads++;
        } while (files.isChanged() && loads < MOST_FIRST_LOADS);
        first = load;
        watch = files;
        inForce = load.policies();
    }

    /**
     * How loading it for the first time went. May be asked once: these policies are not to stay in memory for ever.
     *
     * @throws IllegalStateException if it was asked before
     */
    PolicyLoad first() {
        PolicyLoad load = first;
        if (load == null) {
            throw new IllegalStateException("it was asked before");
        }
        first = null;
        return load;
    }

    /** Looks whether there is something to load, and loads it; null if there is not, or not yet. Never waits. */
    @Nullable PolicyLoad poll() {
        watch.look();
        PolicyLoad load = (due || watch.isChanged()) && watch.isSettled(Set.of()) ? loadIfAsSeen() : null;
        return load != null ? load : expire();
    }

    /**
     * Loads what there is, changed or not. Waits until nothing is being written.
     *
     * @param replaced absolute paths of files that were just renamed to where they are, whole: for them it does not wait
     */
    PolicyLoad reload(Set<Path> replaced) {
        long start = nanoTime.getAsLong();
        while (nanoTime.getAsLong() - start < PATIENCE.toNanos()) {
            watch.look();
            PolicyLoad load = watch.isSettled(replaced) ? loadIfAsSeen() : null;
            if (load != null) {
                return load;
            }
            pause();
        }
        due = true;
        return PolicyLoad.refused(Remark.of(file, "the policy file, or a file it names, is being written all the time; write new files and "
            + "rename them"), watch.seen());
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for files to be written", e);
        }
    }

    private @Nullable PolicyLoad loadIfAsSeen() {
        Instant now = clock.instant();
        PolicyLoad load = attempt(() -> ProvedPolicies.load(file, now, sockets));
        if (!watch.confirm(load.files())) {
            return null;
        }
        due = false;
        if (load.policies() != null) {
            inForce = load.policies();
            expiredUntil = now;
        }
        return load;
    }

    /** What is in force, without what has expired since, whatever the files are like now; null if nothing has. */
    private @Nullable PolicyLoad expire() {
        ProvedPolicies policies = inForce;
        Instant now = clock.instant();
        if (policies == null || policies.nextExpiry(expiredUntil).filter(expiry -> !expiry.isAfter(now)).isEmpty()) {
            return null;
        }
        expiredUntil = now;
        PolicyLoad load = attempt(() -> policies.at(now));
        if (load.policies() != null) {
            inForce = load.policies();
        }
        return load.asExpiry();
    }

    private PolicyLoad attempt(Loading loading) {
        try {
            return load(loading);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            // Refused like any other bad file, so that it is tried and logged once.
            return PolicyLoad.refused(Remark.of(file, "the policy cannot be loaded (" + e + "); correct it, and report this"),
                watch.seen());
        }
    }

    private static PolicyLoad load(Loading loading) {
        try {
            return PolicyLoad.of(loading.load());
        } catch (RefusedPolicyException e) {
            return PolicyLoad.refused(e);
        }
    }

    /** Loads and proves policies. */
    @FunctionalInterface
    private interface Loading {

        ProvedPolicies load() throws RefusedPolicyException;
    }
}
