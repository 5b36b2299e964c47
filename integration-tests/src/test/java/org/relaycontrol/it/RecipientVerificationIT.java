package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Directory;
import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.Postfix;
import org.relaycontrol.it.harness.RcptFlood;
import org.relaycontrol.it.harness.RcptLoad;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * Callouts to a Postfix with 1,000 users. With {@code -Drelaycontrol.flood=50000} the flood is as large as that, from 200 connections, what
 * it does to other mail is compared with none, and the Postfix is stopped for a minute; without, all is smaller.
 */
class RecipientVerificationIT {
    private static final String DOMAIN = "inner.example";
    private static final int USERS = 1_000;
    private static final boolean FULL = Integer.getInteger("relaycontrol.flood") != null;
    private static final int FLOOD = Integer.getInteger("relaycontrol.flood", 600);
    private static final int CONNECTIONS = FULL ? 200 : 40;
    private static final Duration DOWN = FULL ? Duration.ofMinutes(1) : Duration.ofSeconds(3);
    private static final int MAILS = 20;
    private static final int QUESTIONS_OF_CLIENT = 100;
    private static final int NOT_SLOWED_DOWN = 10;
    private static final String GATEWAY = "cn=gateway," + Directory.BASE;
    private static final Pattern REFUSED = Pattern.compile("reject: RCPT from .*: 550 5\\.1\\.1 <([^>]+)>");

    private static final Resources RESOURCES = new Resources();

