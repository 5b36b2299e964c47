package org.relaycontrol.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.FakeDnsServer;
import org.relaycontrol.james.TestDns;
import org.relaycontrol.james.TestServers;
import org.relaycontrol.nexthop.HostFinder.Hosts;
import org.relaycontrol.policy.NextHop;

/** From next hops and domains to addresses, against a scripted DNS server. */
class HostFinderTest {

    private FakeDnsServer server;
    private HostFinder finder;

    @BeforeEach
    void setUp() throws IOException {
        server = new FakeDnsServer();
        finder = new HostFinder(TestDns.asking(server), TestServers.nowhere());
    }

    @AfterEach
    void tearDown() {
        server.close();
    }

    private static void assertHosts(Hosts hosts, String... expected) {
        assertThat(hosts.failure()).isNull();
        assertThat(hosts.hosts()).extracting(Host::toString).containsExactly(expected);
    }

    private static void assertFailure(Hosts hosts, Outcome.Kind kind, boolean localTrouble, String text) {
        assertThat(hosts.hosts()).isEmpty();
        assertThat(hosts.failure()).isNotNull();
        assertThat(hosts.failure().kind()).isEqualTo(kind);
        assertThat(hosts.failure().isLocalTrouble()).isEqualTo(localTrouble);
        assertThat(hosts.failure().text()).isEqualTo(text);
    }

    @Test
    void shouldAskNothingForAnAddress() {
        assertHosts(finder.find(NextHop.parse("192.0.2.1:587")), "[192.0.2.1]:587");
        assertHosts(finder.find(NextHop.parse("[2001:db8::1]")), "[2001:db8::1]:25");
        assertHosts(finder.findForDomain("192.0.2.1"), "[192.0.2.1]:25");
        assertHosts(finder.findForDomain("[192.0.2.1]"), "[192.0.2.1]:25");
        assertThat(server.questions()).isEmpty();
    }

    @Test
    void shouldNotAskForTheMxOfAHost() throws IOException {
        server.with("a.example", "300 A 192.0.2.1", "300 AAAA 2001:db8::1", "300 MX 10 b.example.");

        assertHosts(finder.find(NextHop.parse("a.example:587")), "a.example[192.0.2.1]:587", "a.example[2001:db8::1]:587");
        assertThat(server.questions()).doesNotContain("a.example. MX");
    }

    @Test
    void shouldOrderMailExchangersByPreference() throws IOException {
        server.with("a.example", "300 MX 20 second.example.", "300 MX 10 first.example.", "300 MX 30 dead.example.")
            .with("first.example", "300 A 192.0.2.1")
            .with("second.example", "300 AAAA 2001:db8::2");

        assertHosts(finder.findForDomain("a.example"), "first.example[192.0.2.1]:25", "second.example[2001:db8::2]:25");
        assertHosts(finder.find(NextHop.parse("mx:a.example")), "first.example[192.0.2.1]:25", "second.example[2001:db8::2]:25");
    }

    @Test
    void shouldTakeTheAddressOfADomainWithoutMx() throws IOException {
        server.with("a.example", "300 AAAA 2001:db8::1");

        assertHosts(finder.findForDomain("a.example"), "a.example[2001:db8::1]:25");
    }

    @Test
    void shouldTakeNoMoreThanTenHosts() throws IOException {
        server.with("a.example", IntStream.range(1, 13).mapToObj(i -> "300 A 192.0.2." + i).toArray(String[]::new));

        assertThat(finder.findForDomain("a.example").hosts()).hasSize(HostFinder.MAX_HOSTS);
    }

    @Test
    void shouldRefuseForGoodWhereTheDomainSaysSo() throws IOException {
        server.with("nomail.example", "300 MX 0 .").with("empty.example");

        assertFailure(finder.findForDomain("absent.example"), Outcome.Kind.REFUSED, false, "550 5.1.2 there is no domain absent.example");
        assertFailure(finder.findForDomain("nomail.example"), Outcome.Kind.REFUSED, false,
            "556 5.1.10 the domain takes no mail (null MX)");
        assertFailure(finder.findForDomain("empty.example"), Outcome.Kind.REFUSED, false,
            "550 5.1.2 the domain empty.example has neither MX nor address");
    }

    @Test
    void shouldDeferWhileDnsFails() throws IOException {
        server.failing("broken.example").with("deadmx.example", "300 MX 10 absent.example.");

        assertFailure(finder.findForDomain("broken.example"), Outcome.Kind.DEFERRED, false, "451 4.4.3 MX look-up failed: SERVFAIL");
        assertFailure(finder.findForDomain("deadmx.example"), Outcome.Kind.DEFERRED, false,
            "451 4.4.4 no mail exchanger has an address: [10 absent.example]");
    }

