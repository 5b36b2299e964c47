package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.it.harness.Loopback;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** What a client sees in one SMTP session: refusals recipient by recipient, transactions, AUTH in the middle, refused connections. */
class SessionIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String LISTED = "127.168.1.8";
    private static final String REFUSED = "127.0.113.9";
    private static final String ALICE = "alice@ratest.com";
    private static final String BOB = "bob@ratest.com";
    private static final String SECRET = "session-secret";
    /** Stands for a listener whose handler chain has an RCPT handler that answers OK before the pack. */
    private static final int OPEN_HANDLER_PORT = 2600;
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <policy name='session'>",
        "    <connections mode='allExcept'><network>203.0.113.0/24</network></connections>",
        "    <routing>",
        "      <domain name='ratest.com' action='inbound'/><domain name='forgotten.example' action='inbound'/>",
        "      <domain name='relay.example' action='relay' nextHop=\"relay.test\"/>",
        "      <domain name='else.example' action='route' nextHop=\"relay.test\"/>",
        "      <domain name='spam.example' action='reject' reply='not wanted here'/>",
        "    </routing>",
        "    <restrictions>",
        "      <authenticated/>",
        "      <clients><network>192.168.1.0/24</network><network>::1</network></clients>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>");

    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        relay = NextHop.listening();
        server = RelayServer.sample("mail-clients", "session")
            .conf(conf -> {
                conf.write("relaycontrol.xml", POLICY);
                String smtp = conf.read("smtpserver.xml");
                String listener = smtp.substring(smtp.indexOf("  <smtpserver "), smtp.indexOf("</smtpservers>"));
                conf.write("smtpserver.xml", smtp.replace("</smtpservers>", openHandler(listener) + "</smtpservers>"));
            })
            .nextHop("relay.test", relay)
            .user(ALICE, SECRET)
            .user(BOB, SECRET)
            .start();
    }

    /** A listener with all that would open a stock relay: a handler that answers OK at RCPT for authorizedAddresses, and those. */
    private static String openHandler(String listener) {
        return listener
            .replace("0.0.0.0:25,0.0.0.0:587", "0.0.0.0:" + OPEN_HANDLER_PORT)
            .replace("<jmxName>smtpserver-25-587</jmxName>",
                "<jmxName>smtpserver-open</jmxName><authorizedAddresses>127.0.0.0/8</authorizedAddresses>")
            .replace("<handlerchain coreHandlersPackage=\"org.relaycontrol.smtp.RelayControlHandlers\"/>",
                "<handlerchain coreHandlersPackage=\"org.relaycontrol.smtp.RelayControlHandlers\">"
                    + "<handler class=\"org.apache.james.protocols.smtp.core.AcceptRecipientIfRelayingIsAllowed\"/></handlerchain>");
    }

    @AfterAll
    static void stop() {
        server.close();
        relay.close();
    }

    @Test
    void shouldWarnOfAnInboundDomainThatJamesDoesNotHost() {
        assertThat(server.awaitPackLog(0, "[inbound-not-hosted]")).contains("relaycontrol.xml:", "forgotten.example is inbound");
        try (SmtpClient stranger = server.client("127.51.100.7")) {
            stranger.mail("someone@elsewhere.example");
            assertThat(stranger.rcpt("x@forgotten.example")).hasToString("550 5.1.2 forgotten.example is not hosted here");
        }
    }

    @Test
    void shouldDecideRecipientByRecipient() {
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt("a@relay.example").code()).isEqualTo(250);
            assertThat(stranger.rcpt("a@else.example")).hasToString("530 5.7.0 Authentication required to relay for a@else.example");
            assertThat(stranger.rcpt("a@spam.example")).hasToString("550 5.7.1 not wanted here");
            assertThat(stranger.rcpt("a%else.example@relay.example"))
                .hasToString("550 5.7.1 Unable to relay for a%else.example@relay.example");
            assertThat(stranger.rcpt("nobody@ratest.com").toString()).startsWith("550 5.1.1 ");
            assertThat(stranger.rcpt("a@below.ratest.com").toString()).startsWith("550 5.1.2 ");
            assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
            assertThat(stranger.rcpt("b@else.example").code()).isEqualTo(530);
        }
    }

    @Test
    void shouldLogReasonPolicyRuleAndEnvelope() {
        int logged = server.packLogSize();
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("logged@sender.example");
            stranger.rcpt("logged@spam.example");
            stranger.rcpt("logged@else.example");
            stranger.rcpt("logged@relay.example");
        }
        assertThat(server.awaitPackLog(logged, "domain-rejected", "logged@spam.example"))
            .contains("session", "relaycontrol.xml:8", STRANGER, "127.0.0.2", "logged@sender.example");
        assertThat(server.awaitPackLog(logged, "not-permitted", "logged@else.example"))
            .contains("session", "relaycontrol.xml:10", STRANGER, "127.0.0.2", "logged@sender.example");
        assertThat(server.awaitPackLog(logged, "relay-domain", "logged@relay.example"))
            .contains("session", "relaycontrol.xml:6", STRANGER, "127.0.0.2", "logged@sender.example");
    }

    @Test
    void shouldForgetWithResetAndPermitAfterAuthentication() {
        try (SmtpClient client = server.client(STRANGER)) {
            client.mail("a@sender.example");
            assertThat(client.rcpt("a@relay.example").code()).isEqualTo(250);
            assertThat(client.rcpt("a@else.example").code()).isEqualTo(530);
            assertThat(client.command("RSET").code()).isEqualTo(250);
            client.mail("a@sender.example");
            assertThat(client.rcpt("a@else.example").code()).isEqualTo(530);
            client.startTls();
            assertThat(client.auth(ALICE, SECRET).code()).isEqualTo(235);
            client.mail(ALICE);
            assertThat(client.rcpt("middle@else.example").code()).isEqualTo(250);
            assertThat(client.rcpt("a@spam.example").code()).isEqualTo(550);
            assertThat(client.data("after AUTH").code()).isEqualTo(250);
            client.mail(ALICE);
            assertThat(client.rcpt("second@else.example").code()).isEqualTo(250);
            assertThat(client.data("second transaction").code()).isEqualTo(250);
        }
        RelayServer.await(relay::mails, mails -> mails.stream().filter(mail -> mail.sender().equals(ALICE)).count() == 2,
            () -> "two mails from alice");
        assertThat(relay.mails()).filteredOn(mail -> mail.sender().equals(ALICE)).extracting(NextHop.ReceivedMail::recipients)
            .containsExactlyInAnyOrder(List.of("middle@else.example"), List.of("second@else.example"));
    }

    @Test
    void shouldVerifySenderOfStrangersInEveryTransaction() {
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt("a@relay.example").code()).isEqualTo(250);
            assertThat(stranger.data("first transaction").code()).isEqualTo(250);
            assertRefusedAsLocalSender(stranger);
        }
    }

    private static void assertRefusedAsLocalSender(SmtpClient stranger) {
        assertThat(stranger.mail(ALICE).code()).isEqualTo(530);
    }

    @Test
    void shouldRefuseOthersAddressOfAuthenticatedUser() {
        try (SmtpClient alice = server.client(STRANGER).startTls()) {
            assertThat(alice.auth(ALICE, SECRET).code()).isEqualTo(235);
            assertThat(alice.mail(BOB).code()).isBetween(500, 599);
            assertThat(alice.mail(ALICE).code()).isEqualTo(250);
        }
    }

    @Test
    void shouldNotAskListedClientsToAuthenticate() {
        try (SmtpClient listed = server.client(LISTED)) {
            assertThat(listed.mail(ALICE).code()).isEqualTo(250);
            assertThat(listed.rcpt("listed@else.example").code()).isEqualTo(250);
            assertThat(listed.data("listed").code()).isEqualTo(250);
            assertThat(listed.mail(BOB).code()).isEqualTo(250);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {25, 587, OPEN_HANDLER_PORT})
    void shouldRefuseConnection(int samplePort) {
        try (SmtpClient refused = SmtpClient.connect(REFUSED, "127.0.0.2", server.port(samplePort))) {
            assertThat(refused.greeting()).hasToString("554 mail.ratest.com connection refused");
            assertThat(refused.command("EHLO client.test.example").code()).isEqualTo(503);
            assertThat(refused.command("MAIL FROM:<a@sender.example>").code()).isEqualTo(503);
            assertThat(refused.command("RCPT TO:<alice@ratest.com>").code()).isEqualTo(503);
            assertThat(refused.closedByServer()).isTrue();
        }
    }

    @Test
    void shouldLetRefusedClientQuit() {
        try (SmtpClient refused = SmtpClient.connect(REFUSED, "127.0.0.2", server.port(25))) {
            assertThat(refused.command("QUIT").code()).isEqualTo(221);
            assertThat(refused.closedByServer()).isTrue();
        }
    }

    @Test
    void shouldTakeIpv6ClientsThroughDualStackListener() {
        assumeTrue(Loopback.hasIpv6());
        try (SmtpClient client = SmtpClient.connect("::1", "::1", server.port(25)).ehlo()) {
            client.mail("a@sender.example");
            int logged = server.packLogSize();
            assertThat(client.rcpt("six@else.example").code()).isEqualTo(250);
            assertThat(server.awaitPackLog(logged, "client-listed", "six@else.example")).containsAnyOf("::1", "0:0:0:0:0:0:0:1");
        }
    }

    @Test
    void shouldNotBeOpenedByHandlerThatAnswersOk() {
        try (SmtpClient stranger = SmtpClient.connect(STRANGER, "127.0.0.2", server.port(OPEN_HANDLER_PORT)).ehlo()) {
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt("victim@else.example").code()).isEqualTo(250);
            assertThat(stranger.data("slipped by").toString()).startsWith("550 5.7.1 ");
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt("slipped@relay.example").code()).isEqualTo(250);
            assertThat(stranger.data("permitted anyway").code()).isEqualTo(250);
        }
        RelayServer.await(relay::mails, mails -> mails.stream().anyMatch(mail -> mail.recipients().contains("slipped@relay.example")),
            () -> "the permitted mail");
        assertThat(relay.mails()).noneMatch(mail -> mail.recipients().contains("victim@else.example"));
    }

    @Test
    void shouldOfferAuthenticationOnEncryptedConnectionsOnly() {
        try (SmtpClient client = server.client(STRANGER)) {
            assertThat(client.command("EHLO client.test.example").toString()).doesNotContain("AUTH").contains("STARTTLS");
            assertThat(client.startTls().command("EHLO client.test.example").toString()).contains("AUTH");
        }
    }
}
