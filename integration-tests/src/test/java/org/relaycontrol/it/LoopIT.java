package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.Postfix;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/** Mail that comes back: a next hop, a real Postfix, relays everything to the James it has it from. */
class LoopIT {
    private static final Resources RESOURCES = new Resources();
    private static final int MAX_RECEIVED = 20;

    private static NextHop smart;
    private static Postfix postfix;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        int port = FreePorts.next();
        smart = RESOURCES.add(NextHop.listening());
        postfix = RESOURCES.add(Postfix.relayingTo(port, "postfix.test").start());
        server = RESOURCES.add(RelayServer.sample("mail-clients", "loops")
            .port(25, port)
            .conf(conf -> conf.replace("mailetcontainer.xml", "<outgoingQueue>relay</outgoingQueue>",
                "<outgoingQueue>relay</outgoingQueue><maxReceived>" + MAX_RECEIVED + "</maxReceived>"))
            .policy(String.join("\n",
                "<relaycontrol>",
                "  <routing smartHost='127.0.0.1:" + smart.port() + "'>",
                "    <domain name='loop.example' action='relay' nextHop='127.0.0.1:" + postfix.port() + "'/>",
                "  </routing>",
                "  <policy><restrictions><clients><network>127.0.0.0/8</network></clients></restrictions></policy>",
                "</relaycontrol>"))
            .start());
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @Test
    void shouldBounceLoopingMailOnce() {
        send("sender@else.example", "one bounce", "a@loop.example", "b@loop.example");
        RelayServer.await(() -> bounces("sender@else.example"), bounces -> !bounces.isEmpty(), () -> "a bounce");
        server.awaitEmptyQueues();
        assertThat(bounces("sender@else.example")).hasSize(1);
        assertThat(bounces("sender@else.example").get(0).text()).contains("rfc822; a@loop.example", "rfc822; b@loop.example", "5.4.6");
        assertThat(passes("sender@else.example")).isBetween(2L, (long) MAX_RECEIVED);
    }

    /** The bounce loops as well, and there is none to a bounce. */
    @Test
    void shouldEndLoopOfMailWhoseSenderLoops() {
        int logged = server.packLogSize();
        send("sender@loop.example", "no storm", "c@loop.example");
        server.awaitPackLog(logged, "from <> to [sender@loop.example]", "the mail is looping");
        server.awaitEmptyQueues();
        assertThat(passes("sender@loop.example")).isBetween(2L, (long) MAX_RECEIVED);
        assertThat(bounces("sender@loop.example")).isEmpty();
    }

    private static List<NextHop.ReceivedMail> bounces(String sender) {
        return smart.mails().stream()
            .filter(mail -> mail.sender().isEmpty() && mail.recipients().contains(sender))
            .collect(Collectors.toList());
    }

    /** How often Postfix took mail of this sender. */
    private static long passes(String sender) {
        return postfix.log().stream().filter(line -> line.contains("from=<" + sender + ">, size=")).count();
    }

    private static void send(String sender, String subject, String... recipients) {
        try (SmtpClient client = server.client("127.0.0.1")) {
            assertThat(client.mail(sender).code()).isEqualTo(250);
            for (String recipient : List.of(recipients)) {
                assertThat(client.rcpt(recipient).toString()).startsWith("250 ");
            }
            assertThat(client.data(subject).code()).isEqualTo(250);
        }
    }
}
