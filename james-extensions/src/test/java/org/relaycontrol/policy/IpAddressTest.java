package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import inet.ipaddr.AddressStringParameters.RangeParameters;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv6.IPv6Address;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Addresses, against the IPAddress library and against what is known.
 */
class IpAddressTest {

    private static final IPAddressStringParameters STRICT = new IPAddressStringParameters.Builder()
        .allowAll(false).allowEmpty(false).allowMask(false).allowPrefix(false).allowPrefixOnly(false).allowSingleSegment(false)
        .allowWildcardedSeparator(false).setRangeOptions(RangeParameters.NO_RANGE)
        .getIPv4AddressParametersBuilder().allow_inet_aton(false).allowLeadingZeros(false).allowBinary(false).getParentBuilder()
        .getIPv6AddressParametersBuilder().allowBase85(false).allowZone(false).allowEmptyZone(false).allowBinary(false).allowMixed(true)
        .allowUnlimitedLeadingZeros(false).getEmbeddedIPv4AddressParametersBuilder().allowLeadingZeros(false).allow_inet_aton(false)
        .getEmbeddedIPv4AddressParentBuilder().getParentBuilder()
        .toParams();

    private static IPAddress oracle(String text) {
        IPAddress address = new IPAddressString(text, STRICT).getAddress();
        if (address != null && address.isIPv6() && address.toIPv6().isIPv4Mapped()) {
            return address.toIPv6().getEmbeddedIPv4Address();
        }
        return address;
    }

    private static IPAddress oracle(IpAddress address) throws UnknownHostException {
        byte[] bytes = new byte[address.isIpv4() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            int shift = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (shift < 64 ? address.low() >>> shift : address.high() >>> shift - 64);
        }
        assertThat(IpAddress.of(InetAddress.getByAddress(bytes))).isEqualTo(address);
        return new inet.ipaddr.IPAddressString(InetAddress.getByAddress(bytes).getHostAddress()).getAddress();
    }

    @Provide
    Arbitrary<IpAddress> addresses() {
        return Addresses.any();
    }

    /** Texts of addresses in all notations, with up to two characters changed. */
    @Provide
    Arbitrary<String> almostAddresses() {
        Arbitrary<String> group = Arbitraries.of("0", "00", "1", "ffff", "FfFf", "10000", "db8", "0db8", "01234", "", "g", "1.2.3.4");
        Arbitrary<String> groups = group.list().ofMinSize(1).ofMaxSize(9).map(list -> String.join(":", list));
        Arbitrary<String> octet = Arbitraries.of("0", "1", "00", "01", "10", "255", "256", "192", "999", "1000", "", "0x1", "08");
        Arbitrary<String> quads = octet.list().ofMinSize(3).ofMaxSize(5).map(list -> String.join(".", list));
        Arbitrary<String> written = Combinators.combine(Addresses.any(), Arbitraries.integers().between(0, 3)).as(IpAddressTest::write);
        Arbitrary<String> mixed = Combinators.combine(written, quads).as((text, quad) -> text.replaceAll(":[^:]*$", ":" + quad));
        return Combinators.combine(Arbitraries.oneOf(groups, quads, written, written, written, mixed), mutations()).as((text, list) -> {
            StringBuilder mutated = new StringBuilder(text);
            list.forEach(mutation -> mutation.apply(mutated));
            return mutated.toString();
        });
    }

    private static Arbitrary<List<Mutation>> mutations() {
        return Combinators.combine(Arbitraries.integers().between(0, 40), Arbitraries.integers().between(0, 2),
            Arbitraries.of("0123456789abcdefABCDEFgx:::...- *,;_\u0661\uff11".split(""))).as(Mutation::new).list().ofMaxSize(2);
    }

