package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of a real resolver against a scripted DNS server. */
class DnsTest {

    private final AtomicLong now = new AtomicLong();
    private FakeDnsServer server;
    private Dns dns;

    @BeforeEach
    void setUp() throws IOException {
        server = new FakeDnsServer();
        // Long enough for the first look-up of a busy machine, short enough to wait for in the tests of silent servers.
        dns = new Dns(List.of(server.address()), Duration.ofSeconds(3), now::get);
    }

    @AfterEach
    void tearDown() {
        server.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldFindAddressesOfBothFamiliesIpv4First() throws Exception {
        server.with("host.example", "300 A 192.0.2.1", "300 AAAA 2001:db8::1", "300 A 192.0.2.2");

        DnsAnswer<InetAddress> answer = get(dns.addresses("HOST.example"));

        assertThat(answer.status()).isEqualTo(DnsAnswer.Status.FOUND);
        assertThat(answer.records()).extracting(InetAddress::getHostAddress)
            .containsExactlyInAnyOrder("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1")
            .last().isEqualTo("2001:db8:0:0:0:0:0:1");
    }

    @Test
    void shouldFollowAliases() throws Exception {
        server.with("alias.example", "300 CNAME host.example.").with("host.example", "300 A 192.0.2.1");

        assertThat(get(dns.ipv4("alias.example")).records()).containsExactly(InetAddress.getByName("192.0.2.1"));
    }

    @Test
    void shouldTellNoSuchNameFromNoSuchRecordAndFromFailure() throws Exception {
        server.with("empty.example").failing("broken.example").silent("silent.example");

        assertThat(get(dns.addresses("absent.example")).status()).isEqualTo(DnsAnswer.Status.NO_SUCH_NAME);
        assertThat(get(dns.addresses("empty.example")).status()).isEqualTo(DnsAnswer.Status.NO_DATA);
        assertThat(get(dns.mailExchangers("empty.example")).status()).isEqualTo(DnsAnswer.Status.NO_DATA);
        assertThat(get(dns.addresses("broken.example")).status()).isEqualTo(DnsAnswer.Status.FAILED);
        assertThat(get(dns.addresses("silent.example")).status()).isEqualTo(DnsAnswer.Status.FAILED);
        assertThat(get(dns.addresses("silent.example")).problem()).isEqualTo("no answer in time");
    }

    @Test
    void shouldCountLookUpsHitsAndTimeOuts() throws Exception {
        server.with("host.example", "300 A 192.0.2.1").failing("broken.example").silent("silent.example");

        get(dns.ipv4("host.example"));
        get(dns.ipv4("host.example"));
        get(dns.ipv4("broken.example"));
        get(dns.ipv4("silent.example"));

        assertThat(dns.lookUps()).isEqualTo(4);
        assertThat(dns.hits()).isEqualTo(1);
        assertThat(dns.failures()).isEqualTo(2);
        assertThat(dns.timeOuts()).isEqualTo(1);
    }

    @Test
    void shouldFindNothingUnderANameThatCannotExist() throws Exception {
        assertThat(get(dns.addresses("a..example")).status()).isEqualTo(DnsAnswer.Status.NO_SUCH_NAME);
    }

    @Test
    void shouldReadMailExchangers() throws Exception {
        server.with("mail.example", "300 MX 20 Backup.Example.", "300 MX 10 mx.example.").with("nomail.example", "300 MX 0 .");

        assertThat(get(dns.mailExchangers("mail.example")).records()).extracting(MailExchanger::toString)
            .containsExactlyInAnyOrder("20 backup.example", "10 mx.example");
        assertThat(get(dns.mailExchangers("nomail.example")).records()).singleElement().matches(MailExchanger::isNull);
    }

    @Test
    void shouldReadNoMoreThanTenNamesOfAnAddress() throws Exception {
        server.with("1.2.0.192.in-addr.arpa",
            IntStream.range(0, 12).mapToObj(i -> "300 PTR Host" + i + ".example.").toArray(String[]::new));

        assertThat(get(dns.names(InetAddress.getByName("192.0.2.1"))).records()).hasSize(Dns.MAX_PTR).contains("host5.example");
    }

    @Test
    void shouldReadTheNameOfAnIpv6Address() throws Exception {
        server.with("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "300 PTR six.example.");

        assertThat(get(dns.names(InetAddress.getByName("2001:db8::1"))).records()).containsExactly("six.example");
    }

    @Test
    void shouldAskOnceWhileTheAnswerLives() throws Exception {
        server.with("host.example", "300 A 192.0.2.1");

        CompletableFuture<DnsAnswer<InetAddress>> first = dns.ipv4("host.example");
        CompletableFuture<DnsAnswer<InetAddress>> second = dns.ipv4("HOST.EXAMPLE.");
        get(first);
        get(second);
        now.addAndGet(Duration.ofSeconds(299).toNanos());
        get(dns.ipv4("host.example"));
        assertThat(server.questions()).containsExactly("host.example. A");

        now.addAndGet(Duration.ofSeconds(2).toNanos());
        get(dns.ipv4("host.example"));
        assertThat(server.questions()).hasSize(2);
    }

    @Test
    void shouldKeepTheTimeToLiveWithinLimits() throws Exception {
        server.with("short.example", "0 A 192.0.2.1").with("long.example", "999999 A 192.0.2.1");

        get(dns.ipv4("short.example"));
        get(dns.ipv4("long.example"));
        now.addAndGet(Dns.MIN_TTL.toNanos() - 1);
        get(dns.ipv4("short.example"));
        assertThat(server.questions()).hasSize(2);

        now.addAndGet(1);
        get(dns.ipv4("short.example"));
        assertThat(server.questions()).hasSize(3);

        now.addAndGet(Dns.MAX_TTL.toNanos());
        get(dns.ipv4("long.example"));
        assertThat(server.questions()).hasSize(4);
    }

    @Test
    void shouldSoonForgetAFailure() throws Exception {
        server.failing("host.example");
        assertThat(get(dns.ipv4("host.example")).status()).isEqualTo(DnsAnswer.Status.FAILED);

        server.with("host.example", "300 A 192.0.2.1");
        assertThat(get(dns.ipv4("host.example")).status()).isEqualTo(DnsAnswer.Status.FAILED);
        now.addAndGet(Dns.FAILURE_TTL.toNanos());
        assertThat(get(dns.ipv4("host.example")).status()).isEqualTo(DnsAnswer.Status.FOUND);
    }

    @Test
    void shouldNotWaitForTheAnswer() throws Exception {
        server.silent("silent.example");

        assertThat(dns.addresses("silent.example")).isNotDone();
    }

    @Test
    void shouldTakeAddressesFromTheHostsFileFirst() throws Exception {
        assertThat(get(dns.ipv4("localhost")).records()).containsExactly(InetAddress.getByName("127.0.0.1"));
        assertThat(server.questions()).isEmpty();
    }
}
