package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sets of addresses against sets of single addresses, and against another library's minimal networks.
 */
class AddressSetTest {

    private static final int SPAN = 64;

    /** Networks among the last addresses of IPv4, and among the first of IPv6. */
    private static List<Network> networks(Random random) {
        List<Network> networks = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int first = random.nextInt(SPAN);
            int last = first + random.nextInt(SPAN - first);
            networks.add(random.nextBoolean() ? Network.between(ipv4(first), ipv4(last)) : Network.between(ipv6(first), ipv6(last)));
        }
        return networks;
    }

    private static IpAddress ipv4(int number) {
        return IpAddress.ipv4(0x100000000L - SPAN + number);
    }

    private static IpAddress ipv6(int number) {
        return IpAddress.ipv6(0, number);
    }

    private static List<IpAddress> sample() {
        List<IpAddress> sample = new ArrayList<>(List.of(IpAddress.ipv4(0), IpAddress.parse("ffff::"), ipv6(SPAN)));
        for (int i = 0; i < SPAN; i++) {
            sample.add(ipv4(i));
            sample.add(ipv6(i));
        }
        return sample;
    }

    @Property(tries = 300)
    void shouldHoldWhatTheAlgebraSays(@ForAll long seed) {
        Random random = new Random(seed);
        List<Network> someNetworks = networks(random);
        List<Network> otherNetworks = networks(random);
        AddressSet some = AddressSet.of(someNetworks);
        AddressSet other = AddressSet.of(otherNetworks);
        Network network = Network.between(ipv4(random.nextInt(SPAN / 2)), ipv4(SPAN / 2 + random.nextInt(SPAN / 2)));
        Set<IpAddress> listed = new HashSet<>();
        for (IpAddress address : sample()) {
            boolean inSome = someNetworks.stream().anyMatch(one -> one.contains(address));
            boolean inOther = otherNetworks.stream().anyMatch(one -> one.contains(address));
            assertThat(some.contains(address)).isEqualTo(inSome);
            assertThat(some.union(other).contains(address)).isEqualTo(inSome || inOther);
            assertThat(some.intersect(other).contains(address)).isEqualTo(inSome && inOther);
            assertThat(some.minus(other).contains(address)).isEqualTo(inSome && !inOther);
            assertThat(some.complement().contains(address)).isEqualTo(!inSome);
            if (inSome) {
                listed.add(address);
            }
        }
        assertThat(some.countIpv4()).isEqualTo(listed.stream().filter(IpAddress::isIpv4).count());
        assertThat(some.countIpv6()).isEqualTo(BigInteger.valueOf(listed.stream().filter(address -> !address.isIpv4()).count()));
        assertThat(some.overlaps(network)).isEqualTo(listed.stream().anyMatch(network::contains));
        assertThat(some.containsAll(network))
            .isEqualTo(sample().stream().filter(network::contains).allMatch(some::contains));
        assertThat(some.complement().complement()).isEqualTo(some).hasSameHashCodeAs(some);
        assertThat(some.isEmpty()).isEqualTo(listed.isEmpty());
    }

    @Property(tries = 300)
    void shouldPartitionEveryAddress(@ForAll long seed) {
        Random random = new Random(seed);
        List<AddressSet> sets = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            sets.add(AddressSet.of(networks(random)));
        }
        Map<BitSet, AddressSet> parts = AddressSet.partition(sets);
        Map<BitSet, Set<IpAddress>> expected = new HashMap<>();
        for (IpAddress address : sample()) {
            BitSet holders = new BitSet();
            for (int i = 0; i < sets.size(); i++) {
                holders.set(i, sets.get(i).contains(address));
            }
            expected.computeIfAbsent(holders, any -> new HashSet<>()).add(address);
        }
        assertThat(parts.keySet()).isEqualTo(expected.keySet());
        parts.forEach((holders, part) -> assertThat(sample().stream().filter(part::contains).collect(Collectors.toSet()))
            .isEqualTo(expected.get(holders)));
    }

    @Property(tries = 200)
    void shouldGiveTheFewestNetworks(@ForAll long seed) {
        AddressSet set = AddressSet.of(networks(new Random(seed)));
        List<String> expected = new ArrayList<>();
        for (Network interval : set.intervals()) {
            IPAddress first = new IPAddressString(interval.first().toString()).getAddress();
            IPAddress last = new IPAddressString(interval.last().toString()).getAddress();
            for (IPAddress block : first.spanWithRange(last).spanWithPrefixBlocks()) {
                expected.add(block.toPrefixLengthString());
            }
        }
        assertThat(set.cidrs().stream().map(network -> new IPAddressString(network.toString()).getAddress().assignPrefixForSingleBlock())
            .map(IPAddress::toPrefixLengthString).collect(Collectors.toList())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1.0.0.0-1.0.0.255, 1.0.0.0/24",
        "1.0.0.1-1.0.0.4, '1.0.0.1, 1.0.0.2/31, 1.0.0.4'",
        "0.0.0.0-255.255.255.255, 0.0.0.0/0",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ::/0",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"})
    void shouldGiveNetworksOfARange(String range, String networks) {
        assertThat(AddressSet.of(List.of(Network.parseRange(range))).cidrs()).hasToString("[" + networks + "]");
    }

    @Test
    void shouldCountAll() {
        assertThat(AddressSet.ALL.countIpv4()).isEqualTo(1L << 32);
        assertThat(AddressSet.ALL.countIpv6()).isEqualTo(BigInteger.ONE.shiftLeft(128));
        assertThat(AddressSet.ALL_IPV4.union(AddressSet.ALL_IPV6)).isEqualTo(AddressSet.ALL);
        assertThat(AddressSet.ALL.complement()).isEqualTo(AddressSet.NONE);
    }

    @Test
    void shouldHaveNoAddressWhereIpv6OnlyMapsIpv4() {
        AddressSet around = AddressSet.of(List.of(Network.parse("::/81"), Network.parse("::1:0:0:0/80")));
        assertThat(AddressSet.NONE.any()).isNull();
        assertThat(AddressSet.of(List.of(Network.between(IpAddress.parse("::fffe:ffff:ffff").next(),
            IpAddress.parse("::1:0:0:0").previous()))).any()).isNull();
        assertThat(AddressSet.partition(List.of(AddressSet.of(List.of(Network.between(IpAddress.parse("::fffe:ffff:ffff").next(),
            IpAddress.parse("::1:0:0:0").previous())))))).hasSize(1);
        assertThat(around.any()).isEqualTo(IpAddress.parse("::"));
    }
}
