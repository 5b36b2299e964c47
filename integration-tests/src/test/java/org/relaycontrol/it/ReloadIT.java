package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** Changes of the policy while James runs: when they are picked up, and what they mean for sessions, mail and bad files. */
class ReloadIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String SENDER = "someone@elsewhere.example";
    private static final String IN_FORCE = "in force";

    private static NextHop relay;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        relay = NextHop.listening();
        server = RelayServer.sample("closed", "reload").policy(policy("")).start();
    }

    @AfterAll
    static void stop() {
        server.close();
        relay.close();
    }

    /** Every policy has a line that tells it from those of other tests, so that each is a change. */
    private static String policy(String parts) {
        return "<relaycontrol>\n<!-- " + System.nanoTime() + " -->\n<policy name='reloaded'>\n" + parts + "\n</policy>\n</relaycontrol>\n";
    }

    private static String routing(String entries) {
        return policy("<routing>" + entries + "</routing>");
    }

    private static String relayed(String domain) {
        return "<domain name='" + domain + "' action='relay' nextHop='127.0.0.1:" + relay.port() + "'/>";
    }

    private static void bringIntoForce(String policy) {
        int from = server.packLogSize();
        server.conf().replace("relaycontrol.xml", policy);
        server.awaitPackLog(from, IN_FORCE);
    }

    private static SmtpClient transaction() {
        SmtpClient client = server.client(STRANGER);
        client.mail(SENDER);
        return client;
    }

    private static int rcpt(String recipient) {
        try (SmtpClient client = transaction()) {
            return client.rcpt(recipient).code();
        }
    }

    @Test
    void shouldDecideByThePolicyAsItIsNow() {
        bringIntoForce(routing(relayed("one.example")));
        assertThat(rcpt("x@one.example")).isEqualTo(250);

        bringIntoForce(routing(relayed("two.example")));
        assertThat(rcpt("x@one.example")).isEqualTo(550);
        assertThat(rcpt("x@two.example")).isEqualTo(250);
    }

    @Test
    void shouldPickUpAListFileThatIsWrittenInPlace() {
        server.conf().write("listed.txt", "one.example\n");
        bringIntoForce(routing("<domains file='listed.txt' action='relay'/>"));
        int from = server.packLogSize();

        server.conf().write("listed.txt", "one.example\ntwo.example\n");

        assertThat(server.awaitPackLog(from, IN_FORCE)).contains("domains 1 -> 2");
        assertThat(rcpt("x@two.example")).isEqualTo(250);
    }

    @Test
    void shouldPickUpAConfigMapThatKubernetesTurns() throws IOException {
        Path map = Files.createDirectory(server.conf().path("map"));
        for (String version : List.of("one", "two")) {
            Path data = Files.createDirectory(map.resolve("..data_" + version));
            Files.writeString(data.resolve("relaycontrol.xml"), routing(relayed(version + ".example")));
        }
        Files.createSymbolicLink(map.resolve("..data"), Path.of("..data_one"));
        Files.createSymbolicLink(map.resolve("relaycontrol.xml"), Path.of("..data/relaycontrol.xml"));
        Path link = Files.createSymbolicLink(server.conf().path("link"), Path.of("map/relaycontrol.xml"));
        int from = server.packLogSize();
        Files.move(link, server.conf().path("relaycontrol.xml"), StandardCopyOption.ATOMIC_MOVE);
        server.awaitPackLog(from, IN_FORCE);
        assertThat(rcpt("x@one.example")).isEqualTo(250);

        int turned = server.packLogSize();
        Files.createSymbolicLink(map.resolve("..data_tmp"), Path.of("..data_two"));
        Files.move(map.resolve("..data_tmp"), map.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        server.awaitPackLog(turned, IN_FORCE);
        assertThat(rcpt("x@two.example")).isEqualTo(250);
        Files.delete(server.conf().path("relaycontrol.xml"));
    }

    @Test
    void shouldStayAsItWasAndTellAllProblemsOfABadFileOnce() {
        bringIntoForce(routing(relayed("one.example")));
        int from = server.packLogSize();

        server.conf().replace("relaycontrol.xml", routing("<domain name='a b' action='relay'/><domain name='one.example' action='no'/>"));

        server.awaitPackLog(from, "[ERROR]", "has problems, the one before stays in force");
        List<String> all = server.james().log();
        assertThat(all).anySatisfy(line -> assertThat(line).startsWith("relaycontrol.xml:4: 'a b' is more than one domain"));
        assertThat(all).anySatisfy(line -> assertThat(line).startsWith("relaycontrol.xml:4: action=\"no\" is unknown"));
        assertThat(rcpt("x@one.example")).isEqualTo(250);
        bringIntoForce(routing(relayed("two.example")));
        assertThat(server.james().packLog().stream().skip(from).filter(line -> line.contains("[ERROR]")).collect(Collectors.toList()))
            .hasSize(1);
    }

    @Test
    void shouldKeepTheOldPolicyInATransactionThatHasBegun() {
        bringIntoForce(routing(relayed("one.example")));
        try (SmtpClient client = transaction()) {
            assertThat(client.rcpt("x@one.example").code()).isEqualTo(250);

            bringIntoForce(policy("<routing smartHost='127.0.0.1:" + relay.port() + "'>" + relayed("two.example") + "</routing>"));

            assertThat(client.rcpt("y@one.example").code()).isEqualTo(250);
            assertThat(client.rcpt("y@two.example").code()).isEqualTo(550);
            assertThat(client.data("permitted before the change").code()).isEqualTo(250);
            client.mail(SENDER);
            assertThat(client.rcpt("z@one.example").code()).isEqualTo(550);
            assertThat(client.rcpt("z@two.example").code()).isEqualTo(250);
        }
        assertThat(server.awaitMails(relay, "permitted before the change", 1).get(0).recipients())
            .contains("x@one.example", "y@one.example");
    }

    @Test
    void shouldEndTheSessionOfAClientThatWasBlockedAtItsNextMail() {
        bringIntoForce(routing(relayed("one.example")));
        try (SmtpClient client = transaction()) {
            assertThat(client.rcpt("x@one.example").code()).isEqualTo(250);

            bringIntoForce(policy("<connections><network>127.51.100.0/24</network></connections>"));

            assertThat(client.command("RSET").code()).isEqualTo(250);
            assertThat(client.mail(SENDER).toString()).startsWith("554 ").endsWith(" connection refused");
            assertThat(client.rcpt("x@one.example").code()).isEqualTo(503);
            assertThat(client.command("NOOP").code()).isEqualTo(503);
            assertThat(client.command("NOOP").code()).isEqualTo(503);
            assertThat(client.closedByServer()).isTrue();
        }
    }
}
