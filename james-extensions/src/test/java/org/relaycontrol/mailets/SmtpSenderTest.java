package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLContext;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.server.core.MailImpl;
import org.apache.james.util.MimeMessageUtil;
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.nexthop.ClientSettings;
import org.relaycontrol.nexthop.Host;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.KeptConnections;

/** TLS and credentials on the way to one host. */
class SmtpSenderTest {

    private static final String NAME = "hop.example";

    @TempDir
    static Path directory;
    private static SSLContext certificate;

    private SSLContext trusted;
    private MailAddress joe;
    private MailImpl mail;
    private SmtpNextHop hop;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestTls.selfSigned(directory, NAME);
    }

    @BeforeEach
    void setUp() throws Exception {
        trusted = SSLContext.getDefault();
        joe = new MailAddress("joe@a.example");
        mail = MailImpl.builder().name("m1").sender("sender@relay.example").addRecipient(joe)
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setText("Body").build()).build();
        hop = SmtpNextHop.on("127.0.0.1");
    }

    @AfterEach
    void tearDown() throws Exception {
        LifecycleUtil.dispose(mail);
        hop.close();
    }

    private SmtpSender sender(KeptConnections connections, String... parameters) throws Exception {
        DomainList domains = mock(DomainList.class);
        when(domains.getDefaultDomain()).thenReturn(Domain.of("relay.example"));
        FakeMailetConfig.Builder config = FakeMailetConfig.builder().mailetContext(FakeMailContext.defaultContext());
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        FakeMailetConfig mailet = config.build();
        ClientSettings settings = ClientSettings.of(mailet, domains);
        return new SmtpSender(mailet.getMailetContext(), new HostConnections(() -> settings, connections));
    }

    private Host host(boolean smtps) throws Exception {
        return new Host(NAME, InetAddress.getByName("127.0.0.1"), hop.port(), smtps);
    }

    private Outcome send(SmtpSender sender, Optional<NextHops> hops) throws Exception {
        return sender.send(mail, List.of(joe), host(false), hops).get(joe);
    }

    private Outcome send(Optional<NextHops> hops, String... parameters) throws Exception {
        try (KeptConnections connections = new KeptConnections(trusted)) {
            return send(sender(connections, parameters), hops);
        }
    }

    private static Optional<NextHops> named(Tls tls) {
        return Optional.of(NextHops.named("isp", NAME, tls, null, null));
    }

    private void assertDelivered(Outcome outcome, boolean encrypted) {
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DELIVERED);
        assertThat(outcome.text()).isEqualTo("250 2.0.0 queued as 42");
        assertThat(hop.messages()).singleElement().matches(message -> message.encrypted == encrypted);
    }

    private void assertLocalTrouble(Outcome outcome) {
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DEFERRED);
        assertThat(outcome.isLocalTrouble()).isTrue();
        assertThat(hop.messages()).isEmpty();
        assertThat(hop.commands()).noneMatch(command -> command.startsWith("MAIL"));
    }

    @Test
    void shouldNotEncryptUnlessTold() throws Exception {
        hop.offering(certificate);

        assertDelivered(send(Optional.of(NextHops.parse(NAME))), false);
    }

    @Test
    void shouldEncryptToUnnamedHostsThatOfferItIfTheMailetSaysSo() throws Exception {
        hop.offering(certificate);

        assertDelivered(send(Optional.empty(), "startTLS", "true"), true);
    }

    @Test
    void shouldEncryptOpportunisticallyWhateverTheCertificate() throws Exception {
        hop.offering(certificate);

        assertDelivered(send(named(Tls.OPPORTUNISTIC)), true);
    }

    @Test
    void shouldDeliverOpportunisticallyWithoutTls() throws Exception {
        assertDelivered(send(named(Tls.OPPORTUNISTIC)), false);
    }

    @Test
    void shouldDeliverOpportunisticallyWhenTheHandshakeFails() throws Exception {
        hop.offering(TestTls.withoutCertificate());

        assertDelivered(send(named(Tls.OPPORTUNISTIC)), false);
    }

    @Test
    void shouldNotSayThePasswordInTheClearWhenTheHandshakeFails() throws Exception {
        hop.offering(TestTls.withoutCertificate()).asking("secret");
        Path password = Files.writeString(directory.resolve("password"), "secret\n");

        assertLocalTrouble(send(Optional.of(NextHops.named("isp", NAME, Tls.OPPORTUNISTIC, "user", password.toString()))));
        assertThat(hop.commands()).noneMatch(command -> command.startsWith("AUTH"));
    }

    @Test
    void shouldEncryptAsRequiredWhateverTheCertificate() throws Exception {
        hop.offering(certificate);

        assertDelivered(send(named(Tls.REQUIRED)), true);
    }

    @Test
    void shouldNotDeliverInTheClearWhenTlsIsRequired() throws Exception {
        assertLocalTrouble(send(named(Tls.REQUIRED)));
        assertLocalTrouble(send(named(Tls.REQUIRED_VERIFIED)));
    }

    @Test
    void shouldNotDeliverToAnUntrustedCertificateWhenItIsVerified() throws Exception {
        hop.offering(certificate);

        assertLocalTrouble(send(named(Tls.REQUIRED_VERIFIED)));
    }

    @Test
    void shouldDeliverToATrustedCertificateForTheNameAtTheAddressThatWasFound() throws Exception {
        hop.offering(certificate);

        trusted = certificate;

        // The JDK cannot resolve this name: what is connected to is the address.
        assertDelivered(send(named(Tls.REQUIRED_VERIFIED)), true);
    }

    @Test
    void shouldNotDeliverToATrustedCertificateForAnotherName() throws Exception {
        trusted = TestTls.selfSigned(directory, "other.example");
        hop.offering(trusted);

        assertLocalTrouble(send(named(Tls.REQUIRED_VERIFIED)));
    }

    @Test
    void shouldAuthenticateUnderTls() throws Exception {
        hop.offering(certificate).asking("secret");
        Path password = Files.writeString(directory.resolve("password"), "secret\n");

        assertDelivered(send(Optional.of(NextHops.named("isp", NAME, Tls.REQUIRED, "user", password.toString()))), true);
    }

    @Test
    void shouldNameThePasswordFileButNotThePassword() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty"), "\nsecret\n");

        Outcome outcome = send(Optional.of(NextHops.named("isp", NAME, Tls.NONE, "user", empty.toString())));

        assertThat(outcome.isLocalTrouble()).isTrue();
        assertThat(outcome.text()).isEqualTo("451 4.3.5 no password: the first line of " + empty + " is empty");
        assertThat(hop.connections()).isZero();
    }

    @Test
    void shouldKeepTheMailWhenCredentialsAreMissing() throws Exception {
        hop.asking("secret");

        Outcome outcome = send(Optional.empty());

        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DEFERRED);
        assertThat(outcome.isLocalTrouble()).isTrue();
        assertThat(outcome.text()).isEqualTo("530 5.7.0 authenticate first");
    }

    @Test
    void shouldSayHelloAsTold() throws Exception {
        send(Optional.empty(), "heloName", "gateway.example");

        assertThat(hop.commands()).first().isEqualTo("EHLO gateway.example");
    }

    @Test
    void shouldEncryptBeforeTheGreeting() throws Exception {
        hop.offeringSmtps(certificate);
        trusted = certificate;

        try (KeptConnections connections = new KeptConnections(trusted)) {
            Optional<NextHops> unnamed = Optional.of(NextHops.parse("smtps:" + NAME));
            assertDelivered(sender(connections).send(mail, List.of(joe), host(true), unnamed).get(joe), true);
            Optional<NextHops> verified = Optional.of(NextHops.named("isp", "smtps:" + NAME).tls(Tls.REQUIRED_VERIFIED).build());
            assertThat(sender(connections).send(mail, List.of(joe), host(true), verified).get(joe).kind())
                .isEqualTo(Outcome.Kind.DELIVERED);
        }
    }

    @Test
    void shouldNotDeliverToAnUntrustedCertificateBeforeTheGreeting() throws Exception {
        hop.offeringSmtps(certificate);

        try (KeptConnections connections = new KeptConnections(trusted)) {
            Optional<NextHops> verified = Optional.of(NextHops.named("isp", "smtps:" + NAME).tls(Tls.REQUIRED_VERIFIED).build());
            assertLocalTrouble(sender(connections).send(mail, List.of(joe), host(true), verified).get(joe));
        }
    }

    @Test
    void shouldPreferWhatTheNextHopSaysToTheMailetsParameters() throws Exception {
        NextHops hops = NextHops.named("isp", NAME).heloName(DomainName.of("own.example"))
            .bind(List.of(IpAddress.parse("127.0.0.7"), IpAddress.parse("::1"))).build();

        send(Optional.of(hops), "heloName", "gateway.example", "bind", "127.0.0.8");
        assertThat(hop.commands()).first().isEqualTo("EHLO own.example");
        assertThat(hop.clients()).containsExactly("127.0.0.7");

        send(Optional.empty(), "bind", "127.0.0.8,::1");
        assertThat(hop.clients()).containsExactly("127.0.0.7", "127.0.0.8");
    }

    @Test
    void shouldRefuseUnusableParameters() {
        assertThatThrownBy(() -> send(Optional.empty(), "bind", "eth0")).hasMessageStartingWith("bind has 'eth0'; write an address");
        assertThatThrownBy(() -> send(Optional.empty(), "bind", "127.0.0.1,127.0.0.2"))
            .hasMessage("bind is '127.0.0.1,127.0.0.2'; write one IPv4 and one IPv6 address at most");
        assertThatThrownBy(() -> send(Optional.empty(), "timeout", "10 minutes"))
            .hasMessage("timeout is '10 minutes'; write a number of milliseconds, or leave it out for 600000");
    }

    @Test
    void shouldKeepTheConnectionForTheNextMail() throws Exception {
        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            for (int i = 0; i < 3; i++) {
                assertThat(send(sender, Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);
            }
        }

        assertThat(hop.connections()).isOne();
        assertThat(hop.commands()).filteredOn("RSET"::equals).hasSize(2);
        Awaitility.await().untilAsserted(() -> assertThat(hop.commands()).last().isEqualTo("QUIT"));
    }

    @Test
    void shouldKeepAnEncryptedConnectionOnWhichItIsAuthenticated() throws Exception {
        Path password = Files.writeString(directory.resolve("kept"), "secret\n");
        hop.offering(certificate).asking("secret");
        NextHops hops = NextHops.named("a", NAME).tls(Tls.REQUIRED).credentials("user", password.toString()).build();

        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            for (int i = 0; i < 3; i++) {
                assertThat(send(sender, Optional.of(hops)).kind()).isEqualTo(Outcome.Kind.DELIVERED);
            }
        }

        assertThat(hop.connections()).isOne();
        assertThat(hop.messages()).hasSize(3).allMatch(message -> message.encrypted);
    }

    @Test
    void shouldNotKeepItForAnotherUserOrPasswordOrNameOrWayToEncrypt() throws Exception {
        Path password = Files.writeString(directory.resolve("changing"), "secret\n");
        hop.offering(certificate).asking("secret");
        List<NextHops> all = List.of(
            NextHops.named("a", NAME).tls(Tls.REQUIRED).credentials("user", password.toString()).build(),
            NextHops.named("a", NAME).tls(Tls.OPPORTUNISTIC).credentials("user", password.toString()).build(),
            NextHops.named("a", NAME).tls(Tls.NONE).credentials("user", password.toString()).build(),
            NextHops.named("a", NAME).tls(Tls.NONE).credentials("another user", password.toString()).build(),
            NextHops.named("a", NAME).tls(Tls.NONE).heloName(DomainName.of("own.example")).build(),
            NextHops.named("a", NAME).tls(Tls.NONE).bind(List.of(IpAddress.parse("127.0.0.7"))).build());

        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            for (NextHops hops : all) {
                send(sender, Optional.of(hops));
            }
            assertThat(hop.connections()).isEqualTo(all.size());

            Files.writeString(password, "another secret\n");
            assertThat(send(sender, Optional.of(all.get(0))).isLocalTrouble()).isTrue();
        }
    }

    @Test
    void shouldCloseTheKeptConnectionsOfANextHopWhoseSettingsChange() throws Exception {
        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            send(sender, Optional.of(NextHops.named("a", NAME).tls(Tls.NONE).build()));
            send(sender, Optional.of(NextHops.named("b", NAME).heloName(DomainName.of("b.example")).build()));
            assertThat(hop.openConnections()).isEqualTo(2);

            send(sender, Optional.of(NextHops.named("a", NAME).heloName(DomainName.of("a.example")).build()));

            Awaitility.await().untilAsserted(() -> assertThat(hop.commands()).filteredOn("QUIT"::equals).hasSize(1));
            assertThat(hop.connections()).isEqualTo(3);
        }
    }

    @Test
    void shouldOpenAnotherConnectionWhenTheKeptOneIsDead() throws Exception {
        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            send(sender, Optional.empty());
            hop.closeConnections();

            assertThat(send(sender, Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        }

        assertThat(hop.connections()).isEqualTo(2);
        assertThat(hop.messages()).hasSize(2);
    }

    @Test
    void shouldOpenAnotherConnectionWhenTheServerTakesNoMoreOnTheKeptOne() throws Exception {
        hop.takingMessages(1, "421 4.7.0 too many messages for one connection");

        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            for (int i = 0; i < 3; i++) {
                assertThat(send(sender, Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);
            }
        }

        assertThat(hop.connections()).isEqualTo(3);
        assertThat(hop.messages()).hasSize(3);
    }

    @Test
    void shouldNotBelieveARefusalOfTheSenderOnAKeptConnectionAlone() throws Exception {
        hop.takingMessages(1, "554 5.5.1 one message is enough");

        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            send(sender, Optional.empty());
            assertThat(send(sender, Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);
            hop.answering("MAIL", "553 5.1.8 bad sender");
            assertThat(send(sender, Optional.empty()).kind()).isEqualTo(Outcome.Kind.REFUSED);
        }
    }

    /** The server may have taken it: at once, it would get it twice for sure. */
    @Test
    void shouldNotSendAgainAtOnceWhenTheKeptConnectionBreaksAfterTheEndOfTheMessage() throws Exception {
        try (KeptConnections connections = new KeptConnections(trusted)) {
            SmtpSender sender = sender(connections);
            send(sender, Optional.empty());
            hop.answering("end of data", SmtpNextHop.DROP);

            Outcome outcome = send(sender, Optional.empty());

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.DEFERRED);
            assertThat(outcome.text()).startsWith("451 4.4.2 the connection broke after the end of the message");
            assertThat(hop.transactions()).isEqualTo(2);
        }
    }

    @Test
    void shouldConvertTheMessageForAHostThatTakesSevenBitsOnly() throws Exception {
        LifecycleUtil.dispose(mail);
        mail = MailImpl.builder().name("m1").sender("sender@relay.example").addRecipient(joe)
            .mimeMessage(MimeMessageUtil.mimeMessageFromString(
                "Subject: eight\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n")).build();

        assertThat(send(Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);
        hop.extending();
        assertThat(send(Optional.empty()).kind()).isEqualTo(Outcome.Kind.DELIVERED);

        assertThat(hop.commands()).anyMatch(command -> command.endsWith(" BODY=8BITMIME"));
        assertThat(hop.messages().get(0).text).contains("Content-Transfer-Encoding: 8bit").doesNotContain("=C3");
        assertThat(hop.messages().get(1).text).contains("Content-Transfer-Encoding: quoted-printable", "Gr=C3=BC=C3=9Fe");
    }

    @Test
    void shouldSendALargeMessageAsItIs() throws Exception {
        String body = "Lines and lines and lines\r\n".repeat(50_000);
        LifecycleUtil.dispose(mail);
        mail = MailImpl.builder().name("m1").sender("sender@relay.example").addRecipient(joe)
            .mimeMessage(MimeMessageUtil.mimeMessageFromString("Subject: large\r\nBcc: hidden@a.example\r\n\r\n" + body)).build();

        send(Optional.empty());

        assertThat(hop.messages()).singleElement()
            .satisfies(message -> assertThat(message.text).isEqualTo("Subject: large\n\n" + body.replace("\r\n", "\n")));
    }

    @Test
    void shouldPutAddressLiteralsInBrackets() throws Exception {
        MailAddress literal = new MailAddress("joe@[127.0.0.9]");
        try (KeptConnections connections = new KeptConnections(trusted)) {
            sender(connections).send(mail, List.of(literal), host(false), Optional.empty());
        }

        assertThat(hop.commands()).contains("RCPT TO:<joe@[127.0.0.9]>");
    }
}
