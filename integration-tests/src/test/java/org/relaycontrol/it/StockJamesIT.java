package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.ConfFolder;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.LoopbackConfiguration;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.StockJames;
import org.relaycontrol.it.harness.WebAdmin;

/** The harness itself. */
class StockJamesIT {
    @Test
    void shouldDeliverLocally() {
        Path run = Distribution.newRun("stock");
        ConfFolder conf = ConfFolder.copy(Distribution.samples().resolve("mail-clients"), run.resolve("conf"));
        conf.replace("smtpserver.xml", "org.relaycontrol.smtp.RelayControlHandlers", "org.apache.james.smtpserver.CoreCmdHandlerLoader");
        conf.replace("mailetcontainer.xml", "org.relaycontrol.mailets.RelayControl", "ToProcessor");
        conf.replace("mailetcontainer.xml", "<inboundProcessor>local-delivery</inboundProcessor>", "<processor>local-delivery</processor>");
        conf.replace("mailetcontainer.xml", "org.relaycontrol.mailets.RouteDelivery", "RemoteDelivery");
        try (NextHop hop = NextHop.listening()) {
            LoopbackConfiguration loopback = LoopbackConfiguration.of(conf).nextHop("smtp.isp.example", "127.0.0.1:" + hop.port()).apply();
            try (StockJames james = StockJames.start(run)) {
                WebAdmin admin = new WebAdmin(loopback.webadminPort()).addUser("alice@ratest.com", "alice-secret");
                try (SmtpClient client = SmtpClient.connect("127.0.0.7", "127.0.0.2", loopback.port(25))) {
                    System.out.println(client.greeting());
                    client.ehlo().startTls();
                    System.out.println(client.auth("alice@ratest.com", "alice-secret"));
                    System.out.println(client.mail("alice@ratest.com"));
                    System.out.println(client.rcpt("alice@ratest.com"));
                    System.out.println(client.data("hello"));
                }
                Awaitility.await().atMost(Duration.ofSeconds(30))
                    .until(() -> admin.messageCount("alice@ratest.com", "INBOX") == 1);
                james.log().forEach(System.out::println);
                assertThat(james.packLog()).isEmpty();
            }
        }
    }
}
