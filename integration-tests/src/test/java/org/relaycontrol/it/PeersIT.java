package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.it.harness.Certificates;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.Exim;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.Postfix;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/** Next hops that are real mail servers, which ask for credentials and TLS: a Postfix and an Exim at the same time. */
class PeersIT {
    private static final String CLIENT = "127.0.0.1";
    private static final String POSTFIX_PASSWORD = "postfix-secret";
    private static final String EXIM_PASSWORD = "exim-secret";

    private static final Resources RESOURCES = new Resources();

    @TempDir
    private static Path folder;
    private static NextHop behindPostfix;
    private static NextHop behindExim;
    private static Postfix postfix;
    private static Exim exim;
    private static RelayServer server;

    @BeforeAll
    static void start() {
        Certificates certificates = Certificates.in(folder);
        behindPostfix = RESOURCES.add(NextHop.listening());
        behindExim = RESOURCES.add(NextHop.listening());
        postfix = RESOURCES.add(Postfix.relayingTo(behindPostfix.port(), "postfix.test")
            .requireTls(certificates.issue("postfix.test"))
            .requireUser("gateway@peers.test", POSTFIX_PASSWORD)
            .start());
        exim = RESOURCES.add(Exim.relayingTo(behindExim.port(), "exim.test")
            .requireTls(certificates.issue("exim.test"))
            .requireUser("james", EXIM_PASSWORD)
            .start());
        DnsServer dns = RESOURCES.add(DnsServer.listening("127.0.0.1", 0))
            .record("postfix.test", "A", "127.0.0.1")
            .record("impostor.test", "A", "127.0.0.1");
        server = RESOURCES.add(RelayServer.sample("mail-clients", "peers")
            .conf(conf -> conf
                .writeSecret("postfix.password", POSTFIX_PASSWORD)
                .writeSecret("exim.password", EXIM_PASSWORD)
                .writeSecret("changing.password", POSTFIX_PASSWORD)
                .replace("mailetcontainer.xml", "<delayTime>5 minutes, 10 minutes, 20 minutes, 40 minutes, 107 * 4000 seconds</delayTime>",
                    "<delayTime>1000 * 1 second</delayTime>"))
            .policy(policy())
            .dns(dns)
            .options(certificates.trust())
            .start());
    }

    private static String policy() {
        String gateway = " tls='required-verified' username='gateway@peers.test'";
        return String.join("\n",
            "<relaycontrol>",
            "  <nextHops>",
            "    <nextHop name='postfix' hosts='postfix.test:" + postfix.port() + "'" + gateway + " passwordFile='postfix.password'/>",
            "    <nextHop name='exim' hosts='127.0.0.1:" + exim.port() + "' tls='required' username='james' passwordFile='exim.password'/>",
            "    <nextHop name='changing' hosts='postfix.test:" + postfix.port() + "'" + gateway + " passwordFile='changing.password'/>",
            "    <nextHop name='impostor' hosts='impostor.test:" + postfix.port() + ",postfix.test:" + postfix.port() + "'" + gateway
                + " passwordFile='postfix.password'/>",
            "  </nextHops>",
            "  <routing>",
            "    <domain name='postfix.example' action='relay' via='postfix'/>",
            "    <domain name='second.example' action='relay' via='postfix'/>",
            "    <domain name='exim.example' action='relay' via='exim'/>",
            "    <domain name='changing.example' action='relay' via='changing'/>",
            "    <domain name='impostor.example' action='relay' via='impostor'/>",
            "  </routing>",
            "  <policy/>",
            "</relaycontrol>");
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @Test
    void shouldUseTlsAndCredentialsOfEachNextHop() {
        send("both", "a@postfix.example", "b@exim.example");
        NextHop.ReceivedMail byPostfix = server.awaitMails(behindPostfix, "both", 1).get(0);
        NextHop.ReceivedMail byExim = server.awaitMails(behindExim, "both", 1).get(0);
        assertThat(byPostfix.recipients()).containsExactly("a@postfix.example");
        assertThat(byPostfix.text()).contains("(using TLSv1.3", "(Authenticated sender: gateway@peers.test)");
        assertThat(byExim.recipients()).containsExactly("b@exim.example");
        assertThat(byExim.text()).contains("with esmtpsa", "X-Authenticated: james");
    }

    @Test
    void shouldMakeOneTransactionForAllDomainsOfNextHop() {
        send("one transaction", "a@postfix.example", "b@second.example", "c@exim.example", "d@postfix.example", "e@second.example");
        assertThat(server.awaitMails(behindPostfix, "one transaction", 1).get(0).recipients())
            .containsExactlyInAnyOrder("a@postfix.example", "b@second.example", "d@postfix.example", "e@second.example");
        assertThat(server.awaitMails(behindExim, "one transaction", 1).get(0).recipients()).containsExactly("c@exim.example");
        assertThat(postfix.log()).filteredOn(line -> line.contains("nrcpt=4 ")).hasSize(1);
    }

    @Test
    void shouldKeepMailWhilePasswordIsWrong() {
        server.conf().writeSecret("changing.password", "not the password");
        int logged = server.packLogSize();
        send("password", "patient@changing.example");
        assertThat(server.awaitPackLog(logged, "patient@changing.example", "deferred by")).contains("[ERROR]", "535 ");
        server.awaitPackLog(logged, "attempt 2 of", "patient@changing.example");
        assertThat(server.admin().queueSize("relay")).isEqualTo(1);
        server.conf().writeSecret("changing.password", POSTFIX_PASSWORD);
        assertThat(server.awaitMails(behindPostfix, "password", 1).get(0).recipients()).containsExactly("patient@changing.example");
        server.awaitEmptyQueues();
        assertThat(server.awaitMails(behindPostfix, "password", 1)).hasSize(1);
        assertThat(server.james().packLog()).noneMatch(line -> line.contains("not the password") || line.contains(POSTFIX_PASSWORD));
    }

    @Test
    void shouldUseNextHostWhenCertificateIsForAnotherName() {
        int logged = server.packLogSize();
        send("impostor", "a@impostor.example");
        assertThat(server.awaitPackLog(logged, "a@impostor.example", "impostor.test[127.0.0.1]", "deferred by")).contains("[ERROR]");
        assertThat(server.awaitMails(behindPostfix, "impostor", 1)).hasSize(1);
        server.awaitPackLog(logged, "a@impostor.example", "delivered by postfix.test[127.0.0.1]");
    }

    private static void send(String subject, String... recipients) {
        try (SmtpClient client = server.client(CLIENT)) {
            assertThat(client.mail("a@sender.example").code()).isEqualTo(250);
            for (String recipient : List.of(recipients)) {
                assertThat(client.rcpt(recipient).toString()).startsWith("250 ");
            }
            assertThat(client.data(subject).code()).isEqualTo(250);
        }
    }
}
