package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.Collection;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;

/**
 * Remembers for a minute which hosts have taken long to fail, most often because nothing is there and connecting timed out. They are tried
 * last, so that not every mail waits for them. Thread-safe.
 */
final class SlowHosts {

    /** What fails faster is tried in its turn: that costs little, and it may be back. */
    static final Duration SLOW = Duration.ofSeconds(1);
    static final Duration MEMORY = Duration.ofMinutes(1);
    private static final int MAX_HOSTS = 10_000;

    private final Cache<Host, Boolean> failures;

    SlowHosts(Ticker ticker) {
        failures = CacheBuilder.newBuilder().expireAfterWrite(MEMORY).maximumSize(MAX_HOSTS).ticker(ticker).build();
    }

    /** Whether the host has taken long to fail of late. */
    boolean contains(Host host) {
        return failures.getIfPresent(host) != null;
    }

    /** Notes what came of trying the host, and how long that took. */
    void note(Host host, Collection<Outcome> outcomes, Duration taken) {
        if (!outcomes.stream().allMatch(outcome -> outcome.kind() == Outcome.Kind.DEFERRED)) {
            failures.invalidate(host);
        } else if (taken.compareTo(SLOW) > 0) {
            failures.put(host, true);
        }
    }
}
