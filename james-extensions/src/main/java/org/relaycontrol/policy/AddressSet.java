package org.relaycontrol.policy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of IPv4 and IPv6 addresses, with the algebra of sets. Kept as ascending intervals that neither overlap nor touch, so that equal
 * sets are equal whatever they were made of. Immutable.
 */
public final class AddressSet {

    private static final IpAddress FIRST_IPV4 = IpAddress.ipv4(0);
    private static final IpAddress FIRST_IPV6 = IpAddress.ipv6(0, 0);
    private static final Network IPV4 = Network.between(FIRST_IPV4, FIRST_IPV4.last(0));
    private static final Network IPV6 = Network.between(FIRST_IPV6, FIRST_IPV6.last(0));
    /** In the notation of IPv6 these addresses lie between others, but each of them is an IPv4 address. */
    private static final IpAddress BEFORE_MAPPED = IpAddress.ipv6(0, 0xfffeffffffffL);
    private static final IpAddress AFTER_MAPPED = IpAddress.ipv6(0, 0x1000000000000L);

    /** No address. */
    public static final AddressSet NONE = new AddressSet(List.of());
    /** Every address. */
    public static final AddressSet ALL = new AddressSet(List.of(IPV4, IPV6));
    /** Every IPv4 address. */
    public static final AddressSet ALL_IPV4 = new AddressSet(List.of(IPV4));
    /** Every IPv6 address. */
    public static final AddressSet ALL_IPV6 = new AddressSet(List.of(IPV6));

    private final List<Network> intervals;

    private AddressSet(List<Network> intervals) {
        this.intervals = intervals;
    }

    /** The addresses of all the networks. */
    public static AddressSet of(Collection<Network> networks) {
        List<Network> sorted = new ArrayList<>(networks);
        sorted.sort((one, other) -> one.first().compareTo(other.first()));
        Collector collector = new Collector();
        sorted.forEach(collector::add);
        return collector.toSet();
    }

    /** The addresses of all the networks listed. */
    public static AddressSet of(NetworkSet networks) {
        List<Network> all = new ArrayList<>();
        networks.listed().forEach(listed -> all.add(listed.network()));
        return of(all);
    }

    /**
     * Divides all addresses by the sets that hold them: each part with the numbers of its sets. Parts without any address are left out.
     */
    public static Map<BitSet, AddressSet> partition(List<AddressSet> sets) {
        Map<BitSet, Collector> parts = new LinkedHashMap<>();
        for (Network family : List.of(IPV4, IPV6)) {
            int[] next = new int[sets.size()];
            IpAddress from = family.first();
            while (true) {
                BitSet holders = new BitSet();
                IpAddress to = family.last();
                for (int i = 0; i < next.length; i++) {
                    Network interval = sets.get(i).notBefore(from, next, i);
                    if (interval != null && interval.first().compareTo(from) <= 0) {
                        holders.set(i);
                        to = lower(to, interval.last());
                    } else if (interval != null && interval.first().compareTo(family.last()) <= 0) {
                        to = lower(to, interval.first().previous());
                    }
                }
                parts.computeIfAbsent(holders, any -> new Collector()).add(Network.between(from, to));
                if (to.isHighest()) {
                    break;
                }
                from = to.next();
            }
        }
        Map<BitSet, AddressSet> sizable = new LinkedHashMap<>();
        parts.forEach((holders, collector) -> {
            AddressSet part = collector.toSet();
            if (part.any() != null) {
                sizable.put(holders, part);
            }
        });
        return sizable;
    }

    /** The first interval that does not end before the address, from number {@code next[i]} on, which becomes its number. */
    private @Nullable Network notBefore(IpAddress address, int[] next, int i) {
        while (next[i] < intervals.size() && intervals.get(next[i]).last().compareTo(address) < 0) {
            next[i]++;
        }
        return next[i] < intervals.size() ? intervals.get(next[i]) : null;
    }

    private static IpAddress lower(IpAddress one, IpAddress other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** The addresses in this set, in the other, or in both. */
    public AddressSet union(AddressSet other) {
        List<Network> all = new ArrayList<>(intervals);
        all.addAll(other.intervals);
        return of(all);
    }

    /** The addresses in both sets. */
    public AddressSet intersect(AddressSet other) {
        List<Network> common = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < intervals.size() && j < other.intervals.size()) {
            Network one = intervals.get(i);
            Network two = other.intervals.get(j);
            IpAddress first = one.first().compareTo(two.first()) >= 0 ? one.first() : two.first();
            IpAddress last = lower(one.last(), two.last());
            if (first.compareTo(last) <= 0) {
                common.add(Network.between(first, last));
            }
            if (one.last().compareTo(two.last()) < 0) {
                i++;
            } else {
                j++;
            }
        }
        return new AddressSet(List.copyOf(common));
    }

