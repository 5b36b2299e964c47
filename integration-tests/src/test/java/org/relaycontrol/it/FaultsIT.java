package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.IdleClients;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.ProgramRun;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/** What goes wrong around a running James: DNS that lies, a full disk, files that vanish, thousands of clients that do nothing. */
class FaultsIT {
    private static final Resources RESOURCES = new Resources();
    private static final Duration PROMPT = Duration.ofSeconds(10);
    private static final int IDLE_CLIENTS = 5_000;
    private static final int DRIPPING_CLIENTS = 200;
    private static final String ENTRIES = "/relaycontrol/policies/faults/domains/";
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <webadmin unauthenticatedWrites='true'/>",
        "  <policy name='faults'>",
        "    <routing smartHost='127.0.0.1:%1$d'>",
        "      <domain name='ratest.com' action='inbound'/>",
        "      <domains file='relay-domains.txt' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "      <domains managed='disk/customers.txt' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "    </routing>",
        "    <restrictions>",
        "      <clients><domain>branch.example.com</domain></clients>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>");

    private static DnsServer dns;
    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        dns = RESOURCES.add(DnsServer.listening("127.0.0.1", 0));
        relay = RESOURCES.add(NextHop.listening());
        server = RESOURCES.add(RelayServer.sample("closed", "faults")
            .policy(String.format(POLICY, relay.port()))
            .confOnLoopback(conf -> {
                conf.write("relay-domains.txt", "listed.example\n");
                conf.path("disk").toFile().mkdir();
            })
            .dns(dns)
            .user("alice@ratest.com", "faults-secret")
            .start());
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    private static SmtpReply rcpt(String client, String recipient) {
        try (SmtpClient smtp = server.client(client)) {
            smtp.mail("a@sender.example");
            return smtp.rcpt(recipient);
        }
    }

    /** An RCPT waits 250 ms for DNS at most, then 451 asks the client to come again. */
    private static SmtpReply awaitDecision(String client) {
        return RelayServer.await(() -> rcpt(client, "a@else.example"), reply -> reply.code() != 451, () -> "a decision");
    }

    @Test
    void shouldLookAtTheFirstOfAThousandNames() {
        String first = "127.30.0.1";
        String last = "127.30.0.2";
        for (int i = 1; i <= 1_000; i++) {
            dns.record(DnsServer.reverse(first), "PTR", "host" + i + ".branch.example.com.");
            dns.record(DnsServer.reverse(last), "PTR", "last" + i + ".branch.example.com.");
        }
        dns.record("host10.branch.example.com", "A", first).record("last1000.branch.example.com", "A", last);

        assertThat(awaitDecision(first).code()).isEqualTo(250);
        assertThat(awaitDecision(last).code()).isEqualTo(550);

        assertThat(dns.questions()).contains("last10.branch.example.com. A").doesNotContain("last11.branch.example.com. A");
    }

    @Test
    void shouldNotFollowAliasesInCircles() {
        String client = "127.30.0.3";
        dns.record(DnsServer.reverse(client), "PTR", "loop.branch.example.com.")
            .record("loop.branch.example.com", "CNAME", "pool.branch.example.com.")
            .record("pool.branch.example.com", "CNAME", "loop.branch.example.com.");
        String reverseLoop = "127.30.0.4";
        dns.record(DnsServer.reverse(reverseLoop), "CNAME", "4.0.30.127.loop.example.")
            .record("4.0.30.127.loop.example", "CNAME", DnsServer.reverse(reverseLoop));

        for (String looping : List.of(client, reverseLoop)) {
            assertThat(rcpt(looping, "a@else.example").code()).isIn(451, 550);
            assertThat(rcpt(looping, "a@listed.example").code()).as("the name does not matter").isEqualTo(250);
        }
        assertThat(dns.questions().stream().filter(question -> question.contains("loop.")).count()).isLessThan(100);
    }

    @Test
    void shouldNotBelieveReverseNamesAlone() {
        String client = "127.30.0.5";
        dns.record(DnsServer.reverse(client), "PTR", "pc.branch.example.com.").record("pc.branch.example.com", "A", "127.30.0.99");

        assertThat(awaitDecision(client).code()).isEqualTo(550);
    }

    @Test
    void shouldGoOnWithTheLastPolicyWithoutItsListFile() {
        int logged = server.packLogSize();
        server.conf().delete("relay-domains.txt");

        server.awaitPackLog(logged, "ERROR", "the one before stays in force");
        assertThat(server.james().log())
            .anySatisfy(line -> assertThat(line).startsWith("relaycontrol.xml:6: ").contains("relay-domains.txt"));
        assertThat(rcpt("127.0.0.1", "a@listed.example").code()).isEqualTo(250);
        assertThat(server.admin().request("GET", "/healthcheck", "").body()).contains("relay-domains.txt");

        server.conf().replace("relay-domains.txt", "listed.example\nsecond.example\n");
        RelayServer.await(() -> rcpt("127.0.0.1", "a@second.example").code(), code -> code == 250, () -> "the new list");
        assertThat(server.james().packLog().stream().skip(logged).filter(line -> line.contains("[ERROR]"))).hasSize(1);
    }

    @Test
    void shouldKeepTheOldListWhereTheDiskIsFull() throws Exception {
        Path disk = server.conf().path("disk");
        assumeTrue(ProgramRun.of("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()).status() == 0, "mounting is for root");
        try {
            assertThat(put("first.example").statusCode()).isEqualTo(201);
            byte[] before = Files.readAllBytes(disk.resolve("customers.txt"));
            List<Path> filesBefore = files(disk);
            fill(disk.resolve("filler"));
            int logged = server.packLogSize();

            HttpResponse<String> refused = put("second.example");

            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
            assertThat(refused.body()).contains("customers.txt", "No space left on device");
            server.awaitPackLog(logged, "ERROR", "customers.txt", "No space left on device");
            assertThat(Files.readAllBytes(disk.resolve("customers.txt"))).isEqualTo(before);
            Files.delete(disk.resolve("filler"));
            assertThat(files(disk)).isEqualTo(filesBefore);
            assertThat(rcpt("127.0.0.1", "a@first.example").code()).isEqualTo(250);
            assertThat(rcpt("127.0.0.1", "a@second.example").code()).isEqualTo(550);
            assertThat(put("second.example").statusCode()).isEqualTo(201);
            assertThat(rcpt("127.0.0.1", "a@second.example").code()).isEqualTo(250);
        } finally {
            assertThat(ProgramRun.of("umount", disk.toString()).status()).isZero();
        }
    }

    private static HttpResponse<String> put(String domain) {
        return server.admin().request("PUT", ENTRIES + domain, "{}", "Content-Type", "application/json");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().collect(Collectors.toList());
        }
    }

    /** Writes until not one octet more has room. */
    private static void fill(Path file) throws IOException {
        try (FileChannel filler = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int size = 4096; size > 0;) {
                try {
                    filler.write(ByteBuffer.allocate(size));
                } catch (IOException e) {
                    size /= 2;
                }
            }
        }
    }

    @Test
    void shouldServeOthersBesideThousandsOfIdleClients() {
        try (IdleClients idle = IdleClients.connect(IDLE_CLIENTS, "127.0.0.2", server.port(25))) {
            idle.awaitGreetings();
            assertThat(server.james().descriptors()).isGreaterThan(IDLE_CLIENTS);
            assertPromptAndRight();
        }
        RelayServer.await(() -> server.james().descriptors(), open -> open < IDLE_CLIENTS / 2, () -> "closed connections");
    }

    @Test
    void shouldServeOthersBesideClientsThatDrip() {
        byte[] endless = ("EHLO " + "x".repeat(900)).getBytes(StandardCharsets.US_ASCII);
        byte[] message = "EHLO slow.example\r\nMAIL FROM:<a@slow.example>\r\nRCPT TO:<alice@ratest.com>\r\nDATA\r\n"
            .getBytes(StandardCharsets.US_ASCII);
        try (IdleClients commands = IdleClients.connect(DRIPPING_CLIENTS, "127.0.0.2", server.port(25));
                IdleClients messages = IdleClients.connect(DRIPPING_CLIENTS, "127.0.0.2", server.port(25))) {
            commands.awaitGreetings();
            messages.awaitGreetings();
            messages.send(message);
            for (int i = 0; i < 20; i++) {
                commands.send(new byte[] {endless[i]});
                messages.send(new byte[] {'x'});
                assertPromptAndRight();
            }
        }
    }

    private static void assertPromptAndRight() {
        long begin = System.nanoTime();
        for (Map.Entry<String, Integer> expected : Map.of("a@listed.example", 250, "alice@ratest.com", 250, "a@else.example", 550,
            "alice%else.example@ratest.com", 550).entrySet()) {
            assertThat(rcpt("127.0.0.1", expected.getKey()).code()).as(expected.getKey()).isEqualTo(expected.getValue());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PROMPT);
    }
}
