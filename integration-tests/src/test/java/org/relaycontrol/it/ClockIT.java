package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.Programs;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * The clock of James's machine is set forward and back while James runs (libfaketime): the wall clock, as when somebody sets it. Run by
 * {@code mvn -Psoak}, since James needs minutes to start with libfaketime on a busy machine.
 */
class ClockIT {
    private static final Resources RESOURCES = new Resources();
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <webadmin unauthenticatedWrites='true'/>",
        "  <policy name='clock'>",
        "    <routing>",
        "      <domain name='ratest.com' action='inbound'/>",
        "      <domains managed='customers.txt' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "      <domain name='always.example' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "    </routing>",
        "  </policy>",
        "</relaycontrol>");

    @TempDir
    private static Path folder;
    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Boolean.getBoolean("clock.jumps"), "run by mvn -Psoak");
        Path library = Programs.requireLibrary("faketime/libfaketime.so.1", "libfaketime");
        relay = RESOURCES.add(NextHop.listening());
        setClock("+0");
        server = RESOURCES.add(RelayServer.sample("closed", "clock")
            .conf(conf -> conf.replace("mailetcontainer.xml",
                "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                "<delayTime>1000 * 1 second</delayTime>"))
            .policy(String.format(POLICY, relay.port()))
            .environment("LD_PRELOAD", library.toString())
            .environment("FAKETIME_TIMESTAMP_FILE", folder.resolve("offset").toString())
            .environment("FAKETIME_CACHE_DURATION", "1")
            .environment("FAKETIME_DISABLE_SHM", "1")
            .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .user("alice@ratest.com", "clock-secret")
            .start());
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    /** In libfaketime's notation, relative to the true time. */
    private static void setClock(String offset) throws Exception {
        Files.writeString(folder.resolve("offset"), offset + "\n");
    }

    private static int rcpt(String recipient) {
        try (SmtpClient client = server.client("127.0.0.1")) {
            client.mail("a@sender.example");
            return client.rcpt(recipient).code();
        }
    }

    private static void relayOne(String subject) {
        try (SmtpClient client = server.client("127.0.0.1")) {
            assertThat(client.mail("a@sender.example").code()).isEqualTo(250);
            assertThat(client.rcpt("a@always.example").code()).isEqualTo(250);
            assertThat(client.data(subject).code()).isEqualTo(250);
        }
    }

    @Test
    void shouldDecideAndDeliverWhateverTheClockDoes() throws Exception {
        Instant tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        HttpResponse<String> put = server.admin().request("PUT", "/relaycontrol/policies/clock/domains/trial.example?expires=" + tomorrow,
            "{}", "Content-Type", "application/json");
        assertThat(put.statusCode()).as(put.body()).isEqualTo(201);
        assertThat(rcpt("a@trial.example")).isEqualTo(250);

        relay.answer("RCPT TO:<a@always.example>", "451 4.3.0 later");
        int logged = server.packLogSize();
        relayOne("deferred");
        server.awaitPackLog(logged, "a@always.example", "next in");
        setClock("+2d");
        RelayServer.await(() -> rcpt("a@trial.example"), code -> code == 550, () -> "the entry to expire");
        relay.obey();
        assertThat(server.awaitMails(relay, "deferred", 1)).hasSize(1);
        assertHealthy("forward");

        setClock("-30d");
        assertHealthy("back");
        int before = server.packLogSize();
        server.conf().replace("relaycontrol.xml", server.conf().read("relaycontrol.xml").replace("always.example", "still.example"));
        server.awaitPackLog(before, "in force");
        assertThat(rcpt("a@still.example")).isEqualTo(250);
        assertThat(rcpt("a@always.example")).isEqualTo(550);
        server.awaitEmptyQueues();
        assertThat(server.james().packFailures()).isEmpty();
    }

    private static void assertHealthy(String subject) {
        assertThat(rcpt("alice@ratest.com")).isEqualTo(250);
        assertThat(rcpt("a@else.example")).isEqualTo(550);
        relayOne(subject);
        assertThat(server.awaitMails(relay, subject, 1)).hasSize(1);
        assertThat(server.admin().request("GET", "/relaycontrol/decisions", "").statusCode()).isEqualTo(200);
    }
}
