package org.relaycontrol.nexthop;

import java.time.Duration;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;

/**
 * Remembers for a minute which hosts have taken long to fail, most often because nothing is there and connecting timed out. They are tried
 * last, so that not every mail waits for them. Thread-safe.
 */
public final class SlowHosts {

    /** What fails faster is tried in its turn: that costs little, and it may be back. */
    static final Duration SLOW = Duration.ofSeconds(1);
    static final Duration MEMORY = Duration.ofMinutes(1);
    private static final int MAX_HOSTS = 10_000;

    private final Cache<Host, Boolean> failures;

    /** None yet. */
    public SlowHosts(Ticker ticker) {
        failures = CacheBuilder.newBuilder().expireAfterWrite(MEMORY).maximumSize(MAX_HOSTS).ticker(ticker).build();
    }

    /** Whether the host has taken long to fail of late. */
    public boolean contains(Host host) {
        return failures.getIfPresent(host) != null;
    }

    /** Notes whether trying the host was of no use, and how long that took. */
    public void note(Host host, boolean failed, Duration taken) {
        if (!failed) {
            failures.invalidate(host);
        } else if (taken.compareTo(SLOW) > 0) {
            failures.put(host, true);
        }
    }
}
