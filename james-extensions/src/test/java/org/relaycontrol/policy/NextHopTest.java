package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import nl.jqno.equalsverifier.EqualsVerifier;

/** The notation of one next hop, and the text of each refusal. */
class NextHopTest {

    @ParameterizedTest
    @CsvSource({
        "mail.example.com,       HOST,    mail.example.com, 25",
        "mail.example.com:587,   HOST,    mail.example.com, 587",
        "MAIL.Example.COM.:1,    HOST,    mail.example.com, 1",
        "mailhub,                HOST,    mailhub,          25",
        "mx1:2525,               HOST,    mx1,              2525",
        "mx1:10925,              HOST,    mx1,              10925",
        "192.0.2.1,              ADDRESS, 192.0.2.1,        25",
        "192.0.2.1:65535,        ADDRESS, 192.0.2.1,        65535",
        "[2001:DB8::1],          ADDRESS, 2001:db8::1,      25",
        "[::1]:2525,             ADDRESS, ::1,              2525",
        "[::ffff:192.0.2.1]:25,  ADDRESS, 192.0.2.1,        25",
        "mx:Example.COM,         MX,      example.com,      25",
        "MX:example.com.,        MX,      example.com,      25",
        "smtps:Mail.example.com, HOST,    mail.example.com, 465",
        "SMTPS:mailhub:25,       HOST,    mailhub,          25",
        "smtps:192.0.2.1,        ADDRESS, 192.0.2.1,        465",
        "smtps:[::1],            ADDRESS, ::1,              465",
        "smtps:[2001:db8::1]:99, ADDRESS, 2001:db8::1,      99",
    })
    void shouldReadEachNotation(String text, NextHop.Kind kind, String host, int port) {
        NextHop hop = NextHop.parse("  " + text + "\t");

        assertThat(hop.kind()).isEqualTo(kind);
        assertThat(hop.host()).isEqualTo(host);
        assertThat(hop.port()).isEqualTo(port);
        assertThat(hop.smtps()).isEqualTo(text.toLowerCase(Locale.ROOT).startsWith("smtps:"));
        assertThat(hop).hasToString(hop.smtps() ? "smtps:" + text.substring("smtps:".length()) : text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                  | the next hop is empty; write host, host:port, [IPv6]:port or mx:domain",
        "a b                 | 'a b' contains white space; separate next hops with commas",
        "a;b                 | 'a;b' contains a semicolon; separate next hops with commas",
        "smtp://a.example:25 | 'smtp://a.example:25' is a URL; write a.example:25",
        "a:0                 | 'a:0' has the port '0'; write a port from 1 to 65535",
        "a:65536             | 'a:65536' has the port '65536'; write a port from 1 to 65535",
        "a:                  | 'a:' has the port ''; write a port from 1 to 65535",
        "a:025               | 'a:025' has the port '025'; write a port from 1 to 65535",
        "a:smtp              | 'a:smtp' has the port 'smtp'; write a port from 1 to 65535",
        "a:-1                | 'a:-1' has the port '-1'; write a port from 1 to 65535",
        "a:99999999999       | 'a:99999999999' has the port '99999999999'; write a port from 1 to 65535",
        ":25                 | ':25' has no host; write host, host:port, [IPv6]:port or mx:domain",
        "joe@a.example       | 'joe@a.example' is a mail address; write the host alone",
        "2001:db8::1         | '2001:db8::1' is an IPv6 address without brackets; write [2001:db8::1]",
        "a:1:2               | 'a:1:2' has more than one colon; write host, host:port, [IPv6]:port or mx:domain",
        "[2001:db8::1        | '[2001:db8::1' lacks the closing bracket; write an IPv6 address like [2001:db8::1]:25",
        "[IPv6:2001:db8::1]  | '[IPv6:2001:db8::1]' is written like an address literal; write [2001:db8::1]",
        "[192.0.2.1]:25      | '[192.0.2.1]:25' has brackets around something else than an IPv6 address; write 192.0.2.1:25",
        "[a.example]         | '[a.example]' has brackets around something else than an IPv6 address; write a.example",
        "[]                  | '[]' has brackets around something else than an IPv6 address; write [2001:db8::1]:25",
        "[fe80::1%eth0]:25   | '[fe80::1%eth0]:25' has a zone id; write an address that is not link-local",
        "[::1]25             | '[::1]25' has '25' after the bracket; write [::1]:port",
        "mx:                 | 'mx:' names no domain; write mx:example.com",
        "mx:a.example:25     | 'mx:a.example:25' has a port, but mail exchangers listen on port 25; "
            + "write mx:a.example, or a.example:25 for the host of that name",
        "mx:192.0.2.1        | 'mx:192.0.2.1' is an address, which has no MX; write 192.0.2.1",
        "mx:[::1]            | 'mx:[::1]' is an address, which has no MX; write [::1]",
        "0.0.0.0:25          | '0.0.0.0:25' is no address of one host; write the server that takes this mail",
        "smtps:[0::0]        | 'smtps:[0::0]' is no address of one host; write the server that takes this mail",
        "smtps:              | 'smtps:' names no host; write smtps:host or smtps:host:port",
        "smtps:465           | 'smtps:465' names no host; write smtps:host or smtps:host:port",
        "smtps::465          | 'smtps::465' has no host; write host, host:port, [IPv6]:port or mx:domain",
        "smtps://a.example:1 | 'smtps://a.example:1' is a URL; write smtps:a.example:1",
        "smtps://            | 'smtps://' is a URL; write host:port",
        "smtps:a:0           | 'smtps:a:0' has the port '0'; write a port from 1 to 65535",
        "smtps:mx:a.example  | 'smtps:mx:a.example' asks mail exchangers for smtps, but they listen on port 25 without; write mx:a.example",
        "smtps:2001:db8::1   | 'smtps:2001:db8::1' is an IPv6 address without brackets; write smtps:[2001:db8::1]",
        "smtps:[2001:db8::1  | 'smtps:[2001:db8::1' lacks the closing bracket; write an IPv6 address like smtps:[2001:db8::1]:465",
        "smtps:[192.0.2.1]   | 'smtps:[192.0.2.1]' has brackets around something else than an IPv6 address; write smtps:192.0.2.1",
        "smtps:[::1]25       | 'smtps:[::1]25' has '25' after the bracket; write smtps:[::1]:port",
        "smtps:joe@a.example | 'smtps:joe@a.example' is a mail address; write the host alone",
    })
    void shouldSayWhatIsWrongAndWhatToWrite(String text, String message) {
        assertThatThrownBy(() -> NextHop.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"010.0.0.1", "300.1.1.1:25", "1.2.3", "25", "[1::2::3]", "a..b", "a/24", "*.example.com", "a!c", "mx:a@b"})
    void shouldRefuseWhatIsNeitherHostNorAddress(String text) {
        assertThatThrownBy(() -> NextHop.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("; write");
    }

    @Test
    void shouldMakeTheMailExchangersOfADomain() {
        assertThat(NextHop.mx(DomainName.of("Example.com"))).isEqualTo(NextHop.parse("mx:example.com")).hasToString("mx:example.com");
    }

    @Test
    void shouldRefuseTheMailExchangersOfAnAddress() {
        assertThatThrownBy(() -> NextHop.mx(DomainName.of("[192.0.2.1]"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldBeEqualWhereverItIsTheSamePlace() {
        EqualsVerifier.forClass(NextHop.class).withNonnullFields("kind", "host").withIgnoredFields("text").verify();
    }
}
