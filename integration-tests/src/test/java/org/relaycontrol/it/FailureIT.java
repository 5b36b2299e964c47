package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.relaycontrol.it.harness.Certificates;
import org.relaycontrol.it.harness.DeadHost;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * What becomes of mail when its next hop fails, for each way of failing. Each gets one mail for two recipients: one whose domain has this
 * next hop alone, and one whose domain has another host behind it. All next hops fail at the same time, and all are put right again.
 */
class FailureIT {
    private static final Resources RESOURCES = new Resources();
    private static final String CLIENT = "127.0.0.1";
    private static final String SENDER_DOMAIN = "@sender.example";
    private static final String USER = "relay";
    private static final String PASSWORD = "next-hop-secret";
    private static final String REQUIRED = "tls='required'";
    private static final String VERIFIED = "tls='required-verified'";
    private static final String CREDENTIALS = "tls='required' username='" + USER + "' passwordFile='next-hop.password'";

    /** Another host may do better, or this one later. */
    private static final List<Trouble> PASSING = new ArrayList<>();
    /** The mail is refused: nobody would do better. */
    private static final List<Trouble> REFUSALS = new ArrayList<>();
    /** The mail has been taken before. */
    private static final List<Trouble> HARMLESS = new ArrayList<>();
    /** The mail was taken, but the next hop had no time to say so. */
    private static final List<Trouble> UNKNOWN = new ArrayList<>();

    @TempDir
    private static Path folder;
    private static NextHop smart;
    private static NextHop second;
    private static NextHop partial;
    private static DeadHost dead;
    private static DnsServer dns;
    private static SSLContext right;
    private static SSLContext otherName;
    private static SSLContext otherAuthority;
    private static RelayServer server;

