package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.it.harness.NextHopProcess;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * Ten thousand mails to 50 domains over five next hops, each a process of its own. One of them is killed when it has half of its mails and
 * started again much later, another defers everything for a minute. In the end every recipient has the mail once, at the right next hop.
 */
class ManyMailsIT {
    private static final Resources RESOURCES = new Resources();
    private static final int MAILS = 10_000;
    private static final int DOMAINS = 50;
    private static final int HOPS = 5;
    private static final int KILLED = 1;
    private static final int DEFERRING = 2;
    private static final int CLIENTS = 4;
    private static final Duration DEFERRED = Duration.ofMinutes(1);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private static Path folder;
    private static List<NextHopProcess> hops;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        hops = IntStream.range(0, HOPS)
            .mapToObj(hop -> RESOURCES.add(NextHopProcess.start(folder.resolve("journal-" + hop))))
            .collect(Collectors.toList());
        server = RESOURCES.add(RelayServer.sample("mail-clients", "many-mails")
            .conf(conf -> conf.replace("mailetcontainer.xml",
                "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                "<delayTime>1000 * 10 seconds</delayTime>"))
            .policy(policy())
            .start());
    }

    private static String policy() {
        String nextHops = IntStream.range(0, HOPS)
            .mapToObj(hop -> "<nextHop name='hop" + hop + "' hosts='127.0.0.1:" + hops.get(hop).port() + "'/>")
            .collect(Collectors.joining("\n"));
        String domains = IntStream.range(0, DOMAINS)
            .mapToObj(domain -> "<domain name='d" + domain + ".example' action='relay' via='hop" + hopOf(domain) + "'/>")
            .collect(Collectors.joining("\n"));
        return String.join("\n", "<relaycontrol>", "<nextHops>", nextHops, "</nextHops>", "<routing>", domains, "</routing>", "<policy/>",
            "</relaycontrol>");
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    private static int hopOf(int domain) {
        return domain % HOPS;
    }

    /** One domain for most mails; two of one next hop and one of another for every tenth. */
    private static List<Integer> domainsOf(int mail) {
        int domain = mail % DOMAINS;
        return mail % 10 == 0 ? List.of(domain, (domain + HOPS) % DOMAINS, (domain + 1) % DOMAINS) : List.of(domain);
    }

    private static String recipient(int mail, int domain) {
        return "r" + mail + "@d" + domain + ".example";
    }

    @Test
    void shouldDeliverEachMailOnceToTheRightNextHop() throws Exception {
        long begin = System.nanoTime();
        hops.get(DEFERRING).defer();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<Void>> sending = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                sending.add(clients.submit(() -> send(first)));
            }
            int half = expected(KILLED).size() / 2;
            await(() -> hops.get(KILLED).journal().size() >= half);
            hops.get(KILLED).kill();
            say(begin, "one next hop killed with " + hops.get(KILLED).journal().size() + " mails");
            for (Future<Void> client : sending) {
                client.get();
            }
            say(begin, "sent");
        } finally {
            clients.shutdownNow();
        }
        await(() -> System.nanoTime() - begin > DEFERRED.toNanos());
        assertThat(hops.get(DEFERRING).journal()).isEmpty();
        hops.get(DEFERRING).obey();
        hops.get(KILLED).restart();
        say(begin, "all next hops well again");
        await(() -> server.admin().queueSize("spool") + server.admin().queueSize("relay") == 0);
        say(begin, "all delivered");
        for (int hop = 0; hop < HOPS; hop++) {
            assertThat(delivered(hop)).as("next hop " + hop).isEqualTo(expected(hop));
        }
    }

    private static Void send(int first) {
        try (SmtpClient client = server.client("127.0.0.1")) {
            for (int mail = first; mail < MAILS; mail += CLIENTS) {
                assertThat(client.mail("a@sender.example").code()).isEqualTo(250);
                for (int domain : domainsOf(mail)) {
                    assertThat(client.rcpt(recipient(mail, domain)).code()).isEqualTo(250);
                }
                assertThat(client.data("mail " + mail).code()).isEqualTo(250);
            }
        }
        return null;
    }

    /** What a next hop shall have got: for each mail one transaction, with the recipients in the order of the alphabet. */
    private static Map<String, List<List<String>>> expected(int hop) {
        Map<String, List<List<String>>> mails = new TreeMap<>();
        for (int mail = 0; mail < MAILS; mail++) {
            int number = mail;
            List<String> recipients = domainsOf(mail).stream()
                .filter(domain -> hopOf(domain) == hop)
                .map(domain -> recipient(number, domain))
                .sorted()
                .collect(Collectors.toList());
            if (!recipients.isEmpty()) {
                mails.put("mail " + mail, List.of(recipients));
            }
        }
        return mails;
    }

    private static Map<String, List<List<String>>> delivered(int hop) {
        return hops.get(hop).journal().stream().collect(Collectors.groupingBy(NextHopProcess.Entry::subject, TreeMap::new,
            Collectors.mapping(entry -> entry.recipients().stream().sorted().collect(Collectors.toList()), Collectors.toList())));
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(200)).until(condition);
    }

    private static void say(long begin, String what) {
        System.out.println(Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms: " + what);
    }
}
