package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** Every sample boots, and does what its README says. */
class SamplesIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String ALICE = "alice@ratest.com";
    private static final String BOB = "bob@huntsville.ratest.com";
    private static final String MALLORY = "mallory@ratest.com";
    private static final String SECRET = "sample-secret";

    @Test
    void closedShouldRelayNothing() {
        try (RelayServer server = RelayServer.sample("closed", "sample-closed").user(ALICE, SECRET).start();
                SmtpClient stranger = server.client(STRANGER)) {
            assertNoComplaints(server);
            stranger.mail("someone@elsewhere.example");
            assertThat(stranger.rcpt("nobody@ratest.com").toString()).startsWith("550 5.1.1 ");
            assertThat(stranger.rcpt("alice@below.ratest.com").toString()).startsWith("550 5.1.2 ");
            assertThat(stranger.rcpt("x@else.example")).hasToString("550 5.7.1 Unable to relay for x@else.example");
            assertThat(server.awaitPackLog(0, "reroute-off", "x@else.example")).contains("relaycontrol.xml:");
            assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
            assertThat(stranger.data("inbound").code()).isEqualTo(250);
            server.awaitInbox(ALICE, 1);
            assertThat(stranger.command("EHLO again.test.example").toString()).doesNotContain("AUTH");
        }
    }

    private static void assertNoComplaints(RelayServer server) {
        assertThat(server.james().packLog()).isNotEmpty().noneMatch(line -> line.contains("[WARN ]") || line.contains("[ERROR]"));
    }

    @Test
    void mxGatewayShouldGoByItsRoutingList() {
        try (NextHop robichaux = NextHop.listening();
                RelayServer server = RelayServer.sample("mx-gateway", "sample-mx-gateway")
                    .nextHop("mail.robichaux.net", robichaux).user(ALICE, SECRET).user(BOB, SECRET).start();
                SmtpClient stranger = server.client(STRANGER)) {
            assertNoComplaints(server);
            stranger.mail("someone@elsewhere.example");
            assertThat(stranger.rcpt("x@spam.example")).hasToString("550 5.7.1 spam.example is not wanted here");
            assertThat(stranger.rcpt("x@else.example")).hasToString("550 5.7.1 Unable to relay for x@else.example");
            assertThat(server.awaitPackLog(0, "domain-rejected", "x@spam.example")).contains("relaycontrol.xml:");
            assertThat(server.awaitPackLog(0, "not-permitted", "x@else.example")).contains("someone@elsewhere.example", STRANGER);
            assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
            assertThat(stranger.rcpt(BOB).code()).isEqualTo(250);
            assertThat(stranger.rcpt("paul@robichaux.net").code()).isEqualTo(250);
            assertThat(stranger.rcpt("Paul+list@lab.robichaux.net").code()).isEqualTo(250);
            assertThat(stranger.rcpt("nobody@robichaux.net").toString()).startsWith("550 5.1.1 ");
            assertThat(stranger.rcpt("abuse@lab.robichaux.net").toString()).startsWith("550 5.1.1 ");
            assertThat(stranger.data("four recipients").code()).isEqualTo(250);
            server.awaitInbox(ALICE, 1);
            server.awaitInbox(BOB, 1);
            assertThat(server.awaitMails(robichaux, 1).get(0).recipients())
                .containsExactlyInAnyOrder("paul@robichaux.net", "Paul+list@lab.robichaux.net");
            assertThat(server.awaitPackLog(0, "relay-domain", "paul@robichaux.net")).contains("relaycontrol.xml:");
        }
    }

    @Test
    void mailClientsShouldRelayForUsersAndTheOffice() {
        try (NextHop isp = NextHop.listening();
                RelayServer server = RelayServer.sample("mail-clients", "sample-mail-clients")
                    .nextHop("smtp.isp.example", isp).user(ALICE, SECRET).user(MALLORY, SECRET).start()) {
            assertNoComplaints(server);
            try (SmtpClient stranger = server.client(STRANGER)) {
                stranger.mail("someone@elsewhere.example");
                assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
                assertThat(stranger.rcpt("x@else.example")).hasToString("530 5.7.0 Authentication required to relay for x@else.example");
            }
            try (SmtpClient alice = server.client(STRANGER).startTls()) {
                assertThat(alice.auth(ALICE, SECRET).code()).isEqualTo(235);
                alice.mail(ALICE);
                assertThat(alice.rcpt("user@else.example").code()).isEqualTo(250);
                assertThat(alice.data("authenticated").code()).isEqualTo(250);
                assertThat(alice.mail(MALLORY).code()).isBetween(500, 599);
            }
            try (SmtpClient office = server.client("127.168.1.8")) {
                office.mail(ALICE);
                assertThat(office.rcpt("office@else.example").code()).isEqualTo(250);
                assertThat(office.data("office").code()).isEqualTo(250);
            }
            try (SmtpClient program = SmtpClient.connect("127.0.0.1", "127.0.0.1", server.port(587)).ehlo()) {
                program.mail("root@ratest.com");
                assertThat(program.rcpt("program@else.example").code()).isEqualTo(250);
                assertThat(program.data("program").code()).isEqualTo(250);
            }
            try (SmtpClient printer = server.client("127.168.1.66").startTls()) {
                assertThat(printer.auth(ALICE, SECRET).code()).isEqualTo(235);
                printer.mail(ALICE);
                assertThat(printer.rcpt("x@else.example")).hasToString("550 5.7.1 Unable to relay for x@else.example");
                assertThat(printer.rcpt(MALLORY).code()).isEqualTo(250);
            }
            try (SmtpClient mallory = server.client(STRANGER).startTls()) {
                assertThat(mallory.auth(MALLORY, SECRET).code()).isEqualTo(235);
                mallory.mail(MALLORY);
                assertThat(mallory.rcpt("x@else.example")).hasToString("550 5.7.1 Unable to relay for x@else.example");
            }
            assertThat(server.awaitMails(isp, 3)).extracting(NextHop.ReceivedMail::subject)
                .containsExactlyInAnyOrder("authenticated", "office", "program");
        }
    }

    @Test
    void twoVirtualServersShouldDifferByPort() {
        try (NextHop isp = NextHop.listening();
                NextHop robichaux = NextHop.listening();
                RelayServer server = RelayServer.sample("two-virtual-servers", "sample-two-virtual-servers")
                    .nextHop("smtp.isp.example", isp).nextHop("mail.robichaux.net", robichaux)
                    .user(ALICE, SECRET).user(BOB, SECRET).start()) {
            assertNoComplaints(server);
            try (SmtpClient stranger = server.client(STRANGER)) {
                stranger.mail("someone@elsewhere.example");
                assertThat(stranger.rcpt("x@else.example")).hasToString("550 5.7.1 Unable to relay for x@else.example");
                assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
                assertThat(stranger.rcpt(BOB).code()).isEqualTo(250);
                assertThat(stranger.rcpt("paul@robichaux.net").code()).isEqualTo(250);
                assertThat(stranger.data("port 25").code()).isEqualTo(250);
            }
            try (SmtpClient user = SmtpClient.connect(STRANGER, "127.0.0.2", server.port(587)).ehlo()) {
                user.mail("someone@elsewhere.example");
                assertThat(user.rcpt(ALICE).toString()).startsWith("530 5.7.0 ");
                user.startTls();
                assertThat(user.auth(ALICE, SECRET).code()).isEqualTo(235);
                user.mail(ALICE);
                assertThat(user.rcpt(BOB).code()).isEqualTo(250);
                assertThat(user.rcpt("paul@robichaux.net").code()).isEqualTo(250);
                assertThat(user.rcpt("user@else.example").code()).isEqualTo(250);
                assertThat(user.data("port 587").code()).isEqualTo(250);
            }
            assertThat(server.awaitMails(robichaux, 2)).extracting(NextHop.ReceivedMail::subject)
                .containsExactlyInAnyOrder("port 25", "port 587");
            assertThat(server.awaitMails(isp, 1).get(0).recipients()).containsExactly("user@else.example");
            server.awaitInbox(ALICE, 1);
            server.awaitInbox(BOB, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"internal-smart-host", "high-volume-relay"})
    void shouldServeInnerHostsOnly(String sample) {
        try (NextHop isp = NextHop.listening();
                RelayServer server = RelayServer.sample(sample, "sample-" + sample)
                    .nextHop("smtp.isp.example", isp).user(ALICE, SECRET).start()) {
            assertNoComplaints(server);
            try (SmtpClient inner = server.client("127.168.10.5")) {
                inner.mail("printer@ratest.com");
                assertThat(inner.rcpt(ALICE).code()).isEqualTo(250);
                assertThat(inner.rcpt("customer@else.example").code()).isEqualTo(250);
                assertThat(inner.data("invoice").code()).isEqualTo(250);
            }
            try (SmtpClient stranger = SmtpClient.connect(STRANGER, "127.0.0.2", server.port(25))) {
                assertThat(stranger.greeting()).hasToString("554 mail.ratest.com connection refused");
            }
            if (sample.equals("internal-smart-host")) {
                assertThat(server.awaitPackLog(0, "connection-refused", STRANGER)).contains("relaycontrol.xml:");
            }
            assertThat(server.awaitMails(isp, 1).get(0).recipients()).containsExactly("customer@else.example");
            server.awaitInbox(ALICE, 1);
        }
    }
}
