package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/** Clients permitted by their host name, and a DNS that answers, fails or stays silent. */
class ClientHostIT {
    /** Far above the 250 ms an RCPT may wait, far below any DNS time-out. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <policy name='names'>",
        "    <routing><domain name='ratest.com' action='inbound'/></routing>",
        "    <restrictions><clients><domain>branch.example.com</domain></clients></restrictions>",
        "  </policy>",
        "</relaycontrol>");

    private static DnsServer dns;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        dns = DnsServer.listening("127.0.0.1", 0);
        server = RelayServer.sample("closed", "client-host")
            .conf(conf -> conf.write("relaycontrol.xml", POLICY))
            .dns(dns)
            .user("alice@ratest.com", "host-secret")
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        dns.close();
    }

    @Test
    void shouldPermitConfirmedName() {
        dns.host("pc.branch.example.com", "127.20.0.1");
        int logged = server.packLogSize();
        assertThat(rcpt("127.20.0.1", "a@else.example").code()).isEqualTo(250);
        assertThat(server.awaitPackLog(logged, "client-listed", "a@else.example")).contains("pc.branch.example.com");
    }

    @Test
    void shouldNotPermitNameThatDoesNotResolveToTheClient() {
        dns.record(DnsServer.reverse("127.20.0.2"), "PTR", "forged.branch.example.com.")
            .record("forged.branch.example.com", "A", "127.20.0.3");
        assertThat(rcpt("127.20.0.2", "a@else.example")).hasToString("550 5.7.1 Unable to relay for a@else.example");
    }

    @Test
    void shouldDeferAtOnceWhileDnsIsSilentAndPermitLater() {
        String client = "127.20.0.4";
        dns.host("late.branch.example.com", client).silence(DnsServer.reverse(client));
        Instant begin = Instant.now();
        assertThat(rcpt(client, "a@else.example").toString()).startsWith("451 4.4.3 ");
        assertThat(Duration.between(begin, Instant.now())).isLessThan(AT_ONCE);
        assertThat(rcpt(client, "alice@ratest.com").code()).as("the name does not matter").isEqualTo(250);
        dns.heal(DnsServer.reverse(client));
        RelayServer.await(() -> rcpt(client, "a@else.example").code(), code -> code == 250, () -> "a permission");
    }

    @Test
    void shouldDeferWhileDnsFails() {
        dns.fail(DnsServer.reverse("127.20.0.5"));
        assertThat(rcpt("127.20.0.5", "a@else.example").toString()).startsWith("451 4.4.3 ");
    }

    private static SmtpReply rcpt(String client, String recipient) {
        try (SmtpClient smtp = server.client(client)) {
            smtp.mail("a@sender.example");
            return smtp.rcpt(recipient);
        }
    }
}
