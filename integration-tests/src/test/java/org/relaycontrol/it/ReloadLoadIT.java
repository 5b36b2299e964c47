package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.RcptLoad;
import org.relaycontrol.it.harness.RelayServer;

/**
 * Under load, the policy is changed again and again between two versions that differ in one domain, bad files among them. Each version
 * consists of a policy file, which has the text of the reply, and a list file, which has the domain, so that a mixture shows. How many is
 * set by the system properties {@code reload.reloads}, {@code reload.badFiles} and {@code reload.rate} (RCPT a second); with
 * {@code reload.strict=true} the rate must be kept and replies may take three times as long at most, otherwise ten times, since machines
 * that build are noisy.
 */
class ReloadLoadIT {
    private static final int RELOADS = Integer.getInteger("reload.reloads", 25);
    private static final int BAD_FILES = Integer.getInteger("reload.badFiles", 9);
    private static final int RATE = Integer.getInteger("reload.rate", 2000);
    private static final boolean STRICT = Boolean.getBoolean("reload.strict");
    private static final int SESSIONS = 20;
    private static final Duration WITHOUT_RELOADS = Duration.ofSeconds(10);
    private static final double SLOWEST_NOISE_MILLIS = 200;
    private static final long LARGEST_GROWTH = 8_000_000;

    private static final String STRANGER = "127.51.100.7";
    private static final String ALICE = "alice@ratest.com";
    private static final List<String> VERSIONS = List.of("one", "two");
    private static final List<String> RECIPIENTS = List.of("x@one.example", "x@two.example", ALICE, "x@else.example");
    private static final String REST = "|250 2.1.5 Recipient <" + ALICE + "> OK|550 5.7.1 Unable to relay for x@else.example";
    private static final String BY_ONE = "550 5.7.1 by version one|550 5.7.1 Unable to relay for x@two.example" + REST;
    private static final String BY_TWO = "550 5.7.1 Unable to relay for x@one.example|550 5.7.1 by version two" + REST;

    private static RelayServer server;
    private final Random random = new Random(20270101);
    private int folders;

