package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Networks and ranges, against the IPAddress library, and every error text.
 */
class NetworkTest {

    @Provide
    Arbitrary<IpAddress> addresses() {
        return Addresses.any();
    }

    @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void shouldContainWhatTheOracleContains(@ForAll("addresses") IpAddress address, @ForAll int seed,
                                            @ForAll("addresses") IpAddress other) {
        int prefix = Math.floorMod(seed, address.bits() + 1);
        String text = address.first(prefix) + "/" + prefix;
        Network network = Network.parse(text);
        IPAddress block = new IPAddressString(text).getAddress().toPrefixBlock();
        for (IpAddress probe : new IpAddress[] {
            address, other, network.first(), network.last(), network.first().previous(), network.last().next()}) {
            boolean sameFamily = probe.isIpv4() == address.isIpv4();
            assertThat(network.contains(probe)).as("%s in %s", probe, text)
                .isEqualTo(sameFamily && block.contains(new IPAddressString(probe.toString()).getAddress()));
        }
        assertThat(network.toString()).isEqualTo(prefix == address.bits() ? address.toString() : text);
        assertThat(Network.parse(network.toString())).isEqualTo(network);
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldTakeAPrefixLengthOrNetmaskOrMappedNotationForTheSame(@ForAll int value, @ForAll int seed) {
        int prefix = Math.floorMod(seed, IpAddress.IPV4_BITS + 1);
        IpAddress first = IpAddress.ipv4(value).first(prefix);
        IpAddress netmask = IpAddress.ipv4(-1).first(prefix);
        Network network = Network.parse(first + "/" + prefix);
        assertThat(Network.parse(first + "/" + netmask)).isEqualTo(network);
        assertThat(Network.parse("::ffff:" + first + "/" + (96 + prefix))).isEqualTo(network);
        assertThat(network.toString().startsWith(first.toString())).isTrue();
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldRefuseHostBitsAndNameTheNetwork(@ForAll("addresses") IpAddress address, @ForAll int seed) {
        int prefix = Math.floorMod(seed, address.bits() + 1);
        IpAddress first = address.first(prefix);
        String text = address + "/" + prefix;
        if (first.equals(address)) {
            assertThat(Network.parse(text).first()).isEqualTo(first);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> Network.parse(text)).withMessage("'" + text
                + "' has host bits set; write " + first + "/" + prefix + " for the network, or " + address + " for the one address");
        }
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldAcceptNetmasksOnlyAmongMasks(@ForAll int value) {
        for (int mask : new int[] {value, value >> 31 - Math.floorMod(value, 32), -1 << (value & 31), -1 >>> (value & 31)}) {
            boolean netmask = Integer.bitCount(mask) == Integer.numberOfLeadingZeros(~mask);
            String text = "0.0.0.0/" + IpAddress.ipv4(mask);
            if (netmask) {
                assertThat(Network.parse(text)).hasToString(mask == -1 ? "0.0.0.0" : "0.0.0.0/" + Integer.bitCount(mask));
            } else {
                assertThatIllegalArgumentException().as(text).isThrownBy(() -> Network.parse(text));
            }
        }
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldReadRanges(@ForAll("addresses") IpAddress one, @ForAll("addresses") IpAddress other, @ForAll("addresses") IpAddress probe) {
        String text = one + "-" + other;
        if (one.isIpv4() != other.isIpv4()) {
            assertThatIllegalArgumentException().isThrownBy(() -> Network.parseRange(text))
                .withMessage("'" + text + "' mixes IPv4 and IPv6; write two addresses of one family");
        } else if (one.compareTo(other) > 0) {
            assertThatIllegalArgumentException().isThrownBy(() -> Network.parseRange(text))
                .withMessage("'" + text + "' is reversed; write " + other + "-" + one);
        } else {
            Network range = Network.parseRange(text);
            assertThat(range.contains(probe)).isEqualTo(probe.isIpv4() == one.isIpv4() && one.compareTo(probe) <= 0
                && probe.compareTo(other) <= 0);
            String printed = range.toString();
            assertThat(printed.indexOf('-') < 0 ? Network.parse(printed) : Network.parseRange(printed)).isEqualTo(range);
        }
    }

    @Test
    void shouldNotHoldIpv4InIpv6() {
        assertThat(Network.parse("::/0").contains(IpAddress.parse("::ffff:192.0.2.1"))).isFalse();
        assertThat(Network.parse("::ffff:0:0/96")).isEqualTo(Network.parse("0.0.0.0/0"));
        assertThat(Network.parse("::ffff:192.0.2.0/120")).hasToString("192.0.2.0/24");
        assertThat(Network.parse("::ffff:192.0.2.0/255.255.255.0")).hasToString("192.0.2.0/24");
        assertThat(Network.parseRange("::ffff:10.0.0.1-10.0.0.9")).isEqualTo(Network.parseRange("10.0.0.1-10.0.0.9"));
        Network spanning = Network.parse("::fffe:0:0/95");
        assertThat(spanning.contains(IpAddress.parse("::fffe:1:2"))).isTrue();
        assertThat(spanning.contains(IpAddress.parse("192.0.2.1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fe80::1%eth0", "fe80::1%eth0/128", "fe80::1"})
    void shouldDropZones(String text) {
        assertThat(Network.parse(text)).hasToString("fe80::1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "192.168.1.5/24 | '192.168.1.5/24' has host bits set; write 192.168.1.0/24 for the network, or 192.168.1.5 for the one address",
        "192.168.1.5/255.255.255.0 | '192.168.1.5/255.255.255.0' has host bits set; write 192.168.1.0/24 for the network, "
            + "or 192.168.1.5 for the one address",
        "2001:db8::1/64 | '2001:db8::1/64' has host bits set; write 2001:db8::/64 for the network, or 2001:db8::1 for the one address",
        "::ffff:192.168.1.5/120 | '::ffff:192.168.1.5/120' has host bits set; write 192.168.1.0/24 for the network, "
            + "or 192.168.1.5 for the one address",
        "::ffff:192.168.1.5/24 | '::ffff:192.168.1.5/24' has host bits set; write 192.168.1.0/24 for the IPv4 network, "
            + "0.0.0.0/0 for all of IPv4, or ::/0 for all of IPv6",
        "::ffff:0:0/95 | '::ffff:0:0/95' has host bits set; write 0.0.0.0/0 for all of IPv4, or ::/0 for all of IPv6",
        "10.0.0.0\t/255.0.0.0 | '10.0.0.0\t/255.0.0.0' has a blank beside the '/'; write 10.0.0.0/255.0.0.0",
        "10.0.0.0 / 8 | '10.0.0.0 / 8' has a blank beside the '/'; write 10.0.0.0/8",
        "10.0.0.0/33 | '10.0.0.0/33' has the prefix length '33'; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/ | '10.0.0.0/' has the prefix length ''; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/08 | '10.0.0.0/08' has the prefix length '08'; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/+8 | '10.0.0.0/+8' has the prefix length '+8'; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/-8 | '10.0.0.0/-8' has the prefix length '-8'; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/8/8 | '10.0.0.0/8/8' has the prefix length '8/8'; write one from 0 to 32, or a netmask like 255.255.255.0",
        "10.0.0.0/4294967304 | '10.0.0.0/4294967304' has the prefix length '4294967304'; write one from 0 to 32, "
            + "or a netmask like 255.255.255.0",
        "2001:db8::/129 | '2001:db8::/129' has the prefix length '129'; write one from 0 to 128",
        "::ffff:10.0.0.0/129 | '::ffff:10.0.0.0/129' has the prefix length '129'; write one from 0 to 128",
        "300.1.1.1 | '300.1.1.1' has the octet 300; write octets from 0 to 255",
        "300.1.1.0/24 | '300.1.1.0' has the octet 300; write octets from 0 to 255",
        "010.0.0.1 | '010.0.0.1' has an octet with a leading zero, which some programs read as octal; "
            + "write it in decimal without leading zeros",
        "192.168.1.0/0.0.0.255 | '192.168.1.0/0.0.0.255' has a wildcard mask; write the netmask: 192.168.1.0/255.255.255.0, "
            + "or 192.168.1.0/24",
        "192.168.1.5/0.0.0.255 | '192.168.1.5/0.0.0.255' has a wildcard mask; write the netmask: 192.168.1.0/255.255.255.0, "
            + "or 192.168.1.0/24",
        "10.0.0.0/255.0.255.0 | '10.0.0.0/255.0.255.0' has a netmask whose one bits are not contiguous; "
            + "write a netmask like 255.255.255.0 or a prefix length from 0 to 32",
        "10.0.0.0/::ffff:255.0.0.0 | '10.0.0.0/::ffff:255.0.0.0' has a netmask whose one bits are not contiguous; "
            + "write a netmask like 255.255.255.0 or a prefix length from 0 to 32",
        "10.0.0.0/::255.0.0.0 | '10.0.0.0/::255.0.0.0' has a netmask whose one bits are not contiguous; "
            + "write a netmask like 255.255.255.0 or a prefix length from 0 to 32",
        "10.0.0.0/256.0.0.0 | '256.0.0.0' has the octet 256; write octets from 0 to 255",
        "2001:db8::/255.255.0.0 | '2001:db8::/255.255.0.0' has an IPv4 netmask on an IPv6 address; write a prefix length from 0 to 128",
        "192.168.1.0;255.255.255.0 | '192.168.1.0;255.255.255.0' separates network and netmask by ';'; write 192.168.1.0/255.255.255.0",
        "192.168.1.0; 255.255.255.0 | '192.168.1.0; 255.255.255.0' separates network and netmask by ';'; write 192.168.1.0/255.255.255.0",
        "192.168.1.* | '192.168.1.*' has a wildcard; write the network as address/prefix length, like 192.168.1.0/24",
        "10.0.0.1-10.0.0.9 | '10.0.0.1-10.0.0.9' is not a network; write a range as <range>first-last</range>",
        "2001:db8::1-2001:db8::9 | '2001:db8::1-2001:db8::9' is not a network; write a range as <range>first-last</range>",
        "my-host.example.com | 'my-host.example.com' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
        "\"\" | '' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
    })
    void shouldSayWhatIsWrongWithANetwork(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> Network.parse(text)).withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "10.0.0.20-10.0.0.10 | '10.0.0.20-10.0.0.10' is reversed; write 10.0.0.10-10.0.0.20",
        "10.0.0.1-2001:db8::1 | '10.0.0.1-2001:db8::1' mixes IPv4 and IPv6; write two addresses of one family",
        "10.0.0.1 | '10.0.0.1' is not a range; write first-last, like 10.0.0.10-10.0.0.20",
        "10.0.0.1-20 | '20' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
        "10.0.0.1- | '10.0.0.1-' is not a range; write first-last, like 10.0.0.10-10.0.0.20",
        "10.0.0.1-10.0.0.2-10.0.0.3 | '10.0.0.2-10.0.0.3' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
        "10.0.0.0/24-10.0.1.0/24 | '10.0.0.0/24' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
    })
    void shouldSayWhatIsWrongWithARange(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> Network.parseRange(text)).withMessage(message);
    }
}