    private static String write(IpAddress address, int style) {
        IPAddress written = new IPAddressString(address.toString()).getAddress();
        switch (style) {
            case 0:
                return written.toFullString();
            case 1:
                return written.toCanonicalString().toUpperCase(Locale.ROOT);
            case 2:
                return written.isIPv4() ? "::ffff:" + written : written.toIPv6().toMixedString();
            default:
                return written.toCanonicalString();
        }
    }

    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void shouldAcceptWhatTheOracleAccepts(@ForAll("almostAddresses") String text) {
        IPAddress expected = oracle(text.strip());
        Statistics.collect(expected != null);
        Statistics.coverage(coverage -> {
            coverage.check(true).percentage(percentage -> percentage > 15);
            coverage.check(false).percentage(percentage -> percentage > 15);
        });
        if (expected == null) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> IpAddress.parse(text)).withMessageContaining("; write ");
        } else {
            IpAddress actual = IpAddress.parse(text);
            assertThat(actual.isIpv4()).isEqualTo(expected.isIPv4());
            assertThat(actual.toString()).isEqualTo(expected.toCanonicalString());
        }
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldPrintTheCanonicalTextAndReadItBack(@ForAll("addresses") IpAddress address) throws UnknownHostException {
        assertThat(address.toString()).isEqualTo(oracle(address).toCanonicalString());
        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        for (int style = 0; style < 4; style++) {
            String text = write(address, style);
            if (!address.isIpv4() || style != 0) {
                assertThat(IpAddress.parse(text)).as(text).isEqualTo(address);
            }
        }
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldOrderAsUnsignedNumbersIpv4First(@ForAll("addresses") IpAddress one, @ForAll("addresses") IpAddress other)
        throws UnknownHostException {
        BigInteger oneValue = oracle(one).getValue();
        BigInteger otherValue = oracle(other).getValue();
        int expected = one.isIpv4() == other.isIpv4() ? oneValue.compareTo(otherValue) : one.isIpv4() ? -1 : 1;
        assertThat(Integer.signum(one.compareTo(other))).isEqualTo(expected);
        assertThat(one.equals(other)).isEqualTo(expected == 0);
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldStepThroughItsFamily(@ForAll("addresses") IpAddress address) throws UnknownHostException {
        assertThat(address.isHighest()).isEqualTo(oracle(address).isMax());
        if (!address.isHighest()) {
            assertThat(address.next()).isGreaterThan(address);
            assertThat(address.next().previous()).isEqualTo(address);
        }
        assertThat(address.previous().next()).isEqualTo(address);
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldClearAndSetHostBitsAsTheOracle(@ForAll("addresses") IpAddress address, @ForAll int seed) throws UnknownHostException {
        int prefix = Math.floorMod(seed, address.bits() + 1);
        IPAddress block = oracle(address).toPrefixBlock(prefix);
        assertThat(address.first(prefix).toString()).isEqualTo(block.getLower().withoutPrefixLength().toCanonicalString());
        IPAddress last = block.getUpper().withoutPrefixLength();
        if (!(last instanceof IPv6Address) || !last.toIPv6().isIPv4Mapped()) {
            assertThat(address.last(prefix).toString()).isEqualTo(last.toCanonicalString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "::ffff:192.0.2.1, 192.0.2.1", "::FFFF:c000:201, 192.0.2.1", "0:0:0:0:0:ffff:192.0.2.1, 192.0.2.1",
        "fe80::1%eth0, fe80::1", "fe80::1%25, fe80::1", "::ffff:192.0.2.1%1, 192.0.2.1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0", "::, ::", "0:0:0:0:0:0:0:0, ::", "1::, 1::", "::1, ::1", "::192.0.2.1, ::c000:201",
        "::fffe:192.0.2.1, ::fffe:c000:201", "0.0.0.0, 0.0.0.0", "255.255.255.255, 255.255.255.255",
    })
    void shouldReadAs(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 5", "0x7f.0.0.1", "127.1", "2130706433", "1.2.3.-4",
        "1.2.3.+4", "192.168.1.*", ":", ":::", "1:::2", "::1::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8", "12345::", "g::", ":1::", "::1:", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3",
        "[::1]", "1.2.3.4%eth0", "fe80::1%", "%eth0", "::1/128",
        "\u0661.\u0662.\u0663.\u0664", "\uff11.2.3.4", "::\uff11", "localhost", "1.2.3.4:25",
    })
    void shouldRefuse(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse(text))
            .withMessage("'" + text.strip() + "' is not an IP address; write one like 192.0.2.1 or 2001:db8::1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "300.1.1.1 | '300.1.1.1' has the octet 300; write octets from 0 to 255",
        "1.2.3.99999999999999999999 | '1.2.3.99999999999999999999' has the octet 99999999999999999999; write octets from 0 to 255",
        "010.0.0.1 | '010.0.0.1' has an octet with a leading zero, which some programs read as octal; "
            + "write it in decimal without leading zeros",
        "10.0.0.00 | '10.0.0.00' has an octet with a leading zero, which some programs read as octal; "
            + "write it in decimal without leading zeros",
        "::ffff:300.1.1.1 | '::ffff:300.1.1.1' has the octet 300; write octets from 0 to 255",
        "::ffff:010.0.0.1 | '::ffff:010.0.0.1' has an octet with a leading zero, which some programs read as octal; "
            + "write it in decimal without leading zeros",
    })
    void shouldSayWhatIsWrong(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse(text)).withMessage(message.replace("''", "'"));
    }

    @Test
    void shouldBeIpv4WhenTheSocketAddressIsMapped() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 1};
        assertThat(IpAddress.of(java.net.Inet6Address.getByAddress("", mapped, 3))).isEqualTo(IpAddress.parse("192.0.2.1"));
        assertThat(IpAddress.of(InetAddress.getByAddress(new byte[] {-1, 0, -128, 127}))).hasToString("255.0.128.127");
    }

    /** A change of one character. */
    private static final class Mutation {

        private final int where;
        private final int kind;
        private final String with;

        Mutation(int where, int kind, String with) {
            this.where = where;
            this.kind = kind;
            this.with = with;
        }

        void apply(StringBuilder text) {
            int at = Math.min(where, text.length());
            if (kind == 0 || text.length() == 0) {
                text.insert(at, with);
            } else if (kind == 1) {
                text.deleteCharAt(Math.min(at, text.length() - 1));
            } else {
                text.replace(Math.min(at, text.length() - 1), Math.min(at, text.length() - 1) + 1, with);
            }
        }
    }
}
