package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;

/**
 * What the entries of managed lists mean in a policy, and until when.
 */
class ManagedListPolicyTest {

    private static final Path EXAMPLE = Path.of("src/test/resources/good-configs/17-managed-lists/relaycontrol.xml");
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    private static LoadedPolicies load(Path file, Instant now) throws PolicyException {
        return PolicyLoader.load(file, now);
    }

    private static Map<String, RoutingEntry> entries(LoadedPolicies loaded) {
        return loaded.policies().sharedRouting().entries().stream()
            .collect(Collectors.toMap(entry -> entry.name().toString(), entry -> entry));
    }

    private static RoutingEntry entry(String name) throws PolicyException {
        return entries(load(EXAMPLE, NOW)).get(name);
    }

    @Test
    void shouldTakeFromTheElementWhatALineDoesNotSay() throws PolicyException {
        RoutingEntry one = entry("one.example");

        assertThat(one.match()).isEqualTo(Match.SUBTREE);
        assertThat(one.treatment().action()).isEqualTo(Action.RELAY);
        assertThat(one.treatment().nextHops()).isNotNull().satisfies(hops -> assertThat(hops.name()).contains("isp"));
        assertThat(one.rule()).hasToString("customers.txt:2");
    }

    @Test
    void shouldPreferWhatALineSays() throws PolicyException {
        RoutingEntry two = entry("two.example");

        assertThat(two.match()).isEqualTo(Match.EXACT);
        assertThat(two.treatment().nextHops()).hasToString("10.0.0.9:2525");
        assertThat(entry("four.example").treatment().viaSmartHost()).isTrue();
    }

    @Test
    void shouldNotTakeFromTheElementWhatTheActionOfALineDoesNotUse() throws PolicyException {
        RoutingEntry three = entry("three.example");

        assertThat(three.treatment().action()).isEqualTo(Action.REJECT);
        assertThat(three.treatment().reply()).isEqualTo("not \"here\" # any more");
        assertThat(three.treatment().nextHops()).isNull();
    }

    @Test
    void shouldLeaveOutWhatHasExpired() throws PolicyException {
        assertThat(entry("six.example").treatment().action()).isEqualTo(Action.INBOUND);
        assertThat(entries(load(EXAMPLE, Instant.parse("2999-12-31T23:59:58Z")))).containsKey("five.example");
        assertThat(entries(load(EXAMPLE, Instant.parse("2999-12-31T23:59:59Z")))).doesNotContainKey("five.example");
    }

    @Test
    void shouldLeaveOutClientsThatHaveExpired() throws PolicyException {
        assertThat(guests(load(EXAMPLE, NOW))).containsExactly("192.0.2.7", "192.0.2.8");
        assertThat(guests(load(EXAMPLE, Instant.parse("3000-01-01T00:00:00Z")))).containsExactly("192.0.2.8");
    }

    private static List<String> guests(LoadedPolicies loaded) {
        RelayPolicy policy = loaded.policies().policies().get(0);
        NetworkSet networks = policy.restrictions().clients().networks();
        return networks.listed().stream().map(listed -> listed.network().toString()).collect(Collectors.toList());
    }

    @Test
    void shouldTellWhenTheNextEntryExpires() throws PolicyException {
        LoadedPolicies loaded = load(EXAMPLE, NOW);

        assertThat(loaded.nextExpiry(NOW)).contains(Instant.parse("2999-12-31T23:59:59Z"));
        assertThat(loaded.nextExpiry(Instant.parse("2999-12-31T23:59:59Z"))).isEmpty();
        assertThat(load(EXAMPLE, Instant.parse("3000-01-01T00:00:00Z")).nextExpiry(NOW)).isEmpty();
    }

    @Test
    void shouldLetEntriesExpireWhateverBecomesOfTheFiles(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("relaycontrol.xml"), "<relaycontrol>"
            + "<nextHops><nextHop name='isp' hosts='isp.example' username='u' passwordFile='password'/></nextHops>"
            + "<routing><domains managed='relay.txt' action='relay'/><domains managed='missing.txt' action='relay'/>"
            + "<domains file='more.txt' action='relay'/></routing><policy/></relaycontrol>");
        Files.writeString(folder.resolve("password"), "secret");
        Files.writeString(folder.resolve("more.txt"), "more.example");
        Files.writeString(folder.resolve("relay.txt"), "one.example expires=2027-01-01T01:00:00Z\n"
            + "two.example expires=2027-01-01T02:00:00Z\n");
        LoadedPolicies loaded = load(file, NOW);
        for (String gone : List.of("relaycontrol.xml", "password", "relay.txt", "more.txt")) {
            Files.delete(folder.resolve(gone));
        }
        Files.writeString(folder.resolve("missing.txt"), "three.example");

        LoadedPolicies later = loaded.at(Instant.parse("2027-01-01T01:00:00Z"));

        assertThat(entries(loaded)).containsOnlyKeys("one.example", "two.example", "more.example");
        assertThat(entries(later)).containsOnlyKeys("two.example", "more.example");
        assertThat(later.files()).isEqualTo(loaded.files());
        assertThat(entries(later.at(Instant.parse("2027-01-01T02:00:00Z")))).containsOnlyKeys("more.example");
    }

    @Test
    void shouldTellWhereManagedListsAreUsed() throws PolicyException {
        List<ManagedListUse> uses = load(EXAMPLE, NOW).managedLists();

        assertThat(uses).extracting(ManagedListUse::file)
            .containsExactly("customers.txt", "not-there-yet.txt", "blocked.txt", "guests.txt");
        assertThat(uses).extracting(ManagedListUse::list).containsExactly("domains", "domains", "connections", "clients");
        assertThat(uses).extracting(use -> use.policy().orElse("shared")).containsExactly("shared", "shared", "default", "default");
        assertThat(uses.get(1).defaults()).isEqualTo(Map.of("action", "reject", "match", "exact", "reply", "gone"));
        assertThat(uses.get(1).rule()).hasToString("relaycontrol.xml:7");
        assertThat(uses.get(0).managedList().path()).isEqualTo(EXAMPLE.resolveSibling("customers.txt").toAbsolutePath());
    }

    @Test
    void shouldTellWhichListsOfAPolicyAreDomainsAndWhichAreClients(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("own.txt"), "one.example\n");
        Files.writeString(folder.resolve("clients.txt"), "10.0.0.0-10.0.0.255\n");
        Path file = Files.writeString(folder.resolve("relaycontrol.xml"), "<relaycontrol><policy name='mx'>"
            + "<routing><domains managed='own.txt' action='relay'/></routing>"
            + "<restrictions><clients><networks managed='clients.txt'/></clients></restrictions></policy></relaycontrol>");

        List<ManagedListUse> uses = load(file, NOW).managedLists();

        assertThat(uses).extracting(use -> use.policy().orElse("shared") + " " + use.list() + " " + use.file())
            .containsExactly("mx domains own.txt", "mx clients clients.txt");
        assertThat(uses.get(0).managedList().read().entries()).hasSize(1);
        assertThat(uses.get(1).managedList().read().entries()).hasSize(1);
    }
}
