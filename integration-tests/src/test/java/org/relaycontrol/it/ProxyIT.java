package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.relaycontrol.it.harness.HaProxy;
import org.relaycontrol.it.harness.Loopback;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.ProxyHeader;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * Behind the PROXY protocol, with a real HAProxy and with headers of all kinds: the policy sees the client that HAProxy sees, and the
 * address that the client connected to. Where PROXY is off, a header is a command that there is not.
 */
class ProxyIT {
    private static final Resources RESOURCES = new Resources();
    private static final String OFFICE = "127.168.1.8";
    private static final String STRANGER = "127.51.100.7";
    private static final String REFUSED = "127.66.0.9";
    /** James's own address, to which HAProxy connects; listed as internal, by mistake. */
    private static final String JAMES = "127.0.0.2";
    /** An address of HAProxy's machine that only programs of the house can reach. */
    private static final String INTERNAL = "127.0.0.9";
    /** Any other address of HAProxy's machine. */
    private static final String PUBLIC = "127.0.0.3";
    private static final String ALICE = "alice@ratest.com";
    private static final String SECRET = "proxy-secret";
    private static final byte[] COMMANDS =
        ProxyHeader.line("EHLO client.test.example\r\nMAIL FROM:<a@elsewhere.example>\r\nRCPT TO:<a@outside.example>");
    /** Stands for a listener that wants the header. */
    private static final int PROXIED_PORT = 2600;
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <accept warning='internal-address' why='test'/>",
        "  <policy name='proxied'>",
        "    <connections mode='allExcept'><network>127.66.0.0/24</network><network>2001:db8:66::/48</network></connections>",
        "    <routing smartHost='127.0.0.1:%d'><domain name='ratest.com' action='inbound'/></routing>",
        "    <restrictions>",
        "      <clients><network>127.168.1.0/24</network><network>::1</network><network>2001:db8:1::/48</network></clients>",
        "      <internalAddresses><network>127.0.0.9</network><network>127.0.0.2</network></internalAddresses>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>");

    private static final Map<HaProxy.Version, HaProxy> PROXIES = new EnumMap<>(HaProxy.Version.class);
    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        relay = RESOURCES.add(NextHop.listening());
        server = RESOURCES.add(RelayServer.sample("mail-clients", "proxy")
            .conf(conf -> {
                String smtp = conf.read("smtpserver.xml");
                String listener = smtp.substring(smtp.indexOf("  <smtpserver "), smtp.indexOf("</smtpservers>"));
                conf.write("smtpserver.xml", smtp.replace("</smtpservers>", proxied(listener) + "</smtpservers>"));
            })
            .policy(String.format(POLICY, relay.port()))
            .user(ALICE, SECRET)
            .start());
        for (HaProxy.Version version : HaProxy.Version.values()) {
            PROXIES.put(version, RESOURCES.add(HaProxy.before(JAMES, server.port(PROXIED_PORT), version)));
        }
    }

    private static String proxied(String listener) {
        return listener
            .replace("0.0.0.0:25,0.0.0.0:587", "0.0.0.0:" + PROXIED_PORT)
            .replace("<jmxName>smtpserver-25-587</jmxName>",
                "<jmxName>smtpserver-proxied</jmxName><proxyRequired>true</proxyRequired>");
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    private static SmtpClient proxied(HaProxy.Version version, String source, String to) {
        return SmtpClient.connect(source, to, PROXIES.get(version).port());
    }

    @ParameterizedTest
    @EnumSource
    void shouldPermitByAddressOfTheRealClient(HaProxy.Version version) {
        int logged = server.packLogSize();
        String recipient = version + "@outside.example";
        try (SmtpClient office = proxied(version, OFFICE, PUBLIC).ehlo()) {
            office.mail("someone@elsewhere.example");
            assertThat(office.rcpt(recipient).code()).isEqualTo(250);
            assertThat(office.data("by " + version).code()).isEqualTo(250);
        }
        assertThat(server.awaitPackLog(logged, "client-listed", recipient))
            .contains("client=" + OFFICE + " ", "local=" + PUBLIC + ":" + server.port(PROXIED_PORT));
        assertThat(server.awaitMails(relay, "by " + version, 1).get(0).recipients()).containsExactly(recipient);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotPermitStrangers(HaProxy.Version version) {
        try (SmtpClient stranger = proxied(version, STRANGER, PUBLIC).ehlo()) {
            stranger.mail("someone@elsewhere.example");
            assertThat(stranger.rcpt("a@outside.example").code()).isEqualTo(550);
            assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
            stranger.startTls();
            assertThat(stranger.auth(ALICE, SECRET).code()).isEqualTo(235);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPermitIpv6Client(HaProxy.Version version) {
        assumeTrue(Loopback.hasIpv6());
        int logged = server.packLogSize();
        try (SmtpClient six = proxied(version, "::1", "::1").ehlo()) {
            six.mail("someone@elsewhere.example");
            assertThat(six.rcpt("six@outside.example").code()).isEqualTo(250);
        }
        assertThat(server.awaitPackLog(logged, "client-listed", "six@outside.example"))
            .contains("client=::1 ", "local=[::1]:" + server.port(PROXIED_PORT));
    }

    @ParameterizedTest
    @EnumSource
    void shouldPermitByTheAddressThatTheRealClientConnectedTo(HaProxy.Version version) {
        int logged = server.packLogSize();
        try (SmtpClient program = proxied(version, STRANGER, INTERNAL).ehlo()) {
            program.mail("someone@elsewhere.example");
            assertThat(program.rcpt("inner@outside.example").code()).isEqualTo(250);
        }
        server.awaitPackLog(logged, "internal-address", "inner@outside.example", "client=" + STRANGER + " ", "local=" + INTERNAL);
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseConnectionOnceTheClientIsKnown(HaProxy.Version version) {
        int logged = server.packLogSize();
        try (SmtpClient refused = proxied(version, REFUSED, PUBLIC)) {
            assertThat(refused.greeting().code()).isEqualTo(220);
            assertThat(refused.command("EHLO client.test.example")).hasToString("554 mail.ratest.com connection refused");
            assertThat(refused.command("MAIL FROM:<a@sender.example>").code()).isEqualTo(503);
            assertThat(refused.command("RCPT TO:<" + ALICE + ">").code()).isEqualTo(503);
            assertThat(refused.command("DATA").code()).isEqualTo(503);
            assertThat(refused.closedByServer()).isTrue();
        }
        // What is logged after it is there, so what was logged before is, too.
        try (SmtpClient program = proxied(version, STRANGER, INTERNAL).ehlo()) {
            program.mail("someone@elsewhere.example");
            assertThat(program.rcpt("after-refusal@outside.example").code()).isEqualTo(250);
        }
        server.awaitPackLog(logged, "internal-address", "after-refusal@outside.example");
        assertThat(server.james().log()).noneMatch(line -> line.contains("ConnectionHook: result= (DENY"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void shouldDecideByTheHeader(String header, byte[] octets, int code) {
        try (SmtpClient client = SmtpClient.connect(STRANGER, JAMES, server.port(PROXIED_PORT)).send(octets)) {
            client.ehlo().mail("someone@elsewhere.example");
            assertThat(client.rcpt("a@outside.example").code()).isEqualTo(code);
            assertThat(client.command(new String(ProxyHeader.v1(OFFICE, PUBLIC, 25)).strip()).code()).as("a second header").isEqualTo(500);
            assertThat(client.rcpt("b@outside.example").code()).isEqualTo(code);
        }
    }

    static Stream<Arguments> shouldDecideByTheHeader() {
        return Stream.of(
            Arguments.of("v1, listed", ProxyHeader.v1(OFFICE, PUBLIC, 25), 250),
            Arguments.of("v1, stranger", ProxyHeader.v1("198.51.100.7", PUBLIC, 25), 550),
            Arguments.of("v1, IPv6, listed", ProxyHeader.v1("2001:db8:1::7", "2001:db8::25", 25), 250),
            Arguments.of("v1, IPv6, stranger", ProxyHeader.v1("2001:db8:2::7", "2001:db8::25", 25), 550),
            Arguments.of("v1, IPv4-mapped", ProxyHeader.v1("::ffff:" + OFFICE, "::ffff:" + PUBLIC, 25), 250),
            Arguments.of("v2, listed", ProxyHeader.v2(OFFICE, PUBLIC, 25, 0), 250),
            Arguments.of("v2, stranger", ProxyHeader.v2("198.51.100.7", PUBLIC, 25, 0), 550),
            Arguments.of("v2, IPv6, listed", ProxyHeader.v2("2001:db8:1::7", "2001:db8::25", 25, 0), 250),
            Arguments.of("v2, IPv6, stranger", ProxyHeader.v2("2001:db8:2::7", "2001:db8::25", 25, 0), 550),
            Arguments.of("v2, stranger, with 60,000 octets more", ProxyHeader.v2("198.51.100.7", PUBLIC, 25, 60_000), 550),
            Arguments.of("v2, internal address", ProxyHeader.v2("198.51.100.7", INTERNAL, 25, 0), 250));
    }

    /** So that it is for the header that none is taken in the next test. */
    @Test
    void shouldTakeCommandsThatComeAtOnceWithTheHeader() {
        byte[] header = ProxyHeader.v1(OFFICE, PUBLIC, 25);
        try (SmtpClient client = SmtpClient.connect(OFFICE, JAMES, server.port(PROXIED_PORT))
                .sendUntilClosed(header, COMMANDS, ProxyHeader.line("QUIT"))) {
            assertThat(client.readToEnd()).filteredOn(line -> line.startsWith("250 ")).hasSize(3);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void shouldTakeNoCommandAfterBadHeader(String header, byte[] octets) {
        // At once, so that James has the commands before it can close the connection for what is before them.
        try (SmtpClient client = SmtpClient.connect(OFFICE, JAMES, server.port(PROXIED_PORT)).sendUntilClosed(octets, COMMANDS)) {
            assertThat(client.readToEnd()).noneMatch(line -> line.startsWith("2"));
        }
    }

    static Stream<Arguments> shouldTakeNoCommandAfterBadHeader() {
        return Stream.of(
            Arguments.of("none", new byte[0]),
            Arguments.of("none, an empty line", ProxyHeader.line("")),
            Arguments.of("v1, UNKNOWN", ProxyHeader.line("PROXY UNKNOWN")),
            Arguments.of("v1, nothing more", ProxyHeader.line("PROXY")),
            Arguments.of("v1, UDP", ProxyHeader.line("PROXY UDP4 127.168.1.8 127.0.0.2 1 25")),
            Arguments.of("v1, no address", ProxyHeader.line("PROXY TCP4 127.168.1.8x 127.0.0.2 1 25")),
            Arguments.of("v1, a name", ProxyHeader.line("PROXY TCP4 localhost localhost 1 25")),
            Arguments.of("v1, address of the other family", ProxyHeader.line("PROXY TCP4 ::1 ::1 1 25")),
            Arguments.of("v1, a high port", ProxyHeader.line("PROXY TCP4 127.168.1.8 127.0.0.2 1 65536")),
            Arguments.of("v1, one word more", ProxyHeader.line("PROXY TCP4 127.168.1.8 127.0.0.2 1 25 25")),
            Arguments.of("v1, lower case", ProxyHeader.line("proxy TCP4 127.168.1.8 127.0.0.2 1 25")),
            Arguments.of("v1, NUL", ProxyHeader.line("PROXY TCP4 127.168.1.8\0 127.0.0.2 1 25")),
            Arguments.of("v1, huge", ProxyHeader.line("PROXY TCP4 127.168.1.8 127.0.0.2 1 25" + " ".repeat(100_000))),
            Arguments.of("v2, LOCAL", ProxyHeader.local()),
            Arguments.of("v2, UDP", ProxyHeader.udp()),
            Arguments.of("v2, UNIX", ProxyHeader.unix()),
            Arguments.of("v2, version 3", ProxyHeader.unknownVersion()),
            Arguments.of("v2, too short", ProxyHeader.tooShort()));
    }

    @Test
    void shouldTakeHeaderForBadCommandWhereProxyIsOff() {
        try (SmtpClient stranger = SmtpClient.connect(STRANGER, PUBLIC, server.port(25))) {
            assertThat(stranger.command(new String(ProxyHeader.v1(OFFICE, PUBLIC, 25)).strip()).code()).isEqualTo(500);
            stranger.ehlo().mail("someone@elsewhere.example");
            assertThat(stranger.rcpt("a@outside.example").code()).isEqualTo(550);
            assertThat(stranger.command(new String(ProxyHeader.v1(OFFICE, INTERNAL, 25)).strip()).code()).isEqualTo(500);
            assertThat(stranger.rcpt("a@outside.example").code()).isEqualTo(550);
        }
        // Version 2 begins with lines, the last of which is QUIT: what is no PROXY server hangs up.
        try (SmtpClient stranger = SmtpClient.connect(STRANGER, PUBLIC, server.port(25)).send(ProxyHeader.v2(OFFICE, PUBLIC, 25, 0))) {
            assertThat(stranger.readToEnd()).noneMatch(line -> line.startsWith("250"));
        }
    }

    @Test
    void shouldSurviveClientsThatGoAway() {
        for (int i = 0; i < 200; i++) {
            SmtpClient.connect(STRANGER, JAMES, server.port(PROXIED_PORT))
                .sendUntilClosed(ProxyHeader.v1(i % 2 == 0 ? REFUSED : STRANGER, PUBLIC, 25), COMMANDS)
                .reset();
        }
        shouldNotPermitStrangers(HaProxy.Version.V1);
    }
}
