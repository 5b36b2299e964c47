package org.relaycontrol.verification;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Verification;

/**
 * Answers and since when they are there. How long they count is for who asks: a changed policy changes it at once. Recipients that exist
 * and others do not take each other's room, so that a search for addresses does not push out those that exist. Thread-safe.
 */
final class AnswerCache {

    /** How many recipients of each kind are remembered; the least recently used go first. */
    static final int MAX_ENTRIES = 100_000;
    /** How long it counts that nobody could say: long enough for the retry of a client that was told to come back. */
    static final Duration UNDETERMINED_TTL = Duration.ofHours(4);
    /** After so long it is asked again, while the old answer counts. */
    static final Duration UNDETERMINED_FRESH = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private final Cache<Question, Long> known = cache();
    private final Cache<Question, Long> unknown = cache();
    private final Cache<Question, Long> undetermined = cache();

    AnswerCache(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private static Cache<Question, Long> cache() {
        return CacheBuilder.newBuilder().maximumSize(MAX_ENTRIES).build();
    }

    /** The answer that there is and that still counts, or null. */
    @Nullable RecipientStatus get(Question question, Verification verification) {
        if (isYounger(known, question, verification.ttl())) {
            return RecipientStatus.KNOWN;
        }
        if (isYounger(unknown, question, verification.negativeTtl())) {
            return RecipientStatus.UNKNOWN;
        }
        return isYounger(undetermined, question, UNDETERMINED_TTL) ? RecipientStatus.UNDETERMINED : null;
    }

    /** Whether it is time to ask again about one of whom nobody could say. */
    boolean isStale(Question question) {
        return !isYounger(undetermined, question, UNDETERMINED_FRESH);
    }

    private boolean isYounger(Cache<Question, Long> cache, Question question, Duration age) {
        Long since = cache.getIfPresent(question);
        return since != null && nanoTime.getAsLong() - since < age.toNanos();
    }

    /** Remembers an answer in the place of the one there was. */
    void put(Question question, Answer.Kind kind) {
        switch (kind) {
            case EXISTS:
                put(question, known, unknown, undetermined);
                break;
            case UNKNOWN:
                put(question, unknown, known, undetermined);
                break;
            case UNDETERMINED:
                put(question, undetermined, known, unknown);
                break;
            default:
                // It is said of all recipients, not of this one.
                break;
        }
    }

    private void put(Question question, Cache<Question, Long> in, Cache<Question, Long> notIn, Cache<Question, Long> norIn) {
        in.put(question, nanoTime.getAsLong());
        notIn.invalidate(question);
        norIn.invalidate(question);
    }
}
