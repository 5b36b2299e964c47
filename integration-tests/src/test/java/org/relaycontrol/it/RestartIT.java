package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.StockJames;

/** Mail that waits for its next hop outlives James, if James's queues do: those of the JPA app do, those of the memory app do not. */
class RestartIT {
    private static final Resources RESOURCES = new Resources();

    private static NextHop up;
    private static NextHop down;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        up = RESOURCES.add(NextHop.listening());
        down = RESOURCES.add(NextHop.listening());
        server = RESOURCES.add(RelayServer.sample("mail-clients", "restart")
            .conf(conf -> conf.replace("mailetcontainer.xml",
                "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                "<delayTime>1000 * 1 second</delayTime>"))
            .policy(String.join("\n",
                "<relaycontrol>",
                "  <routing>",
                "    <domain name='up.example' action='relay' nextHop='127.0.0.1:" + up.port() + "'/>",
                "    <domain name='down.example' action='relay' nextHop='127.0.0.1:" + down.port() + "'/>",
                "  </routing>",
                "  <policy/>",
                "</relaycontrol>"))
            .queues(StockJames.Queues.ACTIVEMQ)
            .start());
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @Test
    void shouldDeliverOnceAfterRestart() throws Exception {
        deliverAfterRestart("restart", () -> server.close());
    }

    @Test
    void shouldDeliverOnceAfterKill() throws Exception {
        deliverAfterRestart("kill", () -> server.james().kill());
    }

    private static void deliverAfterRestart(String subject, End end) throws Exception {
        down.stop();
        int logged = server.packLogSize();
        send(subject, "a@up.example", "b@down.example");
        server.awaitPackLog(logged, "b@down.example", "next in");
        server.awaitMails(up, subject, 1);
        // Killed between the next hop's reply and the queue's note of it, James cannot but deliver again.
        RelayServer.await(() -> server.admin().queueSize("relay"), size -> size <= 1, () -> "one mail in the queue");
        end.end();
        down.restart();
        server.restart();
        assertThat(server.awaitMails(down, subject, 1).get(0).recipients()).containsExactly("b@down.example");
        server.awaitEmptyQueues();
        assertThat(mails(down, subject)).hasSize(1);
        assertThat(mails(up, subject)).hasSize(1);
    }

    private static List<NextHop.ReceivedMail> mails(NextHop hop, String subject) {
        return hop.mails().stream().filter(mail -> mail.subject().equals(subject)).collect(Collectors.toList());
    }

    private static void send(String subject, String... recipients) {
        try (SmtpClient client = server.client("127.0.0.1")) {
            assertThat(client.mail("a@sender.example").code()).isEqualTo(250);
            for (String recipient : List.of(recipients)) {
                assertThat(client.rcpt(recipient).toString()).startsWith("250 ");
            }
            assertThat(client.data(subject).code()).isEqualTo(250);
        }
    }

    /** How James ends. */
    private interface End {
        void end() throws Exception;
    }
}
