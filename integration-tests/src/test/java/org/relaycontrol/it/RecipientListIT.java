package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/** Lists of recipients: who is refused at RCPT, what is relayed, and that changes of a list are picked up. */
class RecipientListIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String LISTED = "127.0.0.1";
    private static final String SENDER = "someone@elsewhere.example";
    private static final String LIST = "recipients.txt";
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <!-- %d -->",
        "  <routing recipientDelimiter='+'>",
        "    <domain name='relayed.example' action='relay' nextHop='127.0.0.1:%d' recipients='recipients.txt'/>",
        "    <domain name='routed.example' action='route' nextHop='127.0.0.1:%d' recipients='recipients.txt'/>",
        "    <domain name='open.example' action='relay' nextHop='127.0.0.1:%d'/>",
        "  </routing>",
        "  <policy><restrictions><clients><network>127.0.0.1</network></clients></restrictions></policy>",
        "</relaycontrol>");

    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        relay = NextHop.listening();
        server = RelayServer.sample("closed", "recipient-list").start();
    }

    @AfterAll
    static void stop() {
        server.close();
        relay.close();
    }

    @BeforeEach
    void bringIntoForce() {
        server.conf().write(LIST, "alice@relayed.example\npostmaster\n@all.relayed.example\nbob@routed.example\n");
        int from = server.packLogSize();
        server.conf().replace("relaycontrol.xml", String.format(POLICY, System.nanoTime(), relay.port(), relay.port(), relay.port()));
        server.awaitPackLog(from, "in force");
    }

    private static SmtpReply rcpt(String client, String recipient) {
        try (SmtpClient transaction = server.client(client)) {
            transaction.mail(SENDER);
            return transaction.rcpt(recipient);
        }
    }

    @Test
    void shouldRefuseAtRcptWhoIsNotListedAndRelayWhoIs() {
        int from = server.packLogSize();
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail(SENDER);
            assertThat(stranger.rcpt("nobody@relayed.example")).hasToString("550 5.1.1 Unknown recipient nobody@relayed.example");
            assertThat(stranger.rcpt("alice@below.relayed.example").code()).isEqualTo(550);
            assertThat(stranger.rcpt("Alice+news@Relayed.Example").code()).isEqualTo(250);
            assertThat(stranger.rcpt("\"Post\\master\"@below.relayed.example").code()).isEqualTo(250);
            assertThat(stranger.rcpt("anyone@all.relayed.example").code()).isEqualTo(250);
            assertThat(stranger.data("to the listed").code()).isEqualTo(250);
        }

        assertThat(server.awaitMails(relay, "to the listed", 1).get(0).recipients()).hasSize(3);
        assertThat(server.awaitPackLog(from, "reason=recipient-unknown", "nobody@relayed.example"))
            .contains("verdict=deny", "rule=relaycontrol.xml:4");
        assertThat(server.admin().request("GET", "/relaycontrol/refusals?reason=recipient-unknown", "").body())
            .contains("nobody@relayed.example");
        assertThat(server.admin().request("GET", "/metrics", "").body())
            .contains("relaycontrol_recipients 4", "relaycontrol_decisions_deny_recipient_unknown_total");
    }

    @Test
    void shouldTellStrangersNothingOfARouteDomain() {
        assertThat(rcpt(STRANGER, "bob@routed.example")).hasToString("550 5.7.1 Unable to relay for bob@routed.example");
        assertThat(rcpt(STRANGER, "nobody@routed.example")).hasToString("550 5.7.1 Unable to relay for nobody@routed.example");
        assertThat(rcpt(LISTED, "bob@routed.example").code()).isEqualTo(250);
        assertThat(rcpt(LISTED, "nobody@routed.example")).hasToString("550 5.1.1 Unknown recipient nobody@routed.example");
        assertThat(rcpt(STRANGER, "nobody@open.example").code()).isEqualTo(250);
    }

    @Test
    void shouldTakeAListAsItIsNowAndNoneThatIsWrong() {
        assertThat(rcpt(STRANGER, "carol@relayed.example").code()).isEqualTo(550);
        int changed = server.packLogSize();
        server.conf().write(LIST, "alice@relayed.example\ncarol@relayed.example\n");
        assertThat(server.awaitPackLog(changed, "in force")).contains("recipients 4 -> 2");
        assertThat(rcpt(STRANGER, "carol@relayed.example").code()).isEqualTo(250);
        assertThat(rcpt(STRANGER, "postmaster@relayed.example").code()).isEqualTo(550);

        int refused = server.packLogSize();
        server.conf().write(LIST, "alice@relayed.example\n*@relayed.example\ndave@elsewhere.example\n");
        server.awaitPackLog(refused, "stays in force");
        assertThat(server.admin().request("GET", "/relaycontrol/status", "").body())
            .contains("'*@relayed.example' has a wildcard; write @relayed.example", "covers elsewhere.example");
        assertThat(rcpt(STRANGER, "carol@relayed.example").code()).isEqualTo(250);
    }
}
