package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.extension.ReplaceRecipient;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.Loopback;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** Where accepted mail goes: next hops, retries, bounces, and mail whose recipients were changed on the way. */
class DeliveryIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String ALICE = "alice@ratest.com";
    private static final String MALLORY = "mallory@ratest.com";
    private static final String SECRET = "delivery-secret";
    private static final String DENIED = "var/mail/relay-denied";
    private static final String LOOPING = "var/mail/looping";
    private static final String EXCHANGER = "127.0.53.25";
    private static final int SMTP_PORT = 25;
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <policy name='delivery'>",
        "    <routing smartHost=\"smart.test\">",
        "      <domain name='ratest.com' action='inbound'/>",
        "      <domain name='one.example' action='relay' nextHop=\"one.test\"/>",
        "      <domain name='two.example' action='relay' nextHop=\"two.test\"/>",
        "      <domain name='plain.example' action='relay' nextHop=\"plain.test\"/>",
        "      <domain name='failover.example' action='relay' nextHop=\"first.test,second.test\"/>",
        "      <domain name='six.example' action='relay' nextHop=\"six.test\"/>",
        "      <domain name='named.example' action='relay' nextHop=\"named.test\"/>",
        "      <domain name='exchanged.example' action='relay'/>",
        "      <domain name='hub.example' action='relay' nextHop=\"mx:exchanged.example\"/>",
        "    </routing>",
        "    <restrictions>",
        "      <authenticated/>",
        "      <never><user>mallory@ratest.com</user></never>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>");

    private static NextHop smart;
    private static NextHop one;
    private static NextHop two;
    private static NextHop plain;
    private static NextHop first;
    private static NextHop second;
    private static NextHop six;
    private static DnsServer dns;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        smart = NextHop.listening();
        one = NextHop.listening();
        two = NextHop.listening();
        plain = NextHop.listening().answer("EHLO", "250-next-hop.test.example\r\n250 8BITMIME");
        first = NextHop.listening();
        second = NextHop.listening();
        six = NextHop.listening(Loopback.hasIpv6() ? "::1" : "127.0.0.1");
        dns = DnsServer.listening("127.0.0.1", 0).record("named.test", "A", "127.0.0.1");
        server = RelayServer.sample("mail-clients", "delivery")
            .conf(conf -> conf
                .write("relaycontrol.xml", POLICY)
                .replace("mailetcontainer.xml", "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                    "<delayTime>100 * 1 second</delayTime>")
                .replace("mailetcontainer.xml", "<mailet match=\"All\" class=\"org.relaycontrol.mailets.RelayControl\">",
                    "<mailet match=\"RecipientIs=replaced@one.example\" class=\"" + ReplaceRecipient.class.getName() + "\">"
                        + "<recipient>victim@outside.example</recipient></mailet>"
                        + "<mailet match=\"All\" class=\"org.relaycontrol.mailets.RelayControl\">"))
            .extension(ReplaceRecipient.class)
            .dns(dns)
            .nextHop("smart.test", smart)
            .nextHop("one.test", one)
            .nextHop("two.test", two)
            .nextHop("plain.test", plain)
            .nextHop("first.test", first)
            .nextHop("second.test", second)
            .nextHop("mx:exchanged.example", "mx:exchanged.example")
            .nextHop("six.test", "[::1]:" + six.port())
            .nextHop("named.test", "named.test:" + one.port())
            .user(ALICE, SECRET)
            .user(MALLORY, SECRET)
            .start();
        server.admin().addMapping("info@ratest.com", "friend@outside.example");
    }

    @AfterAll
    static void stop() {
        server.close();
        dns.close();
        List.of(smart, one, two, plain, first, second, six).forEach(NextHop::close);
    }

    @AfterEach
    void obey() {
        List.of(one, two, first, second).forEach(NextHop::obey);
    }

    @Test
    void shouldSendEachRecipientWhereItGoes() {
        int inbox = server.admin().messageCount(ALICE, "INBOX");
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt(ALICE).code()).isEqualTo(250);
            assertThat(stranger.rcpt("three-outcomes@one.example").code()).isEqualTo(250);
            assertThat(stranger.rcpt("three-outcomes@else.example").code()).isEqualTo(530);
            assertThat(stranger.data("three outcomes").code()).isEqualTo(250);
        }
        server.awaitInbox(ALICE, inbox + 1);
        assertThat(mails(one, "three outcomes", 1).get(0).recipients()).containsExactly("three-outcomes@one.example");
        assertThat(recipients(smart)).doesNotContain("three-outcomes@else.example");
    }

    @Test
    void shouldDeliverToTwoNextHopsAtOnce() {
        send("a@sender.example", "two next hops", "b@two.example", "a@one.example", "c@one.example");
        assertThat(mails(one, "two next hops", 1).get(0).recipients()).containsExactlyInAnyOrder("a@one.example", "c@one.example");
        assertThat(mails(two, "two next hops", 1).get(0).recipients()).containsExactly("b@two.example");
    }

    @Test
    void shouldDeliverOnceWhenNextHopComesBack() {
        two.stop();
        int logged = server.packLogSize();
        send("a@sender.example", "down then up", "patient@two.example");
        server.awaitPackLog(logged, "patient@two.example", "next in");
        two.restart();
        mails(two, "down then up", 1);
        server.awaitEmptyQueues();
        assertThat(mails(two, "down then up", 1)).hasSize(1);
    }

    @Test
    void shouldNotDeliverTwiceWhenHostDefersOneRecipientAndTheNextIsDown() {
        first.answer("RCPT TO:<later@", "451 4.2.0 later");
        second.stop();
        send("a@sender.example", "one of two", "now@failover.example", "later@failover.example");
        assertThat(mails(first, "one of two", 1).get(0).recipients()).containsExactly("now@failover.example");
        RelayServer.await(() -> attempts(first, "RCPT TO:<later@"), attempts -> attempts >= 3, () -> "three attempts");
        first.obey();
        List<NextHop.ReceivedMail> mails = mails(first, "one of two", 2);
        server.awaitEmptyQueues();
        second.restart();
        assertThat(mails).extracting(NextHop.ReceivedMail::recipients)
            .containsExactly(List.of("now@failover.example"), List.of("later@failover.example"));
        assertThat(attempts(first, "RCPT TO:<now@")).isEqualTo(1);
    }

    @Test
    void shouldUseSecondHostWhenFirstIsDown() {
        first.stop();
        send("a@sender.example", "second host", "a@failover.example");
        assertThat(mails(second, "second host", 1)).hasSize(1);
        first.restart();
    }

    @Test
    void shouldBounceOnceWhenNextHopRefuses() {
        two.answer("RCPT TO:<refused@", "550 5.1.1 no such user there");
        send("refused-sender@sender.example", "refused by the next hop", "refused@two.example", "taken@two.example");
        assertThat(mails(two, "refused by the next hop", 1).get(0).recipients()).containsExactly("taken@two.example");
        RelayServer.await(() -> bounces("refused-sender@sender.example"), bounces -> !bounces.isEmpty(), () -> "a bounce");
        server.awaitEmptyQueues();
        assertThat(bounces("refused-sender@sender.example")).hasSize(1);
        assertThat(bounces("refused-sender@sender.example").get(0).text()).contains("no such user there", "refused@two.example");
    }

    @Test
    void shouldForwardStrangersMailToAliasOutside() {
        send("a@sender.example", "to an alias", "info@ratest.com");
        assertThat(mails(smart, "to an alias", 1).get(0).recipients()).containsExactly("friend@outside.example");
    }

    @Test
    void shouldNotRelayWhenMailetReplacedRecipient() {
        server.admin().clearRepository(DENIED);
        send("replaced-sender@sender.example", "replaced", "replaced@one.example");
        RelayServer.await(() -> server.admin().repository(DENIED), mails -> mails.size() == 1, () -> "a denied mail");
        server.awaitEmptyQueues();
        assertThat(recipients(smart)).doesNotContain("victim@outside.example", "replaced-sender@sender.example");
    }

    @Test
    void shouldBounceDeniedMailToAuthenticatedSender() {
        int inbox = server.admin().messageCount(MALLORY, "INBOX");
        try (SmtpClient mallory = server.client(STRANGER).startTls()) {
            assertThat(mallory.auth(MALLORY, SECRET).code()).isEqualTo(235);
            mallory.mail(MALLORY);
            assertThat(mallory.rcpt("replaced@one.example").code()).isEqualTo(250);
            assertThat(mallory.data("denied").code()).isEqualTo(250);
        }
        server.awaitInbox(MALLORY, inbox + 1);
        assertThat(recipients(smart)).doesNotContain("victim@outside.example");
    }

    @Test
    void shouldRelayUnlistedDomainsBySmartHost() {
        try (SmtpClient alice = server.client(STRANGER).startTls()) {
            assertThat(alice.auth(ALICE, SECRET).code()).isEqualTo(235);
            alice.mail(ALICE);
            assertThat(alice.rcpt("user@else.example").code()).isEqualTo(250);
            assertThat(alice.data("by the smart host").code()).isEqualTo(250);
        }
        assertThat(mails(smart, "by the smart host", 1).get(0).recipients()).containsExactly("user@else.example");
    }

    @Test
    void shouldBounceLoopingMailOnce() {
        String received = "Received: from a by b; Tue, 24 Nov 2026 12:00:00 +0000\r\n".repeat(30);
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("looping-sender@sender.example");
            assertThat(stranger.rcpt("loop@one.example").code()).isEqualTo(250);
            assertThat(stranger.dataOf(received + "Subject: looping\r\n\r\nRound and round.\r\n").code()).isEqualTo(250);
        }
        RelayServer.await(() -> bounces("looping-sender@sender.example"), bounces -> !bounces.isEmpty(), () -> "a bounce");
        server.awaitEmptyQueues();
        assertThat(bounces("looping-sender@sender.example")).hasSize(1);
        assertThat(server.admin().repository(LOOPING)).hasSize(1);
        assertThat(recipients(one)).doesNotContain("loop@one.example");
    }

    @Test
    void shouldDeliverToIpv6NextHop() {
        assumeTrue(Loopback.hasIpv6());
        send("a@sender.example", "to IPv6", "a@six.example");
        assertThat(mails(six, "to IPv6", 1)).hasSize(1);
    }

    @Test
    void shouldLookUpNamedNextHop() {
        send("a@sender.example", "to a name", "a@named.example");
        assertThat(mails(one, "to a name", 1).get(0).recipients()).containsExactly("a@named.example");
        assertThat(dns.questions()).contains("named.test. A");
    }

    @Test
    void shouldLookUpMailExchangers() {
        assumeTrue(Loopback.canListen(EXCHANGER, SMTP_PORT));
        dns.record("exchanged.example", "MX", "10 down.exchanged.example.")
            .record("exchanged.example", "MX", "20 up.exchanged.example.")
            .record("down.exchanged.example", "A", "127.0.53.26")
            .record("up.exchanged.example", "A", EXCHANGER);
        try (NextHop exchanger = NextHop.listening(EXCHANGER, SMTP_PORT, mail -> { })) {
            send("a@sender.example", "to the MX", "a@exchanged.example", "b@hub.example");
            assertThat(mails(exchanger, "to the MX", 2)).extracting(NextHop.ReceivedMail::recipients)
                .containsExactlyInAnyOrder(List.of("a@exchanged.example"), List.of("b@hub.example"));
        }
    }

    @Test
    void shouldTakeDsnParametersOfPermittedRecipients() {
        try (SmtpClient stranger = server.client(STRANGER)) {
            assertThat(stranger.command("MAIL FROM:<a@sender.example> RET=HDRS ENVID=id1").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<dsn@one.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;dsn@one.example").code())
                .isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<dsn@else.example> NOTIFY=FAILURE").code()).isEqualTo(530);
            assertThat(stranger.data("DSN").code()).isEqualTo(250);
        }
        assertThat(mails(one, "DSN", 1).get(0).recipients()).containsExactly("dsn@one.example");
    }

    @Test
    void shouldNotTellSenderWhoAskedNotToBeTold() {
        two.answer("RCPT TO:<dsn-", "550 5.1.1 no such user there");
        try (SmtpClient stranger = server.client(STRANGER)) {
            assertThat(stranger.mail("notify@sender.example").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<dsn-never@two.example> NOTIFY=NEVER").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<dsn-success@two.example> NOTIFY=SUCCESS").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<dsn-failure@two.example> NOTIFY=FAILURE").code()).isEqualTo(250);
            assertThat(stranger.data("notify").code()).isEqualTo(250);
        }
        RelayServer.await(() -> bounces("notify@sender.example"), bounces -> !bounces.isEmpty(), () -> "a bounce");
        server.awaitEmptyQueues();
        assertThat(bounces("notify@sender.example")).hasSize(1);
        assertThat(bounces("notify@sender.example").get(0).text()).contains("Final-Recipient: rfc822; dsn-failure@two.example")
            .doesNotContain("dsn-never@two.example", "dsn-success@two.example");
    }

    @Test
    void shouldTellSenderWhoAskedToBeToldOfDelivery() {
        int inbox = server.admin().messageCount(ALICE, "INBOX");
        try (SmtpClient stranger = server.client(STRANGER)) {
            assertThat(stranger.command("MAIL FROM:<curious@sender.example> ENVID=asked").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<" + ALICE + "> NOTIFY=SUCCESS,FAILURE").code()).isEqualTo(250);
            assertThat(stranger.data("notify of success").code()).isEqualTo(250);
        }
        server.awaitInbox(ALICE, inbox + 1);
        RelayServer.await(() -> bounces("curious@sender.example"), reports -> !reports.isEmpty(), () -> "a report");
        server.awaitEmptyQueues();
        assertThat(bounces("curious@sender.example")).hasSize(1);
        assertThat(bounces("curious@sender.example").get(0).text())
            .contains("Original-Envelope-Id: asked", "Final-Recipient: rfc822; " + ALICE, "Action: delivered");
    }

    @Test
    void shouldTellSenderWhoAskedThatNextHopWillNotReport() {
        try (SmtpClient stranger = server.client(STRANGER)) {
            assertThat(stranger.command("MAIL FROM:<eager@sender.example> ENVID=relayed").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<asked@plain.example> NOTIFY=SUCCESS,FAILURE").code()).isEqualTo(250);
            assertThat(stranger.command("RCPT TO:<not-asked@plain.example> NOTIFY=FAILURE").code()).isEqualTo(250);
            assertThat(stranger.data("notify of relaying").code()).isEqualTo(250);
        }
        RelayServer.await(() -> bounces("eager@sender.example"), reports -> !reports.isEmpty(), () -> "a report");
        server.awaitEmptyQueues();
        assertThat(bounces("eager@sender.example")).hasSize(1);
        assertThat(bounces("eager@sender.example").get(0).text())
            .contains("Original-Envelope-Id: relayed", "Final-Recipient: rfc822; asked@plain.example", "Action: relayed", "Status: 2.0.0")
            .doesNotContain("rfc822; not-asked@plain.example");
    }

    private static void send(String sender, String subject, String... recipients) {
        try (SmtpClient stranger = server.client(STRANGER)) {
            assertThat(stranger.mail(sender).code()).isEqualTo(250);
            for (String recipient : recipients) {
                assertThat(stranger.rcpt(recipient).toString()).startsWith("250 ");
            }
            assertThat(stranger.data(subject).code()).isEqualTo(250);
        }
    }

    private static List<NextHop.ReceivedMail> mails(NextHop hop, String subject, int count) {
        return server.awaitMails(hop, subject, count);
    }

    private static List<NextHop.ReceivedMail> bounces(String sender) {
        return smart.mails().stream()
            .filter(mail -> mail.sender().isEmpty() && mail.recipients().contains(sender))
            .collect(Collectors.toList());
    }

    private static List<String> recipients(NextHop hop) {
        return hop.mails().stream().flatMap(mail -> mail.recipients().stream()).collect(Collectors.toList());
    }

    private static long attempts(NextHop hop, String command) {
        return hop.commands().stream().filter(line -> line.startsWith(command)).count();
    }
}