    @BeforeAll
    static void failAndRecover() throws Exception {
        Certificates certificates = Certificates.in(folder);
        right = certificates.issue("first.test").context();
        otherName = certificates.issue("other.test").context();
        Path elsewhere = folder.resolve("elsewhere");
        elsewhere.toFile().mkdir();
        otherAuthority = Certificates.in(elsewhere).issue("first.test").context();
        dns = RESOURCES.add(DnsServer.listening("127.0.0.1", 0));
        Stream.of("first.test", "second.test", "failing.test", "silent.test").forEach(name -> dns.record(name, "A", "127.0.0.1"));
        smart = RESOURCES.add(NextHop.listening());
        partial = RESOURCES.add(NextHop.listening());
        dead = RESOURCES.add(DeadHost.listening());
        second = RESOURCES.add(NextHop.listening()
            .offerTls(certificates.issue("second.test").context()));
        collectTroubles();
        server = RESOURCES.add(RelayServer.sample("mail-clients", "failures")
            .conf(conf -> conf
                .writeSecret("next-hop.password", PASSWORD)
                .replace("mailetcontainer.xml", "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                    "<delayTime>1000 * 1 second</delayTime><timeout>5000</timeout><connectiontimeout>2000</connectiontimeout>"))
            .policy(policy())
            .dns(dns)
            .options(certificates.trust())
            .start());
        List<Trouble> all = troubles().collect(Collectors.toList());
        all.forEach(Trouble::begin);
        all.forEach(trouble -> send(trouble.name + SENDER_DOMAIN, trouble.name, trouble.alone(), trouble.backed()));
        for (Trouble trouble : PASSING) {
            server.awaitPackLog(0, "attempt 2 of ", trouble.alone());
        }
        all.forEach(Trouble::end);
        server.awaitEmptyQueues();
    }

    private static void collectTroubles() {
        for (String stage : List.of("greeting", "EHLO", "MAIL", "RCPT", "DATA", "end")) {
            passing("4xx-" + stage).begins(hop -> answer(hop, stage, "451 4.3.0 not now at " + stage));
            passing("421-" + stage).begins(hop -> answer(hop, stage, "421 4.3.2 closing at " + stage));
            passing("cut-" + stage).begins(hop -> answer(hop, stage, NextHop.CUT));
            passing("silence-" + stage).begins(hop -> answer(hop, stage, NextHop.SILENCE));
            boolean ofTheHost = stage.equals("greeting") || stage.equals("EHLO");
            (ofTheHost ? passing("5xx-" + stage) : add(REFUSALS, "5xx-" + stage))
                .begins(hop -> answer(hop, stage, "554 5.7.0 never at " + stage));
        }
        passing("down").begins(NextHop::stop).ends(NextHop::restart);
        passing("no-tls").with(REQUIRED).loud().ends(hop -> hop.offerTls(right));
        passing("starttls-refused").with(REQUIRED).begins(hop -> hop.offerTls(right).answer("STARTTLS", "454 4.7.0 no TLS now"));
        passing("no-handshake").with(REQUIRED).loud().begins(hop -> hop.offerTls(right).answer("STARTTLS", "220 go on, in plain text"));
        passing("certificate-name").at("first.test").with(VERIFIED).loud()
            .begins(hop -> hop.offerTls(otherName)).ends(hop -> hop.offerTls(right));
        passing("certificate-authority").at("first.test").with(VERIFIED).loud()
            .begins(hop -> hop.offerTls(otherAuthority)).ends(hop -> hop.offerTls(right));
        passing("password").with(CREDENTIALS).loud()
            .begins(hop -> hop.offerTls(right).requireUser(USER, "another")).ends(hop -> hop.requireUser(USER, PASSWORD));
        passing("authentication-deferred").with(CREDENTIALS).loud()
            .begins(hop -> hop.offerTls(right).requireUser(USER, PASSWORD).answer("AUTH", "454 4.7.0 not now"));
        passing("dns-fails").at("failing.test").loud()
            .begins(hop -> dns.fail("failing.test")).ends(hop -> dns.heal("failing.test"));
        passing("dns-silent").at("silent.test").loud()
            .begins(hop -> dns.silence("silent.test")).ends(hop -> dns.heal("silent.test"));
        add(HARMLESS, "4xx-QUIT").begins(hop -> hop.answer("QUIT", "451 4.3.0 no"));
        add(HARMLESS, "cut-QUIT").begins(hop -> hop.answer("QUIT", NextHop.CUT));
        add(HARMLESS, "silence-QUIT").begins(hop -> hop.answer("QUIT", NextHop.SILENCE));
        add(UNKNOWN, "taken-and-cut").begins(hop -> hop.answer(NextHop.END_OF_DATA, NextHop.TAKE_AND_CUT));
    }

    private static void answer(NextHop hop, String stage, String reply) {
        switch (stage) {
            case "greeting":
                hop.answer(NextHop.CONNECT, reply);
                break;
            case "EHLO":
                // A client that gets an error for EHLO falls back to HELO.
                hop.answer("EHLO", reply).answer("HELO", reply);
                break;
            case "end":
                hop.answer(NextHop.END_OF_DATA, reply);
                break;
            default:
                hop.answer(stage, reply);
                break;
        }
    }

    private static Trouble passing(String name) {
        return add(PASSING, name);
    }

    private static Trouble add(List<Trouble> kind, String name) {
        Trouble trouble = new Trouble(name, RESOURCES.add(NextHop.listening()));
        kind.add(trouble);
        return trouble;
    }

    private static Stream<Trouble> troubles() {
        return Stream.of(PASSING, REFUSALS, HARMLESS, UNKNOWN).flatMap(List::stream);
    }

    private static String policy() {
        return Stream.of(
                Stream.of("<relaycontrol>", "<nextHops>"),
                troubles().flatMap(trouble -> Stream.of(
                    "<nextHop name='" + trouble.name + "' hosts='" + trouble.address() + "' " + trouble.attributes + "/>",
                    "<nextHop name='" + trouble.name + "-backed' hosts='" + trouble.address() + ",second.test:" + second.port() + "' "
                        + trouble.attributes + "/>")),
                Stream.of("</nextHops>", "<routing smartHost='127.0.0.1:" + smart.port() + "'>",
                    "<domain name='partial.example' action='relay' nextHop='127.0.0.1:" + partial.port() + "'/>",
                    "<domain name='dead.example' action='relay' nextHop='127.0.0.1:" + dead.port() + ",127.0.0.1:" + second.port() + "'/>"),
                troubles().flatMap(trouble -> Stream.of(
                    "<domain name='" + trouble.name + ".alone.example' action='relay' via='" + trouble.name + "'/>",
                    "<domain name='" + trouble.name + ".backed.example' action='relay' via='" + trouble.name + "-backed'/>")),
                Stream.of("</routing>", "<policy/>", "</relaycontrol>"))
            .flatMap(lines -> lines)
            .collect(Collectors.joining("\n"));
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @ParameterizedTest
    @FieldSource("PASSING")
    void shouldTryNextHostAndLaterAgain(Trouble trouble) {
        assertThat(mails(trouble.hop, trouble)).extracting(NextHop.ReceivedMail::recipients).containsExactly(List.of(trouble.alone()));
        assertThat(mails(second, trouble)).extracting(NextHop.ReceivedMail::recipients).containsExactly(List.of(trouble.backed()));
        assertThat(bounces(trouble.name)).isEmpty();
        assertThat(deferrals(trouble)).isNotEmpty().allMatch(line -> line.contains(trouble.loud ? "[ERROR]" : "[WARN ]"));
    }

    @ParameterizedTest
    @FieldSource("REFUSALS")
    void shouldBounceOnceWhenRefused(Trouble trouble) {
        assertThat(mails(trouble.hop, trouble)).isEmpty();
        assertThat(mails(second, trouble)).isEmpty();
        assertThat(bounces(trouble.name)).hasSize(2);
        assertThat(bounces(trouble.name)).allMatch(bounce -> bounce.text().contains("554 5.7.0 never at "));
        assertThat(bounces(trouble.name).stream().filter(bounce -> bounce.text().contains("rfc822; " + trouble.alone()))).hasSize(1);
        assertThat(bounces(trouble.name).stream().filter(bounce -> bounce.text().contains("rfc822; " + trouble.backed()))).hasSize(1);
    }

    @ParameterizedTest
    @FieldSource("HARMLESS")
    void shouldNotSendAgainWhatWasTaken(Trouble trouble) {
        assertThat(mails(trouble.hop, trouble)).extracting(NextHop.ReceivedMail::recipients)
            .containsExactlyInAnyOrder(List.of(trouble.alone()), List.of(trouble.backed()));
        assertThat(mails(second, trouble)).isEmpty();
        assertThat(bounces(trouble.name)).isEmpty();
    }

    /** SMTP leaves no choice: who does not know whether the mail was taken sends it again, rather than lose it (RFC 1047). */
    @ParameterizedTest
    @FieldSource("UNKNOWN")
    void shouldSendAgainWhatMayBeLost(Trouble trouble) {
        List<NextHop.ReceivedMail> taken = mails(trouble.hop, trouble);
        assertThat(taken.stream().filter(mail -> mail.recipients().contains(trouble.alone())).count()).isGreaterThan(1);
        assertThat(taken.stream().map(FailureIT::messageId).distinct()).hasSize(1);
        assertThat(mails(second, trouble)).hasSize(1);
        assertThat(bounces(trouble.name)).isEmpty();
    }

    @Test
    void shouldUseNextHostWhenConnectingTimesOut() {
        int logged = server.packLogSize();
        send("dead" + SENDER_DOMAIN, "dead host", "a@dead.example");
        assertThat(server.awaitMails(second, "dead host", 1)).hasSize(1);
        server.awaitPackLog(logged, "a@dead.example", "deferred by [127.0.0.1]:" + dead.port());
    }

    @Test
    void shouldSettleEachRecipientByItself() {
        partial.answer("RCPT TO:<never@", "550 5.1.1 no such user").answer("RCPT TO:<later@", "450 4.2.0 busy");
        int logged = server.packLogSize();
        send("partial" + SENDER_DOMAIN, "partial", "now@partial.example", "never@partial.example", "later@partial.example");
        server.awaitPackLog(logged, "attempt 3 of ", "[later@partial.example]");
        partial.obey();
        server.awaitEmptyQueues();
        assertThat(server.awaitMails(partial, "partial", 2)).extracting(NextHop.ReceivedMail::recipients)
            .containsExactly(List.of("now@partial.example"), List.of("later@partial.example"));
        assertThat(bounces("partial")).hasSize(1);
        assertThat(bounces("partial").get(0).text()).contains("rfc822; never@partial.example", "550 5.1.1 no such user")
            .doesNotContain("rfc822; now@partial.example", "rfc822; later@partial.example");
    }

    private static List<NextHop.ReceivedMail> mails(NextHop hop, Trouble trouble) {
        return hop.mails().stream().filter(mail -> mail.subject().equals(trouble.name)).collect(Collectors.toList());
    }

    private static List<NextHop.ReceivedMail> bounces(String sender) {
        return smart.mails().stream()
            .filter(mail -> mail.sender().isEmpty() && mail.recipients().contains(sender + SENDER_DOMAIN))
            .collect(Collectors.toList());
    }

    private static List<String> deferrals(Trouble trouble) {
        return server.james().packLog().stream()
            .filter(line -> line.contains(" deferred by ") && line.contains("[" + trouble.alone() + "]"))
            .collect(Collectors.toList());
    }

    private static String messageId(NextHop.ReceivedMail mail) {
        return mail.text().lines().filter(line -> line.startsWith("Message-ID:")).findFirst().orElseThrow();
    }

    private static void send(String sender, String subject, String... recipients) {
        try (SmtpClient client = server.client(CLIENT)) {
            assertThat(client.mail(sender).code()).isEqualTo(250);
            for (String recipient : List.of(recipients)) {
                assertThat(client.rcpt(recipient).toString()).startsWith("250 ");
            }
            assertThat(client.data(subject).code()).isEqualTo(250);
        }
    }

    /** One way to fail, and the next hop that does. */
    private static final class Trouble {
        private final String name;
        private final NextHop hop;
        private String host = "127.0.0.1";
        private String attributes = "";
        private boolean loud;
        private Consumer<NextHop> beginning = hop -> { };
        private Consumer<NextHop> end = NextHop::obey;

        private Trouble(String name, NextHop hop) {
            this.name = name;
            this.hop = hop;
        }

        private Trouble at(String hostName) {
            host = hostName;
            return this;
        }

        private Trouble with(String more) {
            attributes = more;
            return this;
        }

        /** The administrator has to do something about it: the log must say so as an error. */
        private Trouble loud() {
            loud = true;
            return this;
        }

        private Trouble begins(Consumer<NextHop> change) {
            beginning = change;
            return this;
        }

        private Trouble ends(Consumer<NextHop> change) {
            end = change;
            return this;
        }

        private void begin() {
            beginning.accept(hop);
        }

        private void end() {
            end.accept(hop);
        }

        private String address() {
            return host + ":" + hop.port();
        }

        private String alone() {
            return "a@" + name.toLowerCase(Locale.ROOT) + ".alone.example";
        }

        private String backed() {
            return "b@" + name.toLowerCase(Locale.ROOT) + ".backed.example";
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
