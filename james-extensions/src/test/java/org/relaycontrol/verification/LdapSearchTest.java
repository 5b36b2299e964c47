package org.relaycontrol.verification;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.OperationType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.mailets.TestTls;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.Verification;

/** Searches of a directory with entries like Active Directory's. */
class LdapSearchTest {

    private static final String BASE = "dc=ratest,dc=com";
    private static final String GATEWAY = "CN=gateway,CN=Users," + BASE;
    private static final String PASSWORD = "first-secret";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    static Path certificates;
    private static SSLContext certificate;

    @TempDir
    Path folder;
    private final List<InMemoryDirectoryServer> servers = new ArrayList<>();
    private final AtomicInteger binds = new AtomicInteger();
    private Path passwordFile;
    private LdapSearch search;

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = TestTls.selfSigned(certificates, "localhost");
    }

    @BeforeEach
    void setUp() throws Exception {
        passwordFile = Files.writeString(folder.resolve("ldap.password"), PASSWORD + "\n");
        search = new LdapSearch(certificate);
    }

    @AfterEach
    void tearDown() {
        search.close();
        servers.forEach(server -> server.shutDown(true));
    }

    private InMemoryDirectoryServer directory() throws Exception {
        return directory(InMemoryListenerConfig.createLDAPConfig("plain", InetAddress.getByName("127.0.0.1"), 0,
            certificate.getSocketFactory()));
    }

    private InMemoryDirectoryServer directory(InMemoryListenerConfig listener) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        config.setListenerConfigs(listener);
        config.addAdditionalBindCredentials(GATEWAY, PASSWORD);
        config.addInMemoryOperationInterceptor(new InMemoryOperationInterceptor() {
            @Override
            public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request) {
                binds.incrementAndGet();
            }
        });
        config.setAuthenticationRequiredOperationTypes(EnumSet.of(OperationType.SEARCH));
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.add("dn: " + BASE, "objectClass: domainDNS", "dc: ratest");
        server.add("dn: CN=Users," + BASE, "objectClass: container");
        server.add("dn: CN=Joe Bloggs,CN=Users," + BASE, "objectClass: user", "sAMAccountName: joe", "mail: joe.bloggs@ratest.com",
            "proxyAddresses: SMTP:Joe.Bloggs@ratest.com", "proxyAddresses: smtp:joe@ratest.com",
            "proxyAddresses: X400:C=US;A= ;P=RATest;O=Huntsville;S=Bloggs;G=Joe;");
        server.add("dn: CN=Sales,CN=Users," + BASE, "objectClass: group", "proxyAddresses: SMTP:sales@ratest.com");
        server.add("dn: CN=Sales Bin,CN=Users," + BASE, "objectClass: publicFolder", "proxyAddresses: smtp:sales@ratest.com");
        server.add("dn: CN=Odd,CN=Users," + BASE, "objectClass: user", "proxyAddresses: smtp:o*d(1)\\@ratest.com");
        servers.add(server);
        server.startListening();
        return server;
    }

    private LdapDirectory.Builder at(String urls) {
        return LdapDirectory.builder("ad", urls, BASE).bind(GATEWAY, passwordFile.toString());
    }

    private static String url(InMemoryDirectoryServer server) {
        return "ldap://127.0.0.1:" + server.getListenPort();
    }

    private Answer ask(LdapDirectory directory, String localPart, String delimiter, Duration timeout) {
        DomainName domain = DomainName.of("ratest.com");
        return search.ask(Target.of(Verification.ldap(directory), null, domain), Recipient.of(localPart, domain), delimiter, timeout);
    }

    private Answer.Kind kind(LdapDirectory directory, String localPart) {
        return ask(directory, localPart, "", TIMEOUT).kind();
    }

    @Test
    void shouldFindWhoHasTheAddress() throws Exception {
        LdapDirectory directory = at(url(directory())).build();

        assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(directory, "JOE.bloggs")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(directory, "sales")).as("two entries").isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(directory, "ann")).isEqualTo(Answer.Kind.UNKNOWN);
    }

    @Test
    void shouldObeyNothingInAnAddress() throws Exception {
        LdapDirectory directory = at(url(directory())).build();

        for (String localPart : List.of("*", "j*", "joe*", "joe)(proxyAddresses=smtp:joe", "*)(objectClass=*", "joe\\00", "\"joe)\"",
            "o*d(1)")) {
            assertThat(kind(directory, localPart)).as(localPart).isEqualTo(Answer.Kind.UNKNOWN);
        }
        assertThat(kind(directory, "\"o*d(1)\\\\\"")).as("a backslash of its own").isEqualTo(Answer.Kind.EXISTS);
    }

    @Test
    void shouldFindWhoHasTheAddressWithoutItsTag() throws Exception {
        LdapDirectory directory = at(url(directory())).build();

        assertThat(ask(directory, "joe+lists", "+", TIMEOUT).kind()).isEqualTo(Answer.Kind.EXISTS);
        assertThat(ask(directory, "ann+lists", "+", TIMEOUT).kind()).isEqualTo(Answer.Kind.UNKNOWN);
        assertThat(ask(directory, "joe+lists", "", TIMEOUT).kind()).isEqualTo(Answer.Kind.UNKNOWN);
    }

    @Test
    void shouldUseTheFilterOfThePolicy() throws Exception {
        LdapDirectory directory = at(url(directory())).filter("(&(objectClass=user)(sAMAccountName=%u))").build();

        assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(directory, "sales")).isEqualTo(Answer.Kind.UNKNOWN);
    }

    private InMemoryDirectoryServer ldaps(SSLContext context) throws Exception {
        return directory(InMemoryListenerConfig.createLDAPSConfig("ldaps", InetAddress.getByName("127.0.0.1"), 0,
            context.getServerSocketFactory(), context.getSocketFactory()));
    }

    @Test
    void shouldEncryptAsThePolicySays() throws Exception {
        int startTls = directory().getListenPort();

        assertThat(kind(at("ldaps://localhost:" + ldaps(certificate).getListenPort()).build(), "joe")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(at("ldap://localhost:" + startTls).tls(Tls.REQUIRED_VERIFIED).build(), "joe")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(at("ldap://localhost:" + startTls).tls(Tls.REQUIRED).build(), "joe")).isEqualTo(Answer.Kind.EXISTS);
    }

    @Test
    void shouldTrustNoCertificateForAnotherName() throws Exception {
        SSLContext other = TestTls.selfSigned(folder, "other.example");
        search = new LdapSearch(other);
        int port = ldaps(other).getListenPort();
        int startTls = directory(InMemoryListenerConfig.createLDAPConfig("plain", InetAddress.getByName("127.0.0.1"), 0,
            other.getSocketFactory())).getListenPort();

        assertThat(ask(at("ldaps://localhost:" + port).build(), "joe", "", TIMEOUT).toString()).startsWith("UNREACHABLE: ")
            .contains("other.example");
        assertThat(kind(at("ldap://localhost:" + startTls).tls(Tls.REQUIRED_VERIFIED).build(), "joe"))
            .isEqualTo(Answer.Kind.UNREACHABLE);
        assertThat(kind(at("ldaps://localhost:" + port).tls(Tls.REQUIRED).build(), "joe")).isEqualTo(Answer.Kind.EXISTS);
    }

    @Test
    void shouldTrustNoCertificateOfStrangers() throws Exception {
        int port = ldaps(TestTls.selfSigned(folder, "localhost")).getListenPort();

        assertThat(kind(at("ldaps://localhost:" + port).build(), "joe")).isEqualTo(Answer.Kind.UNREACHABLE);
    }

    @Test
    void shouldReadThePasswordAgainWhenItChanges() throws Exception {
        LdapDirectory directory = at(url(directory())).build();
        Files.writeString(passwordFile, "not the password\n");
        Answer refused = ask(directory, "joe", "", TIMEOUT);
        assertThat(refused.kind()).isEqualTo(Answer.Kind.UNREACHABLE);
        assertThat(refused.text()).contains("49").doesNotContain("not the password");

        Files.writeString(passwordFile, PASSWORD + "\n");
        assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);
        Files.delete(passwordFile);
        assertThat(ask(directory, "joe", "", TIMEOUT).text()).contains("cannot read " + passwordFile);
    }

    @Test
    void shouldAskTheNextServerWhereOneIsDown() throws Exception {
        InMemoryDirectoryServer first = directory();
        LdapDirectory directory = at(url(first) + "," + url(directory())).build();
        assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);

        first.shutDown(true);
        assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);
        assertThat(kind(directory, "ann")).isEqualTo(Answer.Kind.UNKNOWN);
    }

    @Test
    void shouldNotTakeFailureForAnAnswer() throws Exception {
        InMemoryDirectoryServer server = directory();
        LdapDirectory noSuchBase = LdapDirectory.builder("ad", url(server), "dc=elsewhere,dc=com").bind(GATEWAY, passwordFile.toString())
            .build();
        LdapDirectory anonymous = LdapDirectory.builder("ad", url(server), BASE).build();

        assertThat(kind(noSuchBase, "joe")).isEqualTo(Answer.Kind.UNREACHABLE);
        assertThat(kind(anonymous, "joe")).as("not allowed to search").isEqualTo(Answer.Kind.UNREACHABLE);
    }

    @Test
    void shouldNotWaitLongerThanToldForSilence() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            LdapDirectory directory = LdapDirectory.builder("ad", "ldap://127.0.0.1:" + silent.getLocalPort(), BASE).build();
            long start = System.nanoTime();
            assertThat(ask(directory, "joe", "", Duration.ofSeconds(1)).kind()).isEqualTo(Answer.Kind.UNREACHABLE);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT);
        }
    }

    @Test
    void shouldBindOnceForManySearches() throws Exception {
        LdapDirectory directory = at(url(directory())).build();
        for (int i = 0; i < 20; i++) {
            assertThat(kind(directory, "joe")).isEqualTo(Answer.Kind.EXISTS);
        }

        assertThat(binds).hasValue(1);
    }
}