    @Test
    void shouldBlameThePolicyForANextHopThatCannotBeFound() throws IOException {
        server.failing("broken.example").with("nomail.example", "300 MX 0 .");

        assertFailure(finder.find(NextHop.parse("absent.example")), Outcome.Kind.DEFERRED, true, "451 4.4.3 no address: no such name");
        assertFailure(finder.find(NextHop.parse("broken.example")), Outcome.Kind.DEFERRED, true, "451 4.4.3 no address: SERVFAIL");
        assertFailure(finder.find(NextHop.parse("mx:absent.example")), Outcome.Kind.DEFERRED, true,
            "451 4.4.4 there is no domain absent.example");
        assertFailure(finder.find(NextHop.parse("mx:nomail.example")), Outcome.Kind.DEFERRED, true,
            "451 4.4.4 the domain takes no mail (null MX)");
        assertFailure(finder.find(NextHop.parse("mx:broken.example")), Outcome.Kind.DEFERRED, true,
            "451 4.4.3 MX look-up failed: SERVFAIL");
    }

    /** This server is the exchanger of preference 20. */
    private void beBackup() throws IOException {
        server.with("a.example", "300 MX 10 first.example.", "300 MX 20 equal.example.", "300 MX 20 backup.example.",
                "300 MX 30 last.example.")
            .with("first.example", "300 A 192.0.2.1", "300 A 192.0.2.11")
            .with("equal.example", "300 A 192.0.2.2")
            .with("backup.example", "300 A 192.0.2.20")
            .with("last.example", "300 A 192.0.2.30");
    }

    @Test
    void shouldPassMailOnlyToExchangersThatArePreferredToThisServer() throws Exception {
        beBackup();
        HostFinder byName = new HostFinder(TestDns.asking(server), TestServers.at(2525, "Backup.example"));
        HostFinder byAddress =
            new HostFinder(TestDns.asking(server), TestServers.at(25, "other.example", InetAddress.getByName("192.0.2.20")));
        HostFinder elsewhere =
            new HostFinder(TestDns.asking(server), TestServers.at(2525, "other.example", InetAddress.getByName("192.0.2.20")));

        assertHosts(byName.findForDomain("a.example"), "first.example[192.0.2.1]:25", "first.example[192.0.2.11]:25");
        assertHosts(byAddress.findForDomain("a.example"), "first.example[192.0.2.1]:25", "first.example[192.0.2.11]:25");
        assertHosts(byAddress.find(NextHop.parse("mx:a.example")), "first.example[192.0.2.1]:25", "first.example[192.0.2.11]:25");
        assertThat(elsewhere.findForDomain("a.example").hosts()).hasSize(5);
    }

    @Test
    void shouldNotLetTheMailLoopWhereNobodyIsPreferred() throws Exception {
        beBackup();
        server.with("implicit.example", "300 A 192.0.2.20");
        InetAddress own = InetAddress.getByName("192.0.2.20");
        HostFinder best = new HostFinder(TestDns.asking(server), TestServers.at(25, "first.example", own));

        assertFailure(best.findForDomain("a.example"), Outcome.Kind.REFUSED, false,
            "554 5.4.6 mail for a.example loops back to this server");
        assertFailure(best.findForDomain("implicit.example"), Outcome.Kind.REFUSED, false,
            "554 5.4.6 mail for implicit.example loops back to this server");
        assertFailure(best.findForDomain("192.0.2.20"), Outcome.Kind.REFUSED, false,
            "554 5.4.6 mail for 192.0.2.20 loops back to this server");
        assertFailure(best.find(NextHop.parse("mx:a.example")), Outcome.Kind.DEFERRED, true,
            "451 4.4.4 mail for a.example loops back to this server");
        assertFailure(best.find(NextHop.parse("backup.example")), Outcome.Kind.DEFERRED, true,
            "451 4.4.6 the next hop is this server itself");
        assertHosts(best.find(NextHop.parse("backup.example:587")), "backup.example[192.0.2.20]:587");
    }

    @Test
    void shouldStillDeferWhereTheBetterExchangersHaveNoAddress() throws Exception {
        server.with("a.example", "300 MX 10 absent.example.", "300 MX 20 backup.example.").with("backup.example", "300 A 192.0.2.20");
        HostFinder backup = new HostFinder(TestDns.asking(server), TestServers.at(25, "backup.example"));

        assertFailure(backup.findForDomain("a.example"), Outcome.Kind.DEFERRED, false,
            "451 4.4.4 no mail exchanger has an address: [10 absent.example]");
    }
}
