package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The notation of listeners, and what they cover.
 */
class ListenerTest {

    @ParameterizedTest
    @CsvSource({
        "*:25, *:25", "10.1.1.1:25, 10.1.1.1:25", "10.1.1.1:*, 10.1.1.1:*", "[2001:DB8::1]:25, [2001:db8::1]:25", "[::1]:*, [::1]:*",
        "[::ffff:10.1.1.1]:25, 10.1.1.1:25", "*:1, *:1", "*:10925, *:10925", "*:65535, *:65535",
        "[fe80::1%eth0]:25, [fe80::1]:25", "' *:25 ', *:25",
    })
    void shouldRead(String text, String canonical) {
        assertThat(Listener.parse(text)).hasToString(canonical).isEqualTo(Listener.parse(canonical));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "0.0.0.0:25 | '0.0.0.0:25' is no address a client connects to; write *:25",
        "[::]:25 | '[::]:25' is no address a client connects to; write *:25",
        "[0:0::0]:587 | '[0:0::0]:587' is no address a client connects to; write *:587",
        "[::ffff:0.0.0.0]:25 | '[::ffff:0.0.0.0]:25' is no address a client connects to; write *:25",
        "0.0.0.0:* | '0.0.0.0:*' is no address a client connects to; leave listeners out",
        "[::]:* | '[::]:*' is no address a client connects to; leave listeners out",
        "*:* | '*:*' names every listener; leave listeners out",
        "\"\" | '' is not a listener; write address:port, *:port or address:*",
        "25 | '25' is not a listener; write address:port, *:port or address:*",
        ":25 | ':25' is not a listener; write address:port, *:port or address:*",
        "10.1.1.1 | '10.1.1.1' is not a listener; write address:port, *:port or address:*",
        "2001:db8::1:25 | '2001:db8::1:25' has an IPv6 address without brackets; write [address]:port",
        "[2001:db8::1] | '[2001:db8::1]' is not a listener; write address:port, *:port or address:*",
        "[10.1.1.1]:25 | '[10.1.1.1]:25' has brackets around what is not an IPv6 address; write 10.1.1.1:25",
        "10.1.1.1: | '10.1.1.1:' has the port ''; write a port from 1 to 65535, or * for every port of the address",
        "10.1.1.1:0 | '10.1.1.1:0' has the port '0'; write a port from 1 to 65535, or * for every port of the address",
        "*:65536 | '*:65536' has the port '65536'; write a port from 1 to 65535, or * for every port of the address",
        "*:-1 | '*:-1' has the port '-1'; write a port from 1 to 65535, or * for every port of the address",
        "*:+25 | '*:+25' has the port '+25'; write a port from 1 to 65535, or * for every port of the address",
        "*:smtp | '*:smtp' has the port 'smtp'; write a port from 1 to 65535, or * for every port of the address",
        "*: 25 | '*: 25' has the port ' 25'; write a port from 1 to 65535, or * for every port of the address",
        "*:4294967321 | '*:4294967321' has the port '4294967321'; write a port from 1 to 65535, or * for every port of the address",
        "300.1.1.1:25 | '300.1.1.1' has the octet 300; write octets from 0 to 255",
        "mail.example.com:25 | 'mail.example.com' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
        "10.1.1.0/24:25 | '10.1.1.0/24' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
    })
    void shouldSayWhatIsWrong(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> Listener.parse(text)).withMessage(message);
    }

    @Test
    void shouldCoverTheAddressAndPortItNames() {
        IpAddress here = IpAddress.parse("10.1.1.1");
        IpAddress there = IpAddress.parse("10.1.1.2");
        assertThat(Listener.parse("10.1.1.1:25").covers(here, 25)).isTrue();
        assertThat(Listener.parse("10.1.1.1:25").covers(here, 26)).isFalse();
        assertThat(Listener.parse("10.1.1.1:25").covers(there, 25)).isFalse();
        assertThat(Listener.parse("*:25").covers(there, 25)).isTrue();
        assertThat(Listener.parse("*:25").covers(there, 26)).isFalse();
        assertThat(Listener.parse("10.1.1.1:*").covers(here, 26)).isTrue();
        assertThat(Listener.parse("10.1.1.1:*").covers(there, 26)).isFalse();
        assertThat(Listener.parse("[::ffff:10.1.1.1]:25").covers(here, 25)).isTrue();
    }

    @Test
    void shouldRankAddressAndPortBeforePortBeforeAddress() {
        assertThat(Listener.parse("10.1.1.1:25").rank()).isGreaterThan(Listener.parse("*:25").rank());
        assertThat(Listener.parse("*:25").rank()).isGreaterThan(Listener.parse("10.1.1.1:*").rank());
    }
}
