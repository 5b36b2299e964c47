package org.relaycontrol.policy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Arbitrary addresses for properties: the edges of both families and neighbours of a few anchors, so that they collide often, and any.
 */
final class Addresses {

    private static final long[][] ANCHORS = {
        {0, 0}, {-1, -1}, {0, -1}, {-1, 0}, {0, 0xffff00000000L}, {0, 0xfffeffffffffL}, {0, 0x1000000000000L}, {0x20010db800000000L, 0},
        {0x20010db800000000L, 0x100}, {0xfe80000000000000L, 1},
    };
    private static final long[] IPV4_ANCHORS = {
        0, 0xffffffffL, 0x80000000L, 0x7fffffffL, 0xc0a80100L, 0xc0a801ffL, 0x0a000000L, 0xc0000201L,
    };

    private Addresses() {
    }

    /** Any address of either family. */
    static Arbitrary<IpAddress> any() {
        return Arbitraries.oneOf(ipv4(), ipv6());
    }

    /** Any IPv4 address. */
    static Arbitrary<IpAddress> ipv4() {
        Arbitrary<IpAddress> near = Combinators.combine(Arbitraries.integers().between(0, IPV4_ANCHORS.length - 1),
            Arbitraries.longs().between(-3, 3)).as((anchor, offset) -> IpAddress.ipv4(IPV4_ANCHORS[anchor] + offset));
        return Arbitraries.oneOf(near, Arbitraries.longs().between(0, 0xffffffffL).map(IpAddress::ipv4));
    }

    /** Any IPv6 address that is not a mapped one. */
    static Arbitrary<IpAddress> ipv6() {
        Arbitrary<IpAddress> near = Combinators.combine(Arbitraries.integers().between(0, ANCHORS.length - 1),
            Arbitraries.longs().between(-3, 3)).as((anchor, offset) -> IpAddress.ipv6(ANCHORS[anchor][0], ANCHORS[anchor][1] + offset));
        Arbitrary<Long> half = Arbitraries.oneOf(Arbitraries.longs(), sparse());
        Arbitrary<IpAddress> random = Combinators.combine(half, half).as(IpAddress::ipv6);
        return Arbitraries.oneOf(near, random).filter(address -> !address.isIpv4());
    }

    /** Four groups many of which are zero. */
    private static Arbitrary<Long> sparse() {
        Arbitrary<Integer> group = Arbitraries.of(0, 0, 0, 1, 0xffff, 0xa0);
        return Combinators.combine(group, group, group, group)
            .as((a, b, c, d) -> (long) a << 48 | (long) b << 32 | (long) c << 16 | d);
    }
}
