package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.Footprint;
import org.relaycontrol.it.harness.IdleClients;
import org.relaycontrol.it.harness.MailLoad;
import org.relaycontrol.it.harness.MailLoad.Delivery;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.Troubles;
import org.relaycontrol.it.harness.Troubles.Trouble;

/**
 * Mixed load with one fault after the other. Every verdict is the one the policy gives when it is asked outside James; every mail that
 * James has accepted arrives, or bounces where the next hop has refused it; nothing else arrives; and James is no larger at the end than at
 * the beginning. For how many seconds says the system property {@code soak.seconds}: {@code mvn -Psoak} is 20 minutes.
 */
class SoakIT {
    private static final Resources RESOURCES = new Resources();
    private static final Duration LOAD = Duration.ofSeconds(Integer.getInteger("soak.seconds", 20));
    private static final int SAMPLES = 5;
    private static final int CLIENTS = 6;
    private static final int HOPS = 3;
    private static final long SEED = 20261127;
    private static final Duration MOMENT = Duration.ofSeconds(2);
    private static final int IDLE = 300;
    /** Noise: caches that fill, mail in the user's mailbox, pools of threads that grow to their size. */
    private static final long MOST_HEAP_GROWTH = 48_000_000;
    private static final long MOST_THREAD_GROWTH = 60;
    private static final long MOST_DESCRIPTOR_GROWTH = 100;
    private static final String SECRET = "soak-secret";
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <webadmin unauthenticatedWrites='true'/>",
        "  <accept warning='client-host-name' why='test'/>",
        "  <policy name='soak'>",
        "    <connections mode='allExcept'><network>127.66.0.0/24</network></connections>",
        "    <routing smartHost='127.0.0.1:%2$d'>",
        "      <domain name='ratest.com' action='inbound'/>",
        "      <domain name='relay0.example' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "      <domain name='relay1.example' action='relay' nextHop='127.0.0.1:%2$d'/>",
        "      <domain name='relay2.example' action='relay' nextHop='127.0.0.1:%3$d'/>",
        "      <domain name='route.example' action='route' nextHop='127.0.0.1:%1$d'/>",
        "      <domain name='reject.example' action='reject' reply='not wanted here'/>",
        "      <domain name='flip.example' %4$s/>",
        "      <domains file='list.txt' action='relay' nextHop='127.0.0.1:%3$d'/>",
        "      <domains managed='managed.txt' action='relay' nextHop='127.0.0.1:%3$d'/>",
        "    </routing>",
        "    <restrictions>",
        "      <authenticated/>",
        "      <clients><network>127.168.1.0/24</network><domain>branch.example.com</domain></clients>",
        "      <never><network>127.168.1.66</network></never>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>");
    /** Which next hop has a domain. */
    private static final Map<String, Integer> HOP_OF = Map.of("relay0.example", 0, "relay1.example", 1, "relay2.example", 2,
        "route.example", 0, "unlisted.example", 1, "flip.example", 2, "managed.example", 2, "listed.example", 2);

    private static List<NextHop> hops;
    private static DnsServer dns;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        hops = IntStream.range(0, HOPS).mapToObj(hop -> RESOURCES.add(NextHop.listening())).collect(Collectors.toList());
        wellAgain();
        dns = RESOURCES.add(DnsServer.listening("127.0.0.1", 0));
        for (int i = 0; i < MailLoad.NAMED_CLIENTS; i++) {
            dns.host(MailLoad.nameOfClient(i), MailLoad.namedClient(i));
        }
        server = RESOURCES.add(RelayServer.sample("mail-clients", "soak")
            .conf(conf -> conf.replace("mailetcontainer.xml",
                "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                "<delayTime>100000 * 1 second</delayTime>"))
            .policy(policy("action='reject'"))
            .confOnLoopback(conf -> conf.write("other.xml", policy("action='relay' nextHop='127.0.0.1:" + hops.get(2).port() + "'"))
                .write("one.xml", policy("action='reject'"))
                .write("list.txt", "listed.example\n")
                .write("managed.txt", "managed.example\n"))
            .dns(dns)
            .user(MailLoad.USER, SECRET)
            .start());
    }

    private static String policy(String flip) {
        return String.format(POLICY, hops.get(0).port(), hops.get(1).port(), hops.get(2).port(), flip);
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    /** Every next hop takes everything but what must bounce. */
    private static void wellAgain() {
        hops.forEach(hop -> hop.obey().answer("RCPT TO:<" + MailLoad.BAD, "550 5.1.1 No such user"));
    }

    private static List<Trouble> troubles() {
        Stream<Trouble> ofHops = hops.stream().flatMap(hop -> Stream.of(
            trouble("next hop down", hop::stop, hop::restart),
            trouble("next hop defers", () -> hop.answer("RCPT", "451 4.3.0 later"), SoakIT::wellAgain),
            trouble("next hop breaks off", () -> hop.answer("DATA", NextHop.CUT), SoakIT::wellAgain),
            trouble("next hop breaks off after the message", () -> hop.answer(NextHop.END_OF_DATA, NextHop.TAKE_AND_CUT),
                SoakIT::wellAgain)));
        return Stream.concat(ofHops, Stream.of(
            trouble("DNS silent", () -> dns.silence("."), () -> dns.heal(".")),
            trouble("DNS fails", () -> dns.fail("."), () -> dns.heal(".")),
            trouble("policy changed", () -> replacePolicy(server.conf().read("other.xml")),
                () -> replacePolicy(server.conf().read("one.xml"))),
            trouble("policy bad", () -> replacePolicy("<relaycontrol>"), () -> replacePolicy(server.conf().read("one.xml"))),
            trouble("list file lost", () -> server.conf().delete("list.txt"), () -> server.conf().replace("list.txt", "listed.example\n")),
            trouble("managed list edited", () -> edit("PUT", "{}"), SoakIT::deleteEdited),
            trouble("idle clients", SoakIT::idle, () -> { }))).collect(Collectors.toList());
    }

    private static Trouble trouble(String name, Runnable begin, Runnable end) {
        return Trouble.of(name, MOMENT, begin, end);
    }

    private static void replacePolicy(String text) {
        server.conf().replace("relaycontrol.xml", text);
    }

    private static void idle() {
        try (IdleClients idle = IdleClients.connect(IDLE, "127.0.0.2", server.port(25))) {
            idle.awaitGreetings();
            idle.send(new byte[] {'E'});
        }
    }

    private static String edit(String method, String body, String... headers) {
        String[] all = Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers)).toArray(String[]::new);
        return server.admin().request(method, "/relaycontrol/policies/soak/domains/edited.example", body, all).headers().firstValue("ETag")
            .orElse("");
    }

    private static void deleteEdited() {
        edit("DELETE", "", "If-Match", edit("GET", ""));
    }

    @Test
    void shouldDecideRightlyAndLoseNothing() throws Exception {
        List<Trouble> troubles = troubles();
        MailLoad load = RESOURCES.add(MailLoad.begin(server, SECRET, List.of(PolicyLoader.load(server.conf().path("one.xml")).policies(),
            PolicyLoader.load(server.conf().path("other.xml")).policies()), CLIENTS, SEED));
        Troubles troubling = Troubles.begin(troubles, SEED);
        Footprint warm = null;
        for (int i = 0; i < SAMPLES; i++) {
            LockSupport.parkNanos(LOAD.toNanos() / SAMPLES);
            Footprint now = Footprint.of(server.james());
            say(load.verdicts() + " verdicts, " + load.mails() + " mails accepted; " + now);
            warm = warm == null ? now : warm;
        }
        troubling.end();
        load.end();
        say("troubles: " + troubling);
        say(load.verdicts() + " verdicts, " + load.deferred() + " of them for now; " + load.mails() + " mails accepted");
        assertThat(load.failures()).isEmpty();
        assertThat(troubling.failures()).isEmpty();
        assertThat(load.deferred()).isLessThan(load.verdicts() / 2);
        server.awaitEmptyQueues();
        assertArrived(load.accepted());
        Footprint end = Footprint.of(server.james());
        say("at the end: " + end);
        assertThat(end.heap() - warm.heap()).isLessThan(MOST_HEAP_GROWTH);
        assertThat(end.threads() - warm.threads()).isLessThan(MOST_THREAD_GROWTH);
        assertThat(end.descriptors() - warm.descriptors()).isLessThan(MOST_DESCRIPTOR_GROWTH);
    }

    private static void say(String what) {
        System.out.println("soak: " + what);
    }

    /** Each mail is where it belongs, or has bounced; nothing else is anywhere. */
    private static void assertArrived(Set<Delivery> accepted) {
        Map<Delivery, Integer> arrived = new HashMap<>();
        Set<String> bounced = hops.get(1).mails().stream().filter(mail -> mail.sender().isEmpty())
            .flatMap(mail -> mail.recipients().stream()).collect(Collectors.toSet());
        for (int i = 0; i < HOPS; i++) {
            int hop = i;
            hops.get(i).mails().stream().filter(mail -> !mail.sender().isEmpty()).forEach(mail -> {
                long number = Long.parseLong(mail.subject().substring(MailLoad.SUBJECT.length()));
                mail.recipients().forEach(recipient -> {
                    assertThat(HOP_OF.get(recipient.substring(recipient.indexOf('@') + 1))).as(recipient).isEqualTo(hop);
                    arrived.merge(new Delivery(number, recipient), 1, Integer::sum);
                });
            });
        }
        // AssertJ's containsAll asks no set: it would compare each of some hundred thousand with each other one.
        assertThat(arrived.keySet().stream().filter(delivery -> !accepted.contains(delivery))).as("not accepted, and arrived").isEmpty();
        long toUser = accepted.stream().filter(delivery -> delivery.recipient().equals(MailLoad.USER)).count();
        List<Delivery> lost = accepted.stream()
            .filter(delivery -> !delivery.recipient().equals(MailLoad.USER))
            .filter(delivery -> !arrived.containsKey(delivery))
            .filter(delivery -> !(MailLoad.mayBounce(delivery.recipient())
                && bounced.contains("s" + delivery.number() + "@" + MailLoad.SENDERS)))
            .collect(Collectors.toList());
        say(accepted.size() + " recipients accepted: " + arrived.size() + " relayed, " + bounced.size() + " mails bounced, " + toUser
            + " to the user, " + lost.size() + " lost; " + arrived.values().stream().filter(count -> count > 1).count()
            + " arrived more than once, after a next hop broke off");
        assertThat(lost).isEmpty();
        server.awaitInbox(MailLoad.USER, (int) toUser);
    }
}
