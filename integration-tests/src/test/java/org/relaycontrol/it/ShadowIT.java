package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** A policy that is not enforced: James's own rules rule, from the connection to delivery, and the policy logs what it would do. */
class ShadowIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String REFUSED = "127.0.113.9";
    private static final String ALICE = "alice@ratest.com";
    private static final String SECRET = "shadow-secret";

    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        relay = NextHop.listening();
        server = RelayServer.sample("mail-clients", "shadow")
            .policy("<relaycontrol>"
                + "<policy name='watching' enforce='false'>"
                + "<connections><network>" + REFUSED + "</network></connections>"
                + "<routing smartHost='127.0.0.1:" + relay.port() + "'>"
                + "<domain name='relay.example' action='relay'/>"
                + "<domain name='ratest.com' action='reject'/>"
                + "</routing>"
                + "</policy></relaycontrol>")
            .user(ALICE, SECRET)
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        relay.close();
    }

    @Test
    void shouldWarnAtStart() {
        server.awaitPackLog(0, "policy watching only logs what it would do", "[not-enforced]");
    }

    @Test
    void shouldAcceptAndDeliverWhatJamesHosts() {
        int from = server.packLogSize();
        try (SmtpClient client = server.client(STRANGER)) {
            client.mail("someone@elsewhere.example");
            assertThat(client.rcpt(ALICE).code()).isEqualTo(250);
            assertThat(client.data("hosted").code()).isEqualTo(250);
        }
        server.awaitPackLog(from, "verdict=deny", "reason=domain-rejected", "enforce=false", "recipient=" + ALICE);
        server.awaitInbox(ALICE, 1);
    }

    @Test
    void shouldNotRelayForStrangersWhatThePolicyWould() {
        int from = server.packLogSize();
        try (SmtpClient client = server.client(STRANGER)) {
            client.mail("someone@elsewhere.example");
            assertThat(client.rcpt("x@relay.example").code()).isIn(530, 550);
            assertThat(client.rcpt("y@relay.example").code()).isIn(530, 550);
        }
        String first = server.awaitPackLog(from, "verdict=permit", "reason=relay-domain", "enforce=false", "recipient=x@relay.example");
        String second = server.awaitPackLog(from, "recipient=y@relay.example");
        List<String> log = server.james().log();
        assertThat(log.subList(log.indexOf(first) + 1, log.indexOf(second)).stream().filter(line -> line.contains("Hook: result= (DENY")))
            .as("James's own lines of the first refusal").singleElement().asString().contains(".AuthRequiredToRelayRcptHook: ");
    }

    @Test
    void shouldRelayForAuthenticatedClientsWhatThePolicyWouldNot() {
        int from = server.packLogSize();
        try (SmtpClient client = server.client(STRANGER)) {
            client.startTls();
            assertThat(client.auth(ALICE, SECRET).code()).isEqualTo(235);
            client.mail(ALICE);
            assertThat(client.rcpt("x@else.example").code()).isEqualTo(250);
            assertThat(client.data("authenticated").code()).isEqualTo(250);
        }
        server.awaitPackLog(from, "verdict=deny", "reason=not-permitted", "enforce=false", "recipient=x@else.example");
        assertThat(server.awaitMails(relay, "authenticated", 1)).hasSize(1);
    }

    @Test
    void shouldLetInWhomThePolicyWouldRefuse() {
        int from = server.packLogSize();
        try (SmtpClient client = server.client(REFUSED)) {
            assertThat(client.greeting().code()).isEqualTo(220);
            assertThat(client.mail("someone@elsewhere.example").code()).isEqualTo(250);
        }
        server.awaitPackLog(from, "verdict=deny", "reason=connection-refused", "enforce=false", "client=" + REFUSED);
    }

    @Test
    void shouldCompareWithACandidateThatIsPutBeside() {
        int from = server.packLogSize();
        server.conf().replace("relaycontrol.candidate.xml", "<relaycontrol><policy/></relaycontrol>");
        server.awaitPackLog(from, "Candidate policy", "is compared with the running one");
        server.conf().replace("relaycontrol.candidate.xml", "<relaycontrol/>");
        server.awaitPackLog(from, "The candidate policy has problems, nothing is compared");
        server.conf().delete("relaycontrol.candidate.xml");
        try (SmtpClient client = server.client(STRANGER)) {
            assertThat(client.mail("someone@elsewhere.example").code()).isEqualTo(250);
        }
    }
}
