package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private Outcome send(Optional<NextHops> hops, String... parameters) throws Exception {
        DomainList domains = mock(DomainList.class);
        when(domains.getDefaultDomain()).thenReturn(Domain.of("relay.example"));
        FakeMailetConfig.Builder config = FakeMailetConfig.builder().mailetContext(FakeMailContext.defaultContext());
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        Host host = new Host(NAME, InetAddress.getByName("127.0.0.1"), hop.port());
        FakeMailetConfig mailet = config.build();
        try (KeptConnections connections = new KeptConnections(trusted)) {
            return new SmtpSender(ClientSettings.of(mailet, domains), mailet.getMailetContext(), connections)
                .send(mail, List.of(joe), host, hops).get(joe);
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
}