    /** The addresses that are not in this set. */
    public AddressSet complement() {
        List<Network> gaps = new ArrayList<>();
        for (Network family : List.of(IPV4, IPV6)) {
            IpAddress from = family.first();
            boolean open = true;
            for (Network interval : intervals) {
                if (interval.first().isIpv4() == from.isIpv4()) {
                    if (from.compareTo(interval.first()) < 0) {
                        gaps.add(Network.between(from, interval.first().previous()));
                    }
                    open = !interval.last().isHighest();
                    from = interval.last().next();
                }
            }
            if (open) {
                gaps.add(Network.between(from, family.last()));
            }
        }
        return new AddressSet(List.copyOf(gaps));
    }

    /** The addresses in this set that are not in the other. */
    public AddressSet minus(AddressSet other) {
        return intersect(other.complement());
    }

    /** Whether there is no address in it. */
    public boolean isEmpty() {
        return intervals.isEmpty();
    }

    /** Whether the address is in it. */
    public boolean contains(IpAddress address) {
        return overlaps(Network.between(address, address));
    }

    /** Whether any address of the network is in it. */
    public boolean overlaps(Network network) {
        int from = 0;
        int to = intervals.size() - 1;
        while (from <= to) {
            int middle = from + to >>> 1;
            if (network.last().compareTo(intervals.get(middle).first()) < 0) {
                to = middle - 1;
            } else if (intervals.get(middle).last().compareTo(network.first()) < 0) {
                from = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Whether every address of the network is in it. */
    public boolean containsAll(Network network) {
        int from = 0;
        int to = intervals.size() - 1;
        while (from <= to) {
            int middle = from + to >>> 1;
            Network interval = intervals.get(middle);
            if (network.first().compareTo(interval.first()) < 0) {
                to = middle - 1;
            } else if (interval.last().compareTo(network.first()) < 0) {
                from = middle + 1;
            } else {
                return network.last().compareTo(interval.last()) <= 0;
            }
        }
        return false;
    }

    /** One address in it, or null if a client can have none of them: it is empty, or within {@code ::ffff:0:0/96} of IPv6. */
    public @Nullable IpAddress any() {
        for (Network interval : intervals) {
            IpAddress first = interval.first();
            if (first.isIpv4() || first.compareTo(BEFORE_MAPPED) <= 0 || first.compareTo(AFTER_MAPPED) >= 0) {
                return first;
            }
            if (interval.last().compareTo(AFTER_MAPPED) >= 0) {
                return AFTER_MAPPED;
            }
        }
        return null;
    }

    /** The addresses in ascending intervals, IPv4 first, that neither overlap nor touch. */
    public List<Network> intervals() {
        return intervals;
    }

    /** The fewest networks with a prefix length that together are exactly this set, in ascending order. */
    public List<Network> cidrs() {
        List<Network> cidrs = new ArrayList<>();
        for (Network interval : intervals) {
            IpAddress first = interval.first();
            boolean more = true;
            while (more) {
                int prefix = 0;
                while (!first.first(prefix).equals(first) || first.last(prefix).compareTo(interval.last()) > 0) {
                    prefix++;
                }
                IpAddress last = first.last(prefix);
                cidrs.add(Network.between(first, last));
                more = last.compareTo(interval.last()) < 0;
                first = last.next();
            }
        }
        return cidrs;
    }

    /** How many IPv4 addresses are in it: at most 2^32. */
    public long countIpv4() {
        long count = 0;
        for (Network interval : intervals) {
            if (interval.first().isIpv4()) {
                count += interval.last().low() - interval.first().low() + 1;
            }
        }
        return count;
    }

    /** How many IPv6 addresses are in it: at most 2^128. */
    public BigInteger countIpv6() {
        BigInteger count = BigInteger.ZERO;
        for (Network interval : intervals) {
            if (!interval.first().isIpv4()) {
                count = count.add(value(interval.last())).subtract(value(interval.first())).add(BigInteger.ONE);
            }
        }
        return count;
    }

    private static BigInteger value(IpAddress address) {
        return unsigned(address.high()).shiftLeft(Long.SIZE).or(unsigned(address.low()));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressSet && intervals.equals(((AddressSet) other).intervals);
    }

    @Override
    public int hashCode() {
        return intervals.hashCode();
    }

    /** The intervals. */
    @Override
    public String toString() {
        return intervals.toString();
    }

    /** Joins intervals that are added in ascending order. */
    private static final class Collector {

        private final List<Network> intervals = new ArrayList<>();

        void add(Network network) {
            int top = intervals.size() - 1;
            if (top >= 0 && touches(intervals.get(top), network)) {
                Network before = intervals.get(top);
                if (before.last().compareTo(network.last()) < 0) {
                    intervals.set(top, Network.between(before.first(), network.last()));
                }
            } else {
                intervals.add(network);
            }
        }

        private static boolean touches(Network before, Network after) {
            return before.last().isIpv4() == after.first().isIpv4()
                && (before.last().isHighest() || after.first().compareTo(before.last().next()) <= 0);
        }

        AddressSet toSet() {
            return new AddressSet(List.copyOf(intervals));
        }
    }
}