    private static NextHop behindPostfix;
    private static NextHop elsewhere;
    private static Postfix postfix;
    private static Directory directory;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        behindPostfix = RESOURCES.add(NextHop.listening());
        elsewhere = RESOURCES.add(NextHop.listening());
        postfix = RESOURCES.add(postfix().start());
        directory = RESOURCES.add(Directory.listening(GATEWAY, "ad-secret")).user("Joe Bloggs", "Joe.Bloggs@corp.example");
        server = RESOURCES.add(RelayServer.sample("mail-clients", "recipient-verification")
            .conf(conf -> conf.writeSecret("ad.password", "ad-secret").replace("mailetcontainer.xml",
                "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                "<delayTime>1000 * 1 second</delayTime>"))
            .policy(policy())
            .start());
    }

    private static Postfix.Builder postfix() {
        return Postfix.relayingTo(behindPostfix.port(), "inner.test")
            .recipients(DOMAIN, IntStream.range(0, USERS).mapToObj(i -> "user" + i).collect(Collectors.toList()));
    }

    private static String policy() {
        return String.join("\n",
            "<relaycontrol>",
            "  <directories>",
            "    <ldapDirectory name='ad' urls='" + directory.url() + "' base='" + Directory.BASE + "' bindDn='" + GATEWAY
                + "' passwordFile='ad.password'/>",
            "  </directories>",
            "  <routing smartHost='127.0.0.1:" + elsewhere.port() + "'>",
            "    <domain name='" + DOMAIN + "' action='relay' nextHop='127.0.0.1:" + postfix.port() + "' verify='callout'/>",
            "    <domain name='corp.example' action='relay' nextHop='127.0.0.1:" + behindPostfix.port()
                + "' verify='ldap' directory='ad'/>",
            "  </routing>",
            "  <policy/>",
            "</relaycontrol>");
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    private static String user(int number) {
        return "user" + number + "@" + DOMAIN;
    }

    /** An address of 127.0.0.0/8 for each number. */
    private static String address(int number) {
        return "127.40." + number / 200 + "." + (number % 200 + 1);
    }

    /** Until it is known, which a retry finds. */
    private static void awaitAccepted(String recipient) {
        RelayServer.await(() -> rcpt("127.0.0.1", recipient), reply -> reply.startsWith("250 "), () -> recipient + " to be accepted");
    }

    private static String rcpt(String client, String recipient) {
        try (SmtpClient smtp = server.client(client)) {
            smtp.mail("a@sender.example");
            return smtp.rcpt(recipient).toString();
        }
    }

    private static void send(String subject, String recipient) {
        try (SmtpClient smtp = server.client("127.0.0.1")) {
            smtp.mail("a@sender.example");
            assertThat(smtp.rcpt(recipient).toString()).startsWith("250 ");
            assertThat(smtp.data(subject).code()).isEqualTo(250);
        }
    }

    /** The unknown recipients that Postfix was asked about, as often as it was. */
    private static List<String> refusedByPostfix() {
        List<String> refused = new ArrayList<>();
        for (String line : postfix.log()) {
            Matcher matcher = REFUSED.matcher(line);
            if (matcher.find() && !matcher.group(1).startsWith("relaycontrol-")) {
                refused.add(matcher.group(1));
            }
        }
        return refused;
    }

    private static RcptLoad.Result load(List<String> recipients, Duration time) {
        try (RcptLoad load = RcptLoad.begin(() -> server.client("127.0.0.1"), 2, 200, recipients)) {
            long start = System.nanoTime();
            RelayServer.await(System::nanoTime, now -> now - start > time.toNanos(), () -> "time to pass");
            return load.end();
        }
    }

    /** A flood, and how mail to recipients that exist fared meanwhile. */
    private static final class Flooded {
        private final RcptFlood flood;
        private final double seconds;
        private final RcptLoad.Result known;

        private Flooded(RcptFlood flood, double seconds, RcptLoad.Result known) {
            this.flood = flood;
            this.seconds = seconds;
            this.known = known;
        }

        private String replies() {
            return String.format("%.1f s %s", seconds, flood.replies());
        }
    }

    private static Flooded flood(List<String> known) throws InterruptedException {
        try (RcptLoad load = RcptLoad.begin(() -> server.client("127.0.0.1"), 2, 200, known)) {
            // Every tenth recipient is one that all sessions name.
            RcptFlood flood = RcptFlood.begin(CONNECTIONS, session -> server.client(address(session)), FLOOD / CONNECTIONS,
                (session, number) -> (number % 10 == 0 ? "all-" : "of" + session + "-") + number + "@" + DOMAIN);
            for (int i = 0; i < MAILS; i++) {
                send(DOMAIN, known.get(i));
            }
            double seconds = flood.await();
            return new Flooded(flood, seconds, load.end());
        }
    }

    @Test
    void shouldWithstandFloodOfUnknownRecipients() throws Exception {
        List<String> known = IntStream.range(0, USERS).filter(i -> i % 20 == 0).mapToObj(RecipientVerificationIT::user)
            .collect(Collectors.toList());
        known.forEach(RecipientVerificationIT::awaitAccepted);
        load(known, Duration.ofSeconds(FULL ? 30 : 3));
        RcptLoad.Result quiet = load(known, Duration.ofSeconds(FULL ? 30 : 5));

        Flooded asked = flood(known);

        System.out.printf("%,d RCPT from %d connections, questions about unknown recipients %,d%n"
            + "known recipients, quiet:                       %s%n"
            + "known recipients, flood of unknown recipients: %s, flood %s%n", FLOOD, CONNECTIONS, refusedByPostfix().size(), quiet,
            asked.known, asked.replies());
        if (FULL) {
            assertThat(asked.known.millis(0.5)).as("milliseconds to answer RCPT").isLessThan(2 * quiet.millis(0.5));
        }
        RcptFlood flood = asked.flood;
        assertThat(flood.failures()).isEmpty();
        assertThat(flood.accepted()).isEmpty();
        assertThat(flood.replies().keySet()).isSubsetOf(450, 550);
        assertThat(refusedByPostfix()).isNotEmpty().doesNotHaveDuplicates();
        assertThat(List.of(quiet.failures(), asked.known.failures())).containsOnly(List.of());
        assertThat(quiet.answers()).hasSize(1);
        assertThat(asked.known.answers()).isEqualTo(quiet.answers());
        assertThat(server.awaitMails(behindPostfix, DOMAIN, MAILS)).hasSize(MAILS);
        server.awaitEmptyQueues();
        assertThat(behindPostfix.mails().stream().filter(mail -> mail.subject().equals(DOMAIN))).hasSize(MAILS);
        assertThat(elsewhere.mails()).as("bounces").isEmpty();
        assertThat(postfix.log()).noneMatch(line -> line.contains("bounce") || line.contains("status=bounced"));
    }

    @Test
    void shouldLimitTheQuestionsOfOneClient() throws Exception {
        RcptFlood flood = RcptFlood.begin(5 * QUESTIONS_OF_CLIENT / NOT_SLOWED_DOWN, session -> server.client("127.41.0.1"),
            NOT_SLOWED_DOWN, (session, number) -> "harvest" + session + "-" + number + "@" + DOMAIN);
        flood.await();

        assertThat(flood.accepted()).isEmpty();
        assertThat(refusedByPostfix()).filteredOn(recipient -> recipient.startsWith("harvest")).doesNotHaveDuplicates()
            .hasSizeBetween(1, 2 * QUESTIONS_OF_CLIENT);
        awaitAccepted(user(1));
    }

    @Test
    void shouldSlowDownASessionThatGuessesRecipients() {
        String unknown = "guess@" + DOMAIN;
        awaitAccepted(user(1));
        RelayServer.await(() -> rcpt("127.0.0.1", unknown), reply -> reply.startsWith("550 5.1.1 "), () -> "an answer about " + unknown);
        try (SmtpClient guessing = server.client("127.42.0.1")) {
            guessing.mail("a@sender.example");
            for (int i = 0; i < NOT_SLOWED_DOWN; i++) {
                assertThat(guessing.rcpt(unknown).toString()).startsWith("550 5.1.1 ");
            }
            long start = System.nanoTime();
            assertThat(guessing.rcpt(unknown).toString()).startsWith("550 5.1.1 ");
            assertThat(guessing.rcpt(user(1)).toString()).startsWith("250 ");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(guessing.data("from one who guessed").code()).isEqualTo(250);
        }
        server.awaitMails(behindPostfix, "from one who guessed", 1);
    }

    @Test
    void shouldAskDirectory() {
        awaitAccepted("joe.bloggs@corp.example");
        RelayServer.await(() -> rcpt("127.0.0.1", "nobody@corp.example"), reply -> reply.startsWith("550 5.1.1 "),
            () -> "a refusal of who is not in the directory");
        directory.close();
        awaitAccepted("ann@corp.example");
    }

    @Test
    void shouldQueueWhileNextHopIsDown() throws Exception {
        awaitAccepted(user(1));
        Postfix before = postfix;
        before.close();
        long down = System.nanoTime();
        send("known before", user(1));
        awaitAccepted(user(2));
        send("asked in vain", user(2));
        int logged = server.packLogSize();
        server.awaitPackLog(logged, user(2), "deferred by");
        RelayServer.await(() -> System.nanoTime() - down, time -> time > DOWN.toNanos(), () -> "time to pass");
        send("still down", user(3));

        postfix = RESOURCES.add(postfix().start(before.port()));
        server.awaitMails(behindPostfix, "known before", 1);
        server.awaitMails(behindPostfix, "asked in vain", 1);
        server.awaitMails(behindPostfix, "still down", 1);
        server.awaitEmptyQueues();
        assertThat(behindPostfix.mails().stream().map(NextHop.ReceivedMail::subject)).containsOnlyOnce("known before", "asked in vain",
            "still down");
        assertThat(elsewhere.mails()).as("bounces").isEmpty();
        RelayServer.await(() -> rcpt("127.0.0.1", "nobody@" + DOMAIN), reply -> reply.startsWith("550 5.1.1 "),
            () -> "a refusal once the next hop is back");
    }

    @Test
    void shouldDeferWhileNextHopIsDownWhereThePolicySaysSo() throws Exception {
        String before = server.conf().read("relaycontrol.xml");
        int logged = server.packLogSize();
        server.conf().write("relaycontrol.xml", before.replace("verify='callout'", "verify='callout' verifyOnFailure='defer'")
            .replace("127.0.0.1:" + postfix.port(), "127.0.0.1:" + FreePorts.next()));
        server.awaitPackLog(logged, "FilePolicySource", "in force, SHA-256");

        assertThat(rcpt("127.0.0.1", user(1))).startsWith("450 4.1.1 ");
        server.conf().write("relaycontrol.xml", before);
        awaitAccepted(user(1));
    }
}
