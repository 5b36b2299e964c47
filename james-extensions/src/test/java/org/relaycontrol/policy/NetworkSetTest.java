package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which rule of a set of networks answers, against a search of the whole list.
 */
class NetworkSetTest {

    @Provide
    Arbitrary<List<Network>> networks() {
        return network().list().ofMaxSize(12);
    }

    /** Networks and ranges at the edges of the families, that nest and overlap in part. */
    private static Arbitrary<Network> network() {
        Arbitrary<Network> prefixes = Combinators.combine(Addresses.any(), Arbitraries.integers().between(0, 128)).as((address, length) -> {
            int prefix = Math.min(length, address.bits());
            return Network.parse(address.first(prefix) + "/" + prefix);
        });
        Arbitrary<Network> ranges = Combinators.combine(Addresses.any(), Addresses.ipv4(), Addresses.ipv6()).as((one, ipv4, ipv6) -> {
            IpAddress other = one.isIpv4() ? ipv4 : ipv6;
            return one.compareTo(other) <= 0 ? Network.between(one, other) : Network.between(other, one);
        });
        Arbitrary<Network> whole = Arbitraries.of("0.0.0.0/0", "::/0", "0.0.0.0", "255.255.255.255", "::",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::fffe:0:0/95", "::/64", "128.0.0.0/1", "0.0.0.0/1").map(Network::parse);
        return Arbitraries.oneOf(prefixes, ranges, whole);
    }

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void shouldAnswerAsTheWholeListDoes(@ForAll("networks") List<Network> networks, @ForAll("probes") List<IpAddress> random) {
        NetworkSet.Builder builder = NetworkSet.builder();
        for (int i = 0; i < networks.size(); i++) {
            builder.add(networks.get(i), Rule.of("networks.txt", i + 1));
        }
        NetworkSet set = builder.build();
        assertThat(set.isEmpty()).isEqualTo(networks.isEmpty());
        assertThat(set.listed()).extracting(NetworkSet.Listed::network).isEqualTo(networks);

        List<IpAddress> probes = new ArrayList<>(random);
        for (Network network : networks) {
            probes.addAll(List.of(network.first(), network.last(), network.first().previous(), network.last().next()));
        }
        for (IpAddress probe : probes) {
            if (isCanonical(probe)) {
                assertThat(set.find(probe)).as("%s in %s", probe, networks).isEqualTo(searchAll(networks, probe));
            }
        }
    }

    /** Long lists: scattered over a family, crowded together but for a few far away, and all in one /64. */
    @ParameterizedTest
    @CsvSource({"true, 0, 32", "true, 12, 32", "true, 30, 31", "false, 0, 128", "false, 3, 48", "false, 40, 64", "false, 64, 128"})
    void shouldAnswerAsTheWholeListDoesWhenItIsLong(boolean ipv4, int shortest, int longest) {
        Random random = new Random(shortest * 1000 + longest);
        List<Network> networks = new ArrayList<>(List.of(Network.parse("203.0.113.0/24"), Network.parse("::1"), Network.parse("fd00::/8")));
        IpAddress crowd = ipv4 ? IpAddress.parse("10.0.0.0") : IpAddress.parse("2001:db8::");
        for (int i = 0; i < 1_500; i++) {
            long low = random.nextLong();
            long high = random.nextLong();
            IpAddress any = ipv4 ? IpAddress.ipv4(low) : IpAddress.ipv6(high, low);
            IpAddress address = shortest == 0 ? any : ipv4 ? IpAddress.ipv4(crowd.low() | any.low() >>> shortest)
                : IpAddress.unmapped(shortest >= 64 ? crowd.high() : crowd.high() | high >>> shortest, low);
            int prefix = shortest + random.nextInt(longest - shortest + 1);
            networks.add(Network.between(address.first(prefix), address.last(prefix)));
        }
        NetworkSet.Builder builder = NetworkSet.builder();
        for (int i = 0; i < networks.size(); i++) {
            builder.add(networks.get(i), Rule.of("networks.txt", i + 1));
        }
        NetworkSet set = builder.build();
        assertThat(set.listed()).extracting(NetworkSet.Listed::network).isEqualTo(networks);
        int found = 0;
        for (Network network : networks.subList(0, 400)) {
            for (IpAddress probe : List.of(network.first(), network.last(), network.first().previous(), network.last().next())) {
                assertThat(set.find(probe)).as("%s", probe).isEqualTo(searchAll(networks, probe));
                assertThat(set.contains(probe)).isEqualTo(set.find(probe) != null);
                found += set.contains(probe) ? 1 : 0;
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(800);
    }

    @Provide
    Arbitrary<List<IpAddress>> probes() {
        return Addresses.any().list().ofSize(20);
    }

    /** Not an address of the mapped block in IPv6 clothes, which the edges of IPv6 networks may be but clients never are. */
    private static boolean isCanonical(IpAddress address) {
        return address.isIpv4() || !IpAddress.ipv6(address.high(), address.low()).isIpv4();
    }

    private static @Nullable Rule searchAll(List<Network> networks, IpAddress address) {
        Rule answer = null;
        BigInteger smallest = null;
        for (int i = 0; i < networks.size(); i++) {
            BigInteger size = size(networks.get(i));
            if (networks.get(i).contains(address) && (smallest == null || size.compareTo(smallest) < 0)) {
                smallest = size;
                answer = Rule.of("networks.txt", i + 1);
            }
        }
        return answer;
    }

    private static BigInteger size(Network network) {
        return number(network.last()).subtract(number(network.first()));
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(Long.toUnsignedString(address.high())).shiftLeft(64)
            .add(new BigInteger(Long.toUnsignedString(address.low())));
    }

    @Test
    void shouldFindNothingWhenEmpty() {
        assertThat(NetworkSet.EMPTY.isEmpty()).isTrue();
        assertThat(NetworkSet.EMPTY.find(IpAddress.parse("0.0.0.0"))).isNull();
        assertThat(NetworkSet.EMPTY.find(IpAddress.parse("::"))).isNull();
    }

    @Test
    void shouldAnswerWithTheFirstListedOfEqualNetworks() {
        NetworkSet set = NetworkSet.builder()
            .add(Network.parse("10.0.0.0/8"), Rule.of("f", 1))
            .add(Network.parseRange("10.0.0.0-10.255.255.255"), Rule.of("f", 2))
            .add(Network.parse("::ffff:10.0.0.0/104"), Rule.of("f", 3))
            .build();
        assertThat(set.find(IpAddress.parse("10.1.2.3"))).isEqualTo(Rule.of("f", 1));
    }

    @Test
    void shouldTellRangesApartThatOverlapInPart() {
        NetworkSet set = NetworkSet.builder()
            .add(Network.parseRange("10.0.0.0-10.0.0.99"), Rule.of("f", 1))
            .add(Network.parseRange("10.0.0.50-10.0.0.120"), Rule.of("f", 2))
            .add(Network.parse("10.0.0.60"), Rule.of("f", 3))
            .build();
        assertThat(set.find(IpAddress.parse("10.0.0.49"))).isEqualTo(Rule.of("f", 1));
        assertThat(set.find(IpAddress.parse("10.0.0.50"))).isEqualTo(Rule.of("f", 2));
        assertThat(set.find(IpAddress.parse("10.0.0.60"))).isEqualTo(Rule.of("f", 3));
        assertThat(set.find(IpAddress.parse("10.0.0.61"))).isEqualTo(Rule.of("f", 2));
        assertThat(set.find(IpAddress.parse("10.0.0.120"))).isEqualTo(Rule.of("f", 2));
        assertThat(set.find(IpAddress.parse("10.0.0.121"))).isNull();
    }
}
