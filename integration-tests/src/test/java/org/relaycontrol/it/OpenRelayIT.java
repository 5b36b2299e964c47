package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.relaycontrol.it.demo.Scenario;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.Loopback;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.ProgramRun;
import org.relaycontrol.it.harness.Programs;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * No sample relays for a stranger: not in the pack's own battery, which sends a message wherever a recipient is accepted, nor in nmap's,
 * nor what swaks sends; over IPv4 and IPv6, with several local domains, without and with catch-alls and with a mapping that would expand
 * sender-specified routing. Every next hop of the sample and every mail exchanger of every domain there is leads to one sink.
 */
class OpenRelayIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String SERVER = "127.0.0.2";
    private static final String OFFICE = "127.168.1.8";
    private static final String INNER_HOST = "127.168.10.5";
    private static final Set<Scenario> FOR_INNER_HOSTS = Set.of(Scenario.INTERNAL_SMART_HOST, Scenario.HIGH_VOLUME_RELAY);
    private static final String VICTIM = "victim@outside.example";
    private static final String ALICE = "alice@ratest.com";
    private static final String BOB = "bob@second.example";
    private static final String SECRET = "open-relay-secret";
    private static final String EXCHANGER = "127.0.53.25";
    private static final Pattern TESTS = Pattern.compile("(?m)^(closed|open|not known): .*, (\\d+) tests(?:: (\\d+) refused)?$");

    @ParameterizedTest
    @EnumSource
    void shouldRelayNothingForStrangers(Scenario sample) throws Exception {
        Path nmap = Programs.require("nmap", "nmap");
        Path swaks = Programs.require("swaks", "swaks");
        assumeTrue(Loopback.canListen(EXCHANGER, 25), "port 25, where mail exchangers listen, is for root");
        try (Resources resources = new Resources()) {
            NextHop internet = resources.add(NextHop.listening(EXCHANGER, 25, mail -> { }));
            DnsServer dns = resources.add(DnsServer.listening("127.0.0.1", 0))
                .everywhere("MX", "10 exchanger.test.").everywhere("A", EXCHANGER);
            RelayServer.Builder builder = RelayServer.sample(sample.folder(), "open-relay-" + sample.folder()).dns(dns)
                .conf(conf -> conf.addLogging("<logger name='org.apache.james.protocols.smtp.core.RcptCmdHandler' level='WARN'/>"));
            sample.nextHops().forEach(hop -> builder.nextHop(hop, EXCHANGER));
            RelayServer server = resources.add(builder.user(ALICE, SECRET).start());
            server.admin().addDomain("second.example").addDomain("third.example").addUser(BOB, SECRET)
                .addMapping("forward@ratest.com", "control@outside.example");

            probe(server, "ratest.com");
            nmap(nmap, server);
            swaks(swaks, server, "victim%outside.example@ratest.com");
            server.admin().addMapping("*@ratest.com", ALICE).addMapping("*@second.example", BOB)
                .addRegexMapping("third.example", "(.*)[\\x25!@](.*)@third.example", "${1}@${2}");
            probe(server, "ratest.com", "second.example", "third.example");
            nmap(nmap, server);
            swaks(swaks, server, "victim%outside.example@third.example");
            if (sample == Scenario.TWO_VIRTUAL_SERVERS) {
                probeSubmission(server);
            }

            List<String> controls = sendControls(sample, server);
            server.awaitMails(internet, controls.size());
            server.awaitEmptyQueues();
            assertThat(internet.mails()).flatExtracting(NextHop.ReceivedMail::recipients).containsExactlyInAnyOrderElementsOf(controls);
            assertThat(server.james().packFailures()).isEmpty();
        }
    }

    /**
     * Proves that what is accepted arrives at the sink, after all that was accepted before: what James forwards, and what the mapping makes
     * of sender-specified routing from a client that may use it.
     */
    private static List<String> sendControls(Scenario sample, RelayServer server) {
        sendControl(server, FOR_INNER_HOSTS.contains(sample) ? INNER_HOST : STRANGER, "forward@ratest.com");
        if (sample != Scenario.MAIL_CLIENTS) {
            return List.of("control@outside.example");
        }
        sendControl(server, OFFICE, "expanded%outside.example@third.example");
        return List.of("control@outside.example", "expanded@outside.example");
    }

    private static void sendControl(RelayServer server, String source, String recipient) {
        try (SmtpClient client = server.client(source)) {
            client.mail("someone@elsewhere.example");
            assertThat(client.rcpt(recipient).code()).isEqualTo(250);
            assertThat(client.data("control").code()).isEqualTo(250);
        }
    }

    private static void probe(RelayServer server, String... localDomains) {
        int complete = 600;
        probe(SERVER + ":" + server.port(25), List.of("--source", STRANGER), complete, localDomains);
        if (Loopback.hasIpv6()) {
            probe("[::1]:" + server.port(25), List.of(), complete, localDomains);
        }
    }

    /** No recipient is permitted there, so that some situations cannot be brought about. */
    private static void probeSubmission(RelayServer server) {
        probe(SERVER + ":" + server.port(587), List.of("--source", STRANGER), 300, "ratest.com");
    }

    private static void probe(String target, List<String> options, int leastTests, String... localDomains) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
            Distribution.packJar().toString(), "probe", target, "--send", "--brief", "--to", VICTIM, "--local-recipient", ALICE));
        command.addAll(options);
        Arrays.stream(localDomains).forEach(domain -> command.addAll(List.of("--local-domain", domain)));
        ProgramRun run = ProgramRun.of(command.toArray(new String[0]));
        assertThat(run.status()).as(run.output()).isZero();
        Matcher tests = TESTS.matcher(run.output());
        assertThat(tests.find()).as(run.output()).isTrue();
        assertThat(tests.group(1)).isEqualTo("closed");
        if (!run.output().contains(": 554 mail.ratest.com connection refused")) {
            assertThat(Integer.parseInt(tests.group(2))).isGreaterThan(leastTests);
            assertThat(tests.group(3)).as(run.output()).isEqualTo(tests.group(2));
        }
    }

    private static void nmap(Path nmap, RelayServer server) {
        nmap(nmap, server, SERVER);
        if (Loopback.hasIpv6()) {
            nmap(nmap, server, "-6", "::1");
        }
    }

    private static void nmap(Path nmap, RelayServer server, String... target) {
        List<String> command = new ArrayList<>(List.of(nmap.toString(), "-Pn", "-n", "-sT", "-p", String.valueOf(server.port(25)),
            "--script", "+smtp-open-relay", "--script-args", "smtp-open-relay.domain=outside.example,smtp-open-relay.to=victim"));
        command.addAll(List.of(target));
        ProgramRun run = ProgramRun.of(command.toArray(new String[0]));
        assertThat(run.status()).as(run.output()).isZero();
        assertThat(run.output()).contains("smtp-open-relay: ").doesNotContain("Server is an open relay");
    }

    private static void swaks(Path swaks, RelayServer server, String senderRouted) {
        swaks(swaks, server, senderRouted, List.of("--server", SERVER, "--local-interface", STRANGER));
        if (Loopback.hasIpv6()) {
            swaks(swaks, server, senderRouted, List.of("-6", "--server", "::1"));
        }
    }

    /** Each fails, or sends to Alice alone. */
    private static void swaks(Path swaks, RelayServer server, String senderRouted, List<String> where) {
        for (List<String> message : List.of(
                List.of("--to", VICTIM),
                List.of("--to", VICTIM, "--from", ALICE),
                List.of("--to", VICTIM, "--from", "<>"),
                List.of("--to", senderRouted),
                List.of("--to", VICTIM, "--tls-optional"),
                List.of("--to", VICTIM, "--tls-optional", "--auth-optional", "PLAIN", "--auth-user", ALICE, "--auth-password", "wrong"),
                List.of("--to", ALICE + "," + VICTIM))) {
            List<String> command = new ArrayList<>(List.of(swaks.toString(), "--port", String.valueOf(server.port(25)),
                "--helo", "swaks.test.example"));
            command.addAll(where);
            command.addAll(message);
            ProgramRun run = ProgramRun.of(command.toArray(new String[0]));
            if (!message.contains(ALICE + "," + VICTIM)) {
                assertThat(run.status()).as(run.output()).isNotZero();
            }
            assertThat(run.output()).containsPattern("(?m)^<[*~]\\* 5");
        }
    }

    @Test
    void shouldTestEverySampleThereIs() throws IOException {
        try (Stream<Path> samples = Files.list(Distribution.samples())) {
            assertThat(samples.filter(Files::isDirectory).map(sample -> sample.getFileName().toString()))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Scenario.values()).map(Scenario::folder).collect(Collectors.toList()));
        }
    }
}
