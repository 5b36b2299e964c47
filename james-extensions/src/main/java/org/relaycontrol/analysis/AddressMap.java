package org.relaycontrol.analysis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;

/**
 * Which part of the address space may do what by a policy, for a drawing: any network divided into 256 equal parts, each with the share of
 * its addresses whose clients may relay to unlisted domains without authenticating, never relay, or may not connect. Immutable.
 */
public final class AddressMap {

    /** Bits by which the parts of a network are longer than it. */
    private static final int DIVIDED_BITS = 8;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;
    /** A share of this many units is the whole, exact enough for any drawing. */
    private static final long UNITS = 1L << 40;

    /** What clients with an address may do. An address is of one kind at most. */
    public enum Kind {
        /** Strangers, outside {@code publicClients}, that may relay to unlisted domains. */
        OPEN,
        /** The other clients that may relay to unlisted domains for their address alone. */
        RELAY,
        /** Clients that never relay. */
        NEVER,
        /** Clients that may not connect. */
        REFUSED
    }

    private final Map<Kind, AddressSet> sets;

    private AddressMap(Map<Kind, AddressSet> sets) {
        this.sets = sets;
    }

    /** The map of one of the policies. */
    public static AddressMap of(RelayPolicies policies, RelayPolicy policy) {
        Relaying relaying = Relaying.of(policies);
        AddressSet open = relaying.strangers(policy);
        ClientList connections = policy.connections();
        AddressSet connecting = AddressSet.of(connections.networks());
        AddressSet refused = connections.mode() == ClientList.Mode.ONLY ? connecting.complement() : connecting;
        Map<Kind, AddressSet> sets = new EnumMap<>(Kind.class);
        sets.put(Kind.OPEN, open);
        sets.put(Kind.RELAY, relaying.byAddress(policy).minus(open));
        sets.put(Kind.NEVER, AddressSet.of(policy.restrictions().never().networks()).minus(refused));
        sets.put(Kind.REFUSED, refused);
        return new AddressMap(sets);
    }

    /** The addresses of a kind. */
    public AddressSet addresses(Kind kind) {
        return sets.getOrDefault(kind, AddressSet.NONE);
    }

    /**
     * Divides a network into 256 equal parts in ascending order, or into as many as it has addresses.
     *
     * @param network an address and a prefix length, like {@code 0.0.0.0/0} or {@code 2001:db8::/32}
     * @throws IllegalArgumentException if the network is a range that no prefix length covers
     */
    public List<Part> divide(Network network) {
        int bits = network.first().isIpv4() ? IPV4_BITS : IPV6_BITS;
        BigInteger size = value(network.last()).subtract(value(network.first())).add(BigInteger.ONE);
        int hostBits = size.bitLength() - 1;
        if (size.bitCount() != 1 || !value(network.first()).mod(size).equals(BigInteger.ZERO)) {
            throw new IllegalArgumentException("'" + network + "' is a range; write an address and a prefix length, like 10.0.0.0/8");
        }
        int partBits = Math.max(0, hostBits - DIVIDED_BITS);
        int count = 1 << hostBits - partBits;
        Map<Kind, long[]> shares = new EnumMap<>(Kind.class);
        sets.forEach((kind, set) -> shares.put(kind, shares(set, network, partBits, count)));
        List<Part> parts = new ArrayList<>(count);
        BigInteger partSize = BigInteger.ONE.shiftLeft(partBits);
        for (int i = 0; i < count; i++) {
            BigInteger first = value(network.first()).add(partSize.multiply(BigInteger.valueOf(i)));
            Map<Kind, Double> part = new EnumMap<>(Kind.class);
            for (Map.Entry<Kind, long[]> share : shares.entrySet()) {
                if (share.getValue()[i] > 0) {
                    part.put(share.getKey(), share.getValue()[i] / (double) UNITS);
                }
            }
            parts.add(new Part(Network.parse(text(first, bits) + "/" + (bits - partBits)), part));
        }
        return parts;
    }

    private static long[] shares(AddressSet set, Network network, int partBits, int count) {
        BigInteger origin = value(network.first());
        BigInteger partSize = BigInteger.ONE.shiftLeft(partBits);
        BigInteger[] covered = new BigInteger[count];
        Arrays.fill(covered, BigInteger.ZERO);
        for (Network interval : set.intersect(AddressSet.of(List.of(network))).intervals()) {
            BigInteger first = value(interval.first()).subtract(origin);
            BigInteger end = value(interval.last()).subtract(origin).add(BigInteger.ONE);
            while (first.compareTo(end) < 0) {
                int part = first.shiftRight(partBits).intValueExact();
                BigInteger next = partSize.multiply(BigInteger.valueOf(part + 1L)).min(end);
                covered[part] = covered[part].add(next.subtract(first));
                first = next;
            }
        }
        long[] shares = new long[count];
        for (int i = 0; i < count; i++) {
            // What is covered at all must show, however small a part of the whole it is.
            long share = covered[i].multiply(BigInteger.valueOf(UNITS)).shiftRight(partBits).longValueExact();
            shares[i] = covered[i].signum() > 0 ? Math.max(1, share) : 0;
        }
        return shares;
    }

    private static BigInteger value(IpAddress address) {
        return unsigned(address.high()).shiftLeft(Long.SIZE).or(unsigned(address.low()));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }

    private static String text(BigInteger value, int bits) {
        StringBuilder text = new StringBuilder();
        int groupBits = bits == IPV4_BITS ? Byte.SIZE : Short.SIZE;
        for (int at = bits - groupBits; at >= 0; at -= groupBits) {
            int group = value.shiftRight(at).intValue() & (1 << groupBits) - 1;
            text.append(bits == IPV4_BITS ? Integer.toString(group) : Integer.toHexString(group));
            if (at > 0) {
                text.append(bits == IPV4_BITS ? '.' : ':');
            }
        }
        return text.toString();
    }

    /** A part of the address space. Immutable. */
    public static final class Part {

        private final Network network;
        private final Map<Kind, Double> shares;

        private Part(Network network, Map<Kind, Double> shares) {
            this.network = network;
            this.shares = shares;
        }

        /** The addresses of the part. */
        public Network network() {
            return network;
        }

        /** The share of addresses of a kind: 0 only if there is none, else up to 1. */
        public double share(Kind kind) {
            return shares.getOrDefault(kind, 0.0);
        }
    }
}
