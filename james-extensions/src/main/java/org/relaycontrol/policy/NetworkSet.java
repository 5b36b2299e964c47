package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A set of networks, each with the {@link Rule} that lists it. Of several networks that hold an address the smallest answers, of equal
 * ones the first listed. Immutable; a look-up is one binary search over disjoint intervals and allocates nothing.
 */
public final class NetworkSet {

    /** The set without any network. */
    public static final NetworkSet EMPTY = builder().build();

    private final List<Listed> listed;
    private final Intervals ipv4;
    private final Intervals ipv6;

    private NetworkSet(List<Listed> listed) {
        this.listed = Collections.unmodifiableList(listed);
        this.ipv4 = Intervals.of(listed, true);
        this.ipv6 = Intervals.of(listed, false);
    }

    /** A builder of an empty set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether a network holds the address. */
    public boolean contains(IpAddress address) {
        return find(address) != null;
    }

    /** The rule that lists the address, or null. */
    public @Nullable Rule find(IpAddress address) {
        return (address.isIpv4() ? ipv4 : ipv6).find(address);
    }

    /** Whether no network is listed. */
    public boolean isEmpty() {
        return listed.isEmpty();
    }

    /** What is listed, in the order of the configuration. */
    public List<Listed> listed() {
        return listed;
    }

    /** A network and the rule that lists it. */
    public static final class Listed {

        private final Network network;
        private final Rule rule;

        private Listed(Network network, Rule rule) {
            this.network = network;
            this.rule = rule;
        }

        /** The network. */
        public Network network() {
            return network;
        }

        /** Where it is listed. */
        public Rule rule() {
            return rule;
        }
    }

    /** Collects networks. */
    public static final class Builder {

        private final List<Listed> listed = new ArrayList<>();

        private Builder() {
        }

        /** Adds a network that the rule lists. */
        public Builder add(Network network, Rule rule) {
            listed.add(new Listed(network, rule));
            return this;
        }

        /** The set of what was added. */
        public NetworkSet build() {
            return new NetworkSet(new ArrayList<>(listed));
        }
    }

    /** The disjoint intervals of one family in ascending order. */
    private static final class Intervals {

        private final long[] firstHigh;
        private final long[] firstLow;
        private final long[] lastHigh;
        private final long[] lastLow;
        private final Rule[] rules;

        private Intervals(List<Network> networks, List<Rule> rules) {
            int size = networks.size();
            firstHigh = new long[size];
            firstLow = new long[size];
            lastHigh = new long[size];
            lastLow = new long[size];
            for (int i = 0; i < size; i++) {
                firstHigh[i] = networks.get(i).first().high();
                firstLow[i] = networks.get(i).first().low();
                lastHigh[i] = networks.get(i).last().high();
                lastLow[i] = networks.get(i).last().low();
            }
            this.rules = rules.toArray(new Rule[0]);
        }

        static Intervals of(List<Listed> all, boolean ipv4) {
            List<Candidate> byStart = new ArrayList<>();
            TreeSet<IpAddress> edges = new TreeSet<>();
            for (Listed one : all) {
                if (one.network.first().isIpv4() == ipv4) {
                    byStart.add(new Candidate(one, byStart.size()));
                    edges.add(one.network.first());
                    if (!one.network.last().isHighest()) {
                        edges.add(one.network.last().next());
                    }
                }
            }
            byStart.sort(Comparator.comparing(Candidate::first));
            List<Network> networks = new ArrayList<>();
            List<Rule> rules = new ArrayList<>();
            PriorityQueue<Candidate> open = new PriorityQueue<>();
            int next = 0;
            for (IpAddress edge : edges) {
                while (next < byStart.size() && byStart.get(next).first().equals(edge)) {
                    open.add(byStart.get(next++));
                }
                while (!open.isEmpty() && open.element().last().compareTo(edge) < 0) {
                    open.remove();
                }
                if (!open.isEmpty()) {
                    IpAddress following = edges.higher(edge);
                    networks.add(Network.between(edge, following == null ? open.element().last() : following.previous()));
                    rules.add(open.element().listed.rule);
                }
            }
            return new Intervals(networks, rules);
        }

        @Nullable Rule find(IpAddress address) {
            int from = 0;
            int to = rules.length - 1;
            while (from <= to) {
                int middle = from + to >>> 1;
                if (compare(address, firstHigh[middle], firstLow[middle]) < 0) {
                    to = middle - 1;
                } else if (compare(address, lastHigh[middle], lastLow[middle]) > 0) {
                    from = middle + 1;
                } else {
                    return rules[middle];
                }
            }
            return null;
        }

        private static int compare(IpAddress address, long high, long low) {
            int byHigh = Long.compareUnsigned(address.high(), high);
            return byHigh != 0 ? byHigh : Long.compareUnsigned(address.low(), low);
        }
    }

    /** A listed network in the order in which it answers: the smallest first, then the first listed. */
    private static final class Candidate implements Comparable<Candidate> {

        private final Listed listed;
        private final int order;

        Candidate(Listed listed, int order) {
            this.listed = listed;
            this.order = order;
        }

        IpAddress first() {
            return listed.network.first();
        }

        IpAddress last() {
            return listed.network.last();
        }

        private long sizeHigh() {
            long borrow = Long.compareUnsigned(last().low(), first().low()) < 0 ? 1 : 0;
            return last().high() - first().high() - borrow;
        }

        private long sizeLow() {
            return last().low() - first().low();
        }

        @Override
        public int compareTo(Candidate other) {
            int byHigh = Long.compareUnsigned(sizeHigh(), other.sizeHigh());
            if (byHigh != 0) {
                return byHigh;
            }
            int byLow = Long.compareUnsigned(sizeLow(), other.sizeLow());
            return byLow != 0 ? byLow : Integer.compare(order, other.order);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return order;
        }
    }
}
