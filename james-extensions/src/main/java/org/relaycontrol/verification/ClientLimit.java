package org.relaycontrol.verification;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.relaycontrol.policy.IpAddress;

/**
 * How many questions each client may cause, an IPv4 address or an IPv6 /64: recipients that exist cost nothing, so that who sends much mail
 * is not held up, and who searches for addresses is. Thread-safe.
 */
final class ClientLimit {

    /** So many questions about recipients that do not exist, or that are not answered yet. */
    static final int QUESTIONS = 100;
    /** Then another each time this has passed. */
    static final Duration REFILL = Duration.ofSeconds(10);

    /** After so many it is likely that the client searches for addresses: threads that serve others do not wait for its answers. */
    static final int WAITED_FOR = 10;

    private static final int MAX_CLIENTS = 100_000;

    private final LongSupplier nanoTime;
    private final Cache<String, Allowance> clients = CacheBuilder.newBuilder()
        .maximumSize(MAX_CLIENTS)
        .expireAfterAccess(QUESTIONS * REFILL.toSeconds(), TimeUnit.SECONDS)
        .build();

    ClientLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What of an address tells clients apart. */
    static String client(IpAddress address) {
        return address.isIpv4() ? address.toString() : Long.toHexString(address.high());
    }

    /** Takes a question of what the client is allowed, or says that none is left. */
    boolean tryTake(String client) {
        return clients.asMap().computeIfAbsent(client, any -> new Allowance(nanoTime.getAsLong())).tryTake(nanoTime.getAsLong());
    }

    /** Whether the client has caused few such questions. */
    boolean isWaitedFor(String client) {
        Allowance allowance = clients.getIfPresent(client);
        return allowance == null || allowance.left() >= QUESTIONS - WAITED_FOR;
    }

    /** The answer to a question was that there is no such recipient. */
    void unknown(String client) {
        Allowance allowance = clients.getIfPresent(client);
        if (allowance != null) {
            allowance.unknown(nanoTime.getAsLong());
        }
    }

    /** Whether there were more than {@link #WAITED_FOR} such answers, less one each time {@link #REFILL} has passed. */
    boolean isGuessing(String client) {
        Allowance allowance = clients.getIfPresent(client);
        return allowance != null && allowance.guesses(nanoTime.getAsLong()) > WAITED_FOR;
    }

    /** Gives a question back. */
    void giveBack(String client) {
        Allowance allowance = clients.getIfPresent(client);
        if (allowance != null) {
            allowance.giveBack();
        }
    }

    /** What is left for one client. */
    private static final class Allowance {

        private double left = QUESTIONS;
        private long asOf;
        private double guesses;
        private long guessesAsOf;

        private Allowance(long now) {
            asOf = now;
            guessesAsOf = now;
        }

        private synchronized void unknown(long now) {
            guesses = guesses(now) + 1;
            guessesAsOf = now;
        }

        private synchronized double guesses(long now) {
            return Math.max(0, guesses - (double) (now - guessesAsOf) / REFILL.toNanos());
        }

        private synchronized boolean tryTake(long now) {
            left = Math.min(QUESTIONS, left + (double) (now - asOf) / REFILL.toNanos());
            asOf = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }

        private synchronized double left() {
            return left;
        }

        private synchronized void giveBack() {
            left = Math.min(QUESTIONS, left + 1);
        }
    }
}
