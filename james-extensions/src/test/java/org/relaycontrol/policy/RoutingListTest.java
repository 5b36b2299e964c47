package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * Which entry of a routing list answers for a domain, against the order that the design gives; attributes of a policy's own list.
 */
class RoutingListTest {

    private static final Rule OWN = Rule.of("own", 1);
    private static final Rule SHARED = Rule.of("shared", 1);

    @Provide
    Arbitrary<DomainName> domains() {
        Arbitrary<String> names = Arbitraries.of("a", "b", "com").list().ofMinSize(1).ofMaxSize(4).map(labels -> String.join(".", labels));
        return Arbitraries.oneOf(names, names, names, Arbitraries.of("[192.0.2.1]", "[IPv6:2001:db8::1]")).map(DomainName::of);
    }

    @Provide
    Arbitrary<List<RoutingEntry>> entries() {
        return Combinators.combine(domains(), Arbitraries.of(Match.class), Arbitraries.integers().between(1, 1000))
            .as((name, match, line) -> RoutingEntry.of(name, name.isLiteral() ? Match.EXACT : match, Treatment.of(Action.RELAY),
                Rule.of("list", line)))
            .list().uniqueElements(entry -> entry.name() + " " + entry.match()).ofMaxSize(8);
    }

    @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void shouldFindInTheOrderOfTheDesign(@ForAll("entries") List<RoutingEntry> own, @ForAll("entries") List<RoutingEntry> shared,
                                         @ForAll("domains") DomainName domain) {
        RoutingList sharedList = list(SHARED, shared).build();
        assertThat(sharedList.find(domain)).isEqualTo(expected(List.of(shared), domain));
        RoutingList list = list(OWN, own).buildOver(sharedList);
        assertThat(list.find(domain)).isEqualTo(expected(List.of(own, shared), domain));
        assertThat(list(OWN, own).buildOver(null).find(domain)).isEqualTo(expected(List.of(own), domain));
        assertThat(list.entries()).isEqualTo(own);
        assertThat(list.shared()).isSameAs(sharedList);
    }

    private static RoutingList.Builder list(Rule rule, List<RoutingEntry> entries) {
        RoutingList.Builder builder = RoutingList.builder(rule);
        entries.forEach(builder::add);
        return builder;
    }

    /** Exact N, subtree N, then subtree of each parent of N, longest first; of the same name and match the list's own. */
    private static @Nullable RoutingEntry expected(List<List<RoutingEntry>> lists, DomainName domain) {
        List<String> keys = new ArrayList<>();
        String name = domain.toString();
        keys.add(name + " " + Match.EXACT);
        keys.add(name + " " + Match.SUBTREE);
        while (!domain.isLiteral() && name.indexOf('.') >= 0) {
            name = name.substring(name.indexOf('.') + 1);
            keys.add(name + " " + Match.SUBTREE);
        }
        for (String key : keys) {
            for (List<RoutingEntry> list : lists) {
                for (RoutingEntry entry : list) {
                    if (key.equals(entry.name() + " " + entry.match())) {
                        return entry;
                    }
                }
            }
        }
        return null;
    }

    @Test
    void shouldTakeAttributesOfTheSharedListUnlessItHasItsOwn() {
        NextHops sharedHost = NextHops.parse("shared.example");
        NextHops ownHost = NextHops.parse("own.example:587");
        RoutingList shared = RoutingList.builder(SHARED).reroute(false).allowSenderSpecifiedRouting(true).smartHost(sharedHost).build();
        RoutingList inheriting = RoutingList.builder(OWN).buildOver(shared);
        assertThat(inheriting.reroute()).isFalse();
        assertThat(inheriting.rerouteRule()).isEqualTo(SHARED);
        assertThat(inheriting.allowsSenderSpecifiedRouting(null)).isTrue();
        assertThat(inheriting.smartHost()).isSameAs(sharedHost);

        RoutingList own = RoutingList.builder(OWN).reroute(true).allowSenderSpecifiedRouting(false).smartHost(ownHost).buildOver(shared);
        assertThat(own.reroute()).isTrue();
        assertThat(own.rerouteRule()).isEqualTo(OWN);
        assertThat(own.allowsSenderSpecifiedRouting(null)).isFalse();
        assertThat(own.smartHost()).isSameAs(ownHost);
    }

    @Test
    void shouldRelayThroughMxAndRefuseSenderSpecifiedRoutingByDefault() {
        RoutingList list = RoutingList.builder(OWN).buildOver(RoutingList.builder(SHARED).build());
        assertThat(list.reroute()).isTrue();
        assertThat(list.allowsSenderSpecifiedRouting(null)).isFalse();
        assertThat(list.smartHost()).isNull();
        assertThat(list.nextHops(null, null)).isNull();
    }

