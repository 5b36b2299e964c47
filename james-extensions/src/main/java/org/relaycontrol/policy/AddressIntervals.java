package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeSet;

/**
 * The addresses of one family that networks hold: disjoint intervals in ascending order, each with the number of the network that answers
 * for it. Of several networks that hold an address the smallest answers, of equal ones the first. Immutable. A look-up allocates nothing:
 * the distance from the lowest address leads to the few intervals among which a binary search decides, or to more of them where the
 * networks lie unevenly.
 */
final class AddressIntervals {

    /** No network. */
    static final int NONE = -1;

    private final boolean ipv4;
    /** Of IPv4 addresses the whole, of IPv6 addresses the first 64 bits. */
    private final long[] firstUpper;
    private final long[] lastUpper;
    /** Of IPv6 addresses the last 64 bits; of IPv4 addresses nothing. */
    private final long[] firstLower;
    private final long[] lastLower;
    private final int[] numbers;
    /** Where the intervals begin whose first address has a distance of at least so many times two to the power of the shift. */
    private final int[] buckets;
    private final int shift;

    private AddressIntervals(List<Network> intervals, List<Integer> numbers, boolean ipv4) {
        int size = intervals.size();
        this.ipv4 = ipv4;
        this.firstUpper = new long[size];
        this.lastUpper = new long[size];
        this.firstLower = new long[ipv4 ? 0 : size];
        this.lastLower = new long[ipv4 ? 0 : size];
        this.numbers = numbers.stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < size; i++) {
            Network interval = intervals.get(i);
            firstUpper[i] = upper(interval.first());
            lastUpper[i] = upper(interval.last());
            if (!ipv4) {
                firstLower[i] = interval.first().low();
                lastLower[i] = interval.last().low();
            }
        }
        long widest = size == 0 ? 0 : firstUpper[size - 1] - firstUpper[0];
        int bits = 0;
        while (size > 0 && Long.compareUnsigned(widest >>> bits, size) >= 0) {
            bits++;
        }
        this.shift = bits;
        this.buckets = new int[(int) (widest >>> bits) + 2];
        for (int i = 0; i < size; i++) {
            buckets[(int) (firstUpper[i] - firstUpper[0] >>> bits) + 1]++;
        }
        for (int bucket = 1; bucket < buckets.length; bucket++) {
            buckets[bucket] += buckets[bucket - 1];
        }
    }

    /** The intervals of those of the networks that are of the family; their numbers are their places in the list. */
    static AddressIntervals of(List<Network> networks, boolean ipv4) {
        List<Candidate> byStart = new ArrayList<>();
        TreeSet<IpAddress> edges = new TreeSet<>();
        for (int i = 0; i < networks.size(); i++) {
            Network network = networks.get(i);
            if (network.first().isIpv4() == ipv4) {
                byStart.add(new Candidate(network, i));
                edges.add(network.first());
                if (!network.last().isHighest()) {
                    edges.add(network.last().next());
                }
            }
        }
        byStart.sort(Comparator.comparing(candidate -> candidate.network.first()));
        List<Network> intervals = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        PriorityQueue<Candidate> open = new PriorityQueue<>();
        int next = 0;
        for (IpAddress edge : edges) {
            while (next < byStart.size() && byStart.get(next).network.first().equals(edge)) {
                open.add(byStart.get(next++));
            }
            while (!open.isEmpty() && open.element().network.last().compareTo(edge) < 0) {
                open.remove();
            }
            if (!open.isEmpty()) {
                IpAddress following = edges.higher(edge);
                intervals.add(Network.between(edge, following == null ? open.element().network.last() : following.previous()));
                numbers.add(open.element().number);
            }
        }
        return new AddressIntervals(intervals, numbers, ipv4);
    }

    /** The number of the network that answers for an address of the family, or {@link #NONE}. */
    int find(IpAddress address) {
        long upper = upper(address);
        long lower = address.low();
        if (numbers.length == 0 || Long.compareUnsigned(upper, firstUpper[0]) < 0) {
            return NONE;
        }
        long bucket = upper - firstUpper[0] >>> shift;
        int last = buckets.length - 2;
        int at = Long.compareUnsigned(bucket, last) < 0 ? (int) bucket : last;
        int from = buckets[at];
        int to = buckets[at + 1];
        while (from < to) {
            int middle = from + to >>> 1;
            if (isAtOrBefore(firstUpper, firstLower, middle, upper, lower)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        int candidate = from - 1;
        return candidate >= 0 && !isBefore(lastUpper, lastLower, candidate, upper, lower) ? numbers[candidate] : NONE;
    }

    private long upper(IpAddress address) {
        return ipv4 ? address.low() : address.high();
    }

    private boolean isAtOrBefore(long[] uppers, long[] lowers, int index, long upper, long lower) {
        return uppers[index] == upper ? ipv4 || Long.compareUnsigned(lowers[index], lower) <= 0
            : Long.compareUnsigned(uppers[index], upper) < 0;
    }

    private boolean isBefore(long[] uppers, long[] lowers, int index, long upper, long lower) {
        return uppers[index] == upper ? !ipv4 && Long.compareUnsigned(lowers[index], lower) < 0
            : Long.compareUnsigned(uppers[index], upper) < 0;
    }

    /** A network in the order in which networks answer: the smallest first, then the first one. */
    private static final class Candidate implements Comparable<Candidate> {

        private final Network network;
        private final int number;

        Candidate(Network network, int number) {
            this.network = network;
            this.number = number;
        }

        private long sizeHigh() {
            long borrow = Long.compareUnsigned(network.last().low(), network.first().low()) < 0 ? 1 : 0;
            return network.last().high() - network.first().high() - borrow;
        }

        private long sizeLow() {
            return network.last().low() - network.first().low();
        }

        @Override
        public int compareTo(Candidate other) {
            int byHigh = Long.compareUnsigned(sizeHigh(), other.sizeHigh());
            if (byHigh != 0) {
                return byHigh;
            }
            int byLow = Long.compareUnsigned(sizeLow(), other.sizeLow());
            return byLow != 0 ? byLow : Integer.compare(number, other.number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }
}