    @BeforeAll
    static void start() {
        server = RelayServer.sample("mail-clients", "reload-load")
            .policy(policy("one"))
            .confOnLoopback(conf -> {
                try {
                    Files.createDirectories(conf.path("map"));
                    Files.createDirectories(conf.path("map/..0"));
                    Files.writeString(conf.path("map/..0/list.txt"), list("one"));
                    Files.writeString(conf.path("map/..0/relaycontrol.xml"), policy("one"));
                    Files.createSymbolicLink(conf.path("map/..data"), Path.of("..0"));
                    Files.createSymbolicLink(conf.path("map/list.txt"), Path.of("..data/list.txt"));
                    Files.delete(conf.path("relaycontrol.xml"));
                    Files.createSymbolicLink(conf.path("relaycontrol.xml"), Path.of("map/..data/relaycontrol.xml"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            })
            .user(ALICE, "reload-load-secret")
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String policy(String version) {
        return "<relaycontrol>\n<policy name='bar'>\n<routing>\n<domain name='ratest.com' action='inbound'/>\n"
            + "<domains file='map/list.txt' action='reject' reply='by version " + version + "'/>\n</routing>\n</policy>\n</relaycontrol>\n";
    }

    private static String list(String version) {
        return "other.example\n" + version + ".example\n";
    }

    /** Puts both files in their places at once, as Kubernetes does. */
    private void turn(byte[] policy, String version) {
        try {
            Path map = server.conf().path("map");
            Path data = Files.createDirectory(map.resolve(".." + ++folders));
            Files.write(data.resolve("relaycontrol.xml"), policy);
            Files.writeString(data.resolve("list.txt"), list(version));
            Path link = Files.createSymbolicLink(map.resolve("..data_tmp"), data.getFileName());
            Files.move(link, map.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] bad(int number, String version) {
        String good = policy(version);
        switch (number % 3) {
            case 0:
                return good.substring(0, random.nextInt(good.indexOf("</relaycontrol>"))).getBytes(StandardCharsets.UTF_8);
            case 1:
                byte[] octets = new byte[1 + random.nextInt(4000)];
                random.nextBytes(octets);
                return octets;
            default:
                List<String> names = List.of("policy name", "routing>\n<", "action=", "domains file", "<domain ", "reject", "inbound");
                String name = names.get(random.nextInt(names.size()));
                return good.replace(name, "x" + random.nextInt(1000) + name).getBytes(StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldAnswerEveryRecipientByOnePolicyWhateverChanges() {
        RcptLoad.Result without;
        try (RcptLoad load = load()) {
            long end = System.nanoTime() + WITHOUT_RELOADS.toNanos();
            RelayServer.await(System::nanoTime, now -> now > end, () -> "some time of load");
            without = load.end();
        }
        Heap before = Heap.of(server.james().liveObjects());
        int logged = server.packLogSize();
        RcptLoad.Result with;
        int refused = 0;
        try (RcptLoad load = load()) {
            int bad = 0;
            for (int i = 1; i <= RELOADS; i++) {
                String version = VERSIONS.get(i % 2);
                while (bad * RELOADS < i * BAD_FILES) {
                    int from = server.packLogSize();
                    turn(bad(bad++, version), version);
                    server.awaitPackLog(from, "[ERROR]", "has problems, the one before stays in force");
                    refused++;
                }
                int from = server.packLogSize();
                turn(policy(version).getBytes(StandardCharsets.UTF_8), version);
                server.awaitPackLog(from, "in force, SHA-256");
            }
            with = load.end();
        }
        Heap after = Heap.of(server.james().liveObjects());

        System.out.println("without reloads: " + without);
        System.out.println("with " + RELOADS + " reloads and " + refused + " bad files: " + with);
        System.out.println("live after garbage collection: " + before + " before, " + after + " after");
        assertThat(without.failures()).isEmpty();
        assertThat(with.failures()).as("connections dropped").isEmpty();
        assertThat(without.answers()).containsExactly(BY_ONE);
        assertThat(with.answers()).as("answers by one policy").containsExactlyInAnyOrder(BY_ONE, BY_TWO);
        assertThat(refused).isEqualTo(BAD_FILES);
        List<String> log = server.james().packLog().subList(logged, server.packLogSize());
        assertThat(log).filteredOn(line -> line.contains(" in force, SHA-256")).as("policies that came into force").hasSize(RELOADS);
        assertThat(log).filteredOn(line -> line.contains("[ERROR]")).as("files that were refused").hasSize(BAD_FILES);
        assertThat(server.admin().request("GET", "/relaycontrol/status", "").body())
            .contains("\"loads\":" + (RELOADS + 1) + ",\"failed_loads\":" + BAD_FILES + ",\"stale\":false");
        assertThat(after.policies).as("policies in memory").isEqualTo(before.policies).isEqualTo(1);
        assertThat(after.octets - before.octets).as("growth of the heap").isLessThan(LARGEST_GROWTH);
        if (STRICT) {
            assertThat(with.rate()).as("RCPT a second").isGreaterThan(0.95 * RATE);
        }
        double limit = without.millis(0.999) * (STRICT ? 3 : 10);
        assertThat(with.millis(0.999)).isLessThan(STRICT ? limit : Math.max(SLOWEST_NOISE_MILLIS, limit));
    }

    private static RcptLoad load() {
        return RcptLoad.begin(() -> server.client(STRANGER), SESSIONS, RATE, RECIPIENTS);
    }

    /** What lives in the heap of James. */
    private static final class Heap {
        private static final Pattern POLICIES = Pattern.compile(
            "\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+org\\.relaycontrol\\.policy\\.RelayPolicies\\b.*");
        private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
        private final long policies;
        private final long octets;

        private Heap(long policies, long octets) {
            this.policies = policies;
            this.octets = octets;
        }

        private static Heap of(List<String> histogram) {
            return new Heap(number(POLICIES, histogram), number(TOTAL, histogram));
        }

        private static long number(Pattern pattern, List<String> lines) {
            return lines.stream().map(pattern::matcher).filter(Matcher::matches).mapToLong(found -> Long.parseLong(found.group(1)))
                .findFirst().orElseThrow(() -> new IllegalStateException("no " + pattern + " in " + lines));
        }

        @Override
        public String toString() {
            return String.format("%,d octets, %d RelayPolicies", octets, policies);
        }
    }
}