    @Test
    void shouldLetTheEntrysSenderSpecifiedRoutingWin() {
        Treatment relay = Treatment.of(Action.RELAY);
        RoutingEntry allowing = entry(relay.withSenderSpecifiedRouting(true));
        RoutingEntry refusing = entry(relay.withSenderSpecifiedRouting(false));
        RoutingList allows = RoutingList.builder(OWN).allowSenderSpecifiedRouting(true).build();
        RoutingList silent = RoutingList.builder(OWN).build();
        assertThat(allows.allowsSenderSpecifiedRouting(entry(relay))).isTrue();
        assertThat(allows.allowsSenderSpecifiedRouting(refusing)).isFalse();
        assertThat(silent.allowsSenderSpecifiedRouting(entry(relay))).isFalse();
        assertThat(silent.allowsSenderSpecifiedRouting(allowing)).isTrue();
    }

    @Test
    void shouldSendByTheEntrysNextHopsElseItsMxAndTheUnlistedByTheSmartHost() {
        NextHops smartHost = NextHops.parse("smart.example");
        NextHops hops = NextHops.parse("a.example, b.example:2525");
        RoutingList list = RoutingList.builder(OWN).smartHost(smartHost).build();
        assertThat(list.nextHops(null, null)).isSameAs(smartHost);
        assertThat(list.nextHops(entry(Treatment.of(Action.ROUTE)), null)).isNull();
        assertThat(list.nextHops(entry(Treatment.of(Action.ROUTE).withNextHops(hops)), null)).isSameAs(hops);
        assertThat(list.nextHops(entry(Treatment.of(Action.ROUTE).withSmartHost()), null)).isSameAs(smartHost);
        RoutingList own = RoutingList.builder(OWN).smartHost(hops).buildOver(list);
        assertThat(own.nextHops(entry(Treatment.of(Action.ROUTE).withSmartHost()), null)).isSameAs(hops);
    }

    @Test
    void shouldFindTheAddressOfASenderBeforeItsDomain() {
        RoutingList shared = RoutingList.builder(OWN).add(sender("dept.example", "shared"))
            .add(sender("boss@dept.example", "boss")).build();
        RoutingList own = RoutingList.builder(OWN).add(sender("dept.example", "own")).buildOver(shared);

        assertThat(via(own, null, "Any@Dept.example")).isEqualTo("own");
        assertThat(via(own, null, "\"Boss\"@dept.example")).isEqualTo("boss");
        assertThat(via(shared, null, "any@dept.example")).isEqualTo("shared");
        assertThat(via(own, null, "any@sub.dept.example")).isEqualTo("null");
        assertThat(via(own, null, null)).isEqualTo("null");
        assertThat(own.senders()).extracting(SenderEntry::name).containsExactly("dept.example");
    }

    @Test
    void shouldAskTheSenderWhereNoEntryNamesNextHops() {
        RoutingList list = RoutingList.builder(OWN).smartHost(NextHops.parse("smart")).add(sender("dept.example", "dept"))
            .add(SenderEntry.of(Sender.parse("boss@dept.example"), null, OWN)).build();
        Treatment route = Treatment.of(Action.ROUTE);

        assertThat(via(list, null, "any@dept.example")).isEqualTo("dept");
        assertThat(via(list, entry(route), "any@dept.example")).isEqualTo("dept");
        assertThat(via(list, entry(route), "boss@dept.example")).isEqualTo("smart");
        assertThat(via(list, entry(route), "any@other.example")).isEqualTo("null");
        assertThat(via(list, entry(route.withSmartHost()), "any@dept.example")).isEqualTo("dept");
        assertThat(via(list, entry(route.withNextHops(NextHops.parse("own"))), "any@dept.example")).isEqualTo("own");
        assertThat(via(list, entry(Treatment.of(Action.RELAY)), "any@dept.example")).isEqualTo("null");
        assertThat(via(list, entry(Treatment.of(Action.RELAY).withSmartHost()), "any@dept.example")).isEqualTo("smart");
        assertThat(via(list, entry(Treatment.of(Action.INBOUND)), "any@dept.example")).isEqualTo("null");
    }

    @Test
    void shouldAnswerWithTheFirstOfTwoEntriesForASender() {
        RoutingList list = RoutingList.builder(OWN).add(sender("dept.example", "first")).add(sender("dept.example", "second")).build();

        assertThat(via(list, null, "any@dept.example")).isEqualTo("first");
    }

    private static String via(RoutingList list, @Nullable RoutingEntry entry, @Nullable String sender) {
        return String.valueOf(list.nextHops(entry, sender == null ? null : Sender.parse(sender)));
    }

    private static SenderEntry sender(String name, String hop) {
        NextHops hops = NextHops.parse(hop);
        return name.indexOf('@') < 0 ? SenderEntry.of(DomainName.of(name), hops, OWN) : SenderEntry.of(Sender.parse(name), hops, OWN);
    }

    private static RoutingEntry entry(Treatment treatment) {
        return RoutingEntry.of(DomainName.of("example.com"), Match.SUBTREE, treatment, OWN);
    }
}
