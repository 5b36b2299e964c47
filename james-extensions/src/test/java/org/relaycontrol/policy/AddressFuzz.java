package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import com.ibm.icu.text.IDNA;
import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.fuzz.Invariants;

/**
 * Fuzz target: any text as address, network, range, domain name, listener and next hop. What is accepted is what Guava, ipaddress and ICU
 * take it for, and is read again to the same from the form it is written in.
 */
public final class AddressFuzz {

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.NONTRANSITIONAL_TO_UNICODE);
    private static final int LONGEST = 600;

    private AddressFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length > LONGEST) {
            return;
        }
        String text = new String(data, StandardCharsets.UTF_8);
        address(text);
        network(text);
        // A range that is a network is written as one.
        read(text, Network::parseRange, written -> written.contains("-") ? Network.parseRange(written) : Network.parse(written));
        read(text, Listener::parse);
        read(text, NextHop::parse);
        domain(text);
    }

    private static void address(String text) {
        IpAddress address = read(text, IpAddress::parse);
        if (text.indexOf('%') < 0 && text.equals(text.strip())) {
            // Guava takes the digits of all scripts.
            boolean isAddress = text.matches("\\p{ASCII}+") && InetAddresses.isInetAddress(text);
            assertThat(address).isEqualTo(isAddress ? IpAddress.of(guava(text)) : null);
        }
    }

    private static InetAddress guava(String text) {
        return InetAddresses.forString(text);
    }

    private static void network(String text) {
        Network network = read(text, Network::parse);
        if (network == null || text.indexOf('%') >= 0) {
            return;
        }
        IPAddress expected = new IPAddressString(text.strip()).getAddress();
        assertThat(expected).as(text).isNotNull();
        boolean ipv4 = network.first().isIpv4();
        assertThat(network.first()).isEqualTo(bound(expected.getLower(), ipv4));
        assertThat(network.last()).isEqualTo(bound(expected.getUpper(), ipv4));
    }

    /** An IPv6 network may end where the addresses are that are IPv4 ones when they stand alone. */
    private static IpAddress bound(IPAddress address, boolean ipv4) {
        BigInteger value = address.getValue();
        return ipv4
            ? IpAddress.of(address.withoutPrefixLength().toInetAddress())
            : IpAddress.unmapped(value.shiftRight(Long.SIZE).longValue(), value.longValue());
    }

    private static void domain(String text) {
        DomainName name = read(text, DomainName::of);
        if (name == null || name.isLiteral()) {
            return;
        }
        assertThat(name.toString()).matches("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*").hasSizeLessThanOrEqualTo(DomainName.MAX_NAME);
        if (!text.matches("\\p{ASCII}*")) {
            StringBuilder ascii = new StringBuilder();
            IDNA.Info info = new IDNA.Info();
            UTS46.nameToASCII(text, ascii, info);
            assertThat(info.getErrors()).isEmpty();
            assertThat(ascii.toString().replaceFirst("\\.$", "")).isEqualTo(name.toString());
        }
    }

    private static <T> @Nullable T read(String text, Function<String, T> parser) {
        return read(text, parser, parser);
    }

    private static <T> @Nullable T read(String text, Function<String, T> parser, Function<String, T> parserOfWritten) {
        T read;
        try {
            read = parser.apply(text);
        } catch (IllegalArgumentException e) {
            Invariants.checkRefusal(e);
            return null;
        }
        assertThat(parserOfWritten.apply(read.toString())).isEqualTo(read);
        return read;
    }
}
