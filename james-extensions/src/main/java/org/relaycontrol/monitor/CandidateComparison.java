package org.relaycontrol.monitor;

import com.google.inject.Singleton;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.Candidate;

/**
 * Where the candidate policy decides real envelopes otherwise than the running one: how many, and the last {@value #CAPACITY} of them. A
 * new candidate begins anew. Thread-safe.
 */
@Singleton
public class CandidateComparison {

    /** How many different decisions are kept. */
    public static final int CAPACITY = 1000;

    private final AtomicReference<@Nullable Tally> current = new AtomicReference<>();

    /** Nothing was compared yet. */
    public CandidateComparison() {
    }

    /** The candidate has decided like the running policy. */
    public void alike(Candidate candidate) {
        tally(candidate).alike.increment();
    }

    /** One of the two has deferred the decision, so there is nothing to compare. */
    public void undecided(Candidate candidate) {
        tally(candidate).undecided.increment();
    }

    /** The candidate has decided otherwise: another verdict, or another route. */
    public void different(Candidate candidate, DecisionRecord running, DecisionRecord byCandidate) {
        tally(candidate).add(new Difference(running, byCandidate));
    }

    private Tally tally(Candidate candidate) {
        Tally tally = current.get();
        while (tally == null || tally.candidate != candidate) {
            if (tally != null && tally.candidate.since().isAfter(candidate.since())) {
                // Of a thread that still has the candidate before.
                return new Tally(candidate);
            }
            current.compareAndSet(tally, new Tally(candidate));
            tally = current.get();
        }
        return tally;
    }

    /** How many recipients the two have decided alike. */
    public long alikeCount(Candidate candidate) {
        return tally(candidate).alike.sum();
    }

    /** How many recipients they have decided differently. */
    public long differentCount(Candidate candidate) {
        return tally(candidate).different.sum();
    }

    /** How many recipients one of them has deferred. */
    public long undecidedCount(Candidate candidate) {
        return tally(candidate).undecided.sum();
    }

    /** The latest differences, at most {@code limit}, the latest first. */
    public List<Difference> latest(Candidate candidate, int limit) {
        return tally(candidate).latest(limit);
    }

    /** What the running policy and the candidate have decided for one recipient. Immutable. */
    public static final class Difference {

        private final DecisionRecord running;
        private final DecisionRecord candidate;

        private Difference(DecisionRecord running, DecisionRecord candidate) {
            this.running = running;
            this.candidate = candidate;
        }

        /** What the running policy has decided. */
        public DecisionRecord running() {
            return running;
        }

        /** What the candidate has decided. */
        public DecisionRecord candidate() {
            return candidate;
        }
    }

    /** The counts for one candidate. */
    private static final class Tally {

        private final Candidate candidate;
        private final LongAdder alike = new LongAdder();
        private final LongAdder different = new LongAdder();
        private final LongAdder undecided = new LongAdder();
        private final Deque<Difference> latest = new ArrayDeque<>();

        private Tally(Candidate candidate) {
            this.candidate = candidate;
        }

        private void add(Difference difference) {
            different.increment();
            synchronized (latest) {
                if (latest.size() == CAPACITY) {
                    latest.removeLast();
                }
                latest.addFirst(difference);
            }
        }

        private List<Difference> latest(int limit) {
            List<Difference> found = new ArrayList<>();
            synchronized (latest) {
                Iterator<Difference> differences = latest.iterator();
                while (found.size() < limit && differences.hasNext()) {
                    found.add(differences.next());
                }
            }
            return found;
        }
    }
}
