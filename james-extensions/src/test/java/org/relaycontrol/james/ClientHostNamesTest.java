package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.ClientHost;

/** Confirmed names of clients, asked of a scripted DNS server. */
class ClientHostNamesTest {

    private static final String REVERSE = "7.100.51.198.in-addr.arpa";
    private static final String REVERSE_IPV6 = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

    private FakeDnsServer server;
    private ClientHostNames names;

    @BeforeEach
    void setUp() throws IOException {
        server = new FakeDnsServer();
        names = new ClientHostNames(TestDns.asking(server));
    }

    @AfterEach
    void tearDown() {
        server.close();
    }

    private ClientHost host(String client) throws Exception {
        return names.lookUp(InetAddress.getByName(client)).get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldFindNameThatResolvesForward() throws Exception {
        server.with(REVERSE, "300 PTR PC.Branch.example.").with("pc.branch.example", "300 A 192.0.2.1", "300 A 198.51.100.7");

        assertThat(host("198.51.100.7")).hasToString("pc.branch.example");
    }

    @Test
    void shouldFindNameOfIpv6Client() throws Exception {
        server.with(REVERSE_IPV6, "300 PTR six.example.").with("six.example", "300 A 198.51.100.7", "300 AAAA 2001:db8::7");

        assertThat(host("2001:db8::7")).hasToString("six.example");
    }

    @Test
    void shouldFindTheFirstNameThatIsConfirmed() throws Exception {
        server.with(REVERSE, "300 PTR forged.example.", "300 PTR gone.example.", "300 PTR b.example.", "300 PTR c.example.")
            .with("forged.example", "300 A 192.0.2.1")
            .with("b.example", "300 A 198.51.100.7")
            .with("c.example", "300 A 198.51.100.7");

        assertThat(host("198.51.100.7")).hasToString("b.example");
        assertThat(server.questions()).noneMatch(question -> question.startsWith("c.example"));
    }

    @Test
    void shouldFindNoneWithoutConfirmedName() throws Exception {
        server.with(REVERSE, "300 PTR forged.example.").with("forged.example", "300 A 192.0.2.1");

        assertThat(host("198.51.100.7")).isEqualTo(ClientHost.NONE);
        assertThat(host("198.51.100.8")).as("no reverse name").isEqualTo(ClientHost.NONE);
    }

    @Test
    void shouldPassOverNamesThatNoHostHas() throws Exception {
        server.with(REVERSE, "300 PTR with\\032space.example.", "300 PTR 198.51.100.7.", "300 PTR b.example.")
            .with("b.example", "300 A 198.51.100.7");

        assertThat(host("198.51.100.7")).hasToString("b.example");
    }

    @Test
    void shouldNotLookAtMoreThanTenNames() throws Exception {
        server.with(REVERSE, IntStream.rangeClosed(1, 11).mapToObj(i -> "300 PTR n" + i + ".example.").toArray(String[]::new))
            .with("n11.example", "300 A 198.51.100.7");

        assertThat(host("198.51.100.7")).isEqualTo(ClientHost.NONE);
    }

    @Test
    void shouldNotKnowWhatFailsForNow() throws Exception {
        server.failing(REVERSE);
        assertThat(host("198.51.100.7")).isEqualTo(ClientHost.UNKNOWN);
    }

    @Test
    void shouldNotKnowTheFirstNameWhileAnEarlierOneFails() throws Exception {
        server.with(REVERSE, "300 PTR failing.example.", "300 PTR b.example.")
            .failing("failing.example")
            .with("b.example", "300 A 198.51.100.7");

        assertThat(host("198.51.100.7")).isEqualTo(ClientHost.UNKNOWN);
    }
}
