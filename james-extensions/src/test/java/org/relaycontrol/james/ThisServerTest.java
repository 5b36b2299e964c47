package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

import org.apache.commons.configuration2.XMLConfiguration;
import org.apache.commons.configuration2.io.FileHandler;
import org.junit.jupiter.api.Test;

import com.google.common.net.InetAddresses;

/** What leads back to this server. */
class ThisServerTest {

    private static ThisServer server(String... servers) throws Exception {
        XMLConfiguration configuration = new XMLConfiguration();
        new FileHandler(configuration).load(new StringReader("<smtpservers>" + String.join("", servers) + "</smtpservers>"));
        return new ThisServer(configuration, () -> Set.of(address("192.0.2.1"), address("2001:db8::1"), address("127.0.0.1")));
    }

    private static InetAddress address(String text) {
        return InetAddresses.forString(text);
    }

    private static String smtpServer(String bind, String helloName) {
        return "<smtpserver enabled=\"true\"><bind>" + bind + "</bind>" + helloName + "</smtpserver>";
    }

    @Test
    void shouldBeAtItsOwnAddressesOnThePortsItListensOn() throws Exception {
        ThisServer server = server(smtpServer("0.0.0.0:25, 192.0.2.1:2525", ""));

        assertThat(server.isAt(address("192.0.2.1"), 25)).isTrue();
        assertThat(server.isAt(address("2001:db8::1"), 25)).isTrue();
        assertThat(server.isAt(address("127.0.0.9"), 25)).isTrue();
        assertThat(server.isAt(address("0.0.0.0"), 25)).isTrue();
        assertThat(server.isAt(address("192.0.2.1"), 2525)).isTrue();
        assertThat(server.isAt(address("127.0.0.1"), 2525)).isFalse();
        assertThat(server.isAt(address("192.0.2.2"), 25)).isFalse();
        assertThat(server.isAt(address("192.0.2.1"), 26)).isFalse();
    }

    @Test
    void shouldBeKnownByTheNamesItAnnounces() throws Exception {
        ThisServer server = server(smtpServer("0.0.0.0:25", "<helloName autodetect=\"false\">MX1.Ratest.com</helloName>"),
            smtpServer("0.0.0.0:587", "<helloName autodetect=\"false\">mail.ratest.com</helloName>"));

        assertThat(server.isNamed("mx1.ratest.com")).isTrue();
        assertThat(server.isNamed("mail.ratest.com.")).isTrue();
        assertThat(server.isNamed("ratest.com")).isFalse();
        assertThat(server().isNamed("")).isFalse();
        assertThat(server(smtpServer("0.0.0.0:25", "")).isNamed(InetAddress.getLocalHost().getHostName())).isTrue();
    }

    @Test
    void shouldNotBeWhereAServerIsDisabled() throws Exception {
        ThisServer server = server("<smtpserver enabled=\"false\"><bind>0.0.0.0:25</bind></smtpserver>");

        assertThat(server.isAt(address("192.0.2.1"), 25)).isFalse();
    }

    @Test
    void shouldBeWhereItIsToldToBeReached() throws Exception {
        ThisServer server = server(smtpServer("0.0.0.0:2525", "")).reachedBy(List.of("mx.ratest.com", "203.0.113.5", "2001:db8::5"));

        assertThat(server.isNamed("mx.ratest.com")).isTrue();
        assertThat(server.isAt(address("203.0.113.5"), 25)).isTrue();
        assertThat(server.isAt(address("2001:db8::5"), 25)).isTrue();
        assertThat(server.isAt(address("203.0.113.5"), 2525)).isFalse();
        assertThat(server.isAt(address("192.0.2.1"), 2525)).isTrue();
    }
}
