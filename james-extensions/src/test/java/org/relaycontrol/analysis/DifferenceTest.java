package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;

/**
 * The difference of two configurations holds exactly the envelopes that they decide differently, and is told shortly.
 */
class DifferenceTest {

    private static final int ENVELOPES = 400;

    @Property(tries = 300)
    void shouldHoldExactlyWhatIsDecidedDifferently(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String before = RandomPolicyFile.text(random);
        String after = random.nextBoolean() ? RandomPolicyFile.text(random) : changed(before, random);
        RelayPolicies old = EnvelopeGrid.load(before);
        RelayPolicies changed = EnvelopeGrid.load(after);
        boolean hostedKnown = random.nextBoolean();
        Set<DomainName> hostedDomains = Set.of(DomainName.of("x.a.example"), DomainName.of("d.test"), DomainName.of("b.a.example"));
        Difference difference = hostedKnown ? Difference.of(old, changed, hostedDomains) : Difference.of(old, changed);
        EnvelopeGrid grid = new EnvelopeGrid(random, before, after);
        for (int i = 0; i < ENVELOPES; i++) {
            Envelope envelope = grid.envelope();
            Sender sender = RandomPolicyFile.sender(random);
            boolean hosted = hostedKnown ? hostedDomains.contains(envelope.recipient().domain()) : random.nextBoolean();
            LocalDomains localDomains = domain -> hosted;
            Decision one = old.decide(envelope, localDomains, false);
            Decision other = changed.decide(envelope, localDomains, false);
            List<Region> holding = difference.regions().stream()
                .filter(region -> EnvelopeGrid.holds(region.clients(), envelope)
                    && EnvelopeGrid.holds(region.destination(), envelope.recipient(), hosted)
                    && EnvelopeGrid.holdsSender(region.senders(), sender))
                .collect(Collectors.toList());
            String about = before + "\n" + after + "\n" + envelope.client() + " " + envelope.localAddress() + ":" + envelope.localPort()
                + " " + envelope.user() + " " + envelope.host() + " " + envelope.recipient() + " from " + sender + " " + hosted + "\n" + one
                + " -> " + other + "\n" + holding;
            assertThat(holding).as(about).hasSize(isAlike(one, other, envelope.recipient(), sender) ? 0 : 1);
            for (Region region : holding) {
                assertOutcome(region.before(), one, envelope.recipient(), sender, about);
                assertOutcome(region.after(), other, envelope.recipient(), sender, about);
            }
        }
    }

    private static boolean isAlike(Decision one, Decision other, Recipient recipient, @Nullable Sender sender) {
        return one.verdict() == other.verdict() && one.reason() == other.reason() && one.route() == other.route()
            && Objects.equals(one.nextHops(recipient, sender), other.nextHops(recipient, sender));
    }

    private static void assertOutcome(Outcome outcome, Decision decision, Recipient recipient, @Nullable Sender sender, String about) {
        assertThat(outcome.verdict()).as(about).isEqualTo(decision.verdict());
        assertThat(outcome.reason()).as(about).isEqualTo(decision.reason());
        assertThat(outcome.route()).as(about).isEqualTo(decision.route());
        if (outcome.hopsMatter()) {
            assertThat(outcome.nextHops()).as(about).isEqualTo(decision.nextHops(recipient, sender));
        }
    }

    /** The file with other next hops here and there, or without one of its lines that stands for itself. */
    private static String changed(String file, Random random) {
        if (random.nextInt(3) == 0) {
            return random.nextBoolean() ? file.replace("10.0.0.9:2525", "10.0.0.8") : file.replaceFirst("smart.example:587", "10.0.0.7");
        }
        List<String> lines = new ArrayList<>(List.of(file.split("\n")));
        List<String> removable = lines.stream()
            .filter(line -> line.endsWith("/>") && !line.startsWith("<nextHop ") || line.startsWith("<network>")
                || line.startsWith("<user>") || line.startsWith("<domain>"))
            .collect(Collectors.toList());
        if (!removable.isEmpty()) {
            lines.remove(removable.get(random.nextInt(removable.size())));
        }
        return String.join("\n", lines) + "\n";
    }

    @Property(tries = 200)
    void shouldBeEmptyForTheSamePolicies(@ForAll long seed) throws Exception {
        String file = RandomPolicyFile.text(new Random(seed));
        assertThat(Difference.of(EnvelopeGrid.load(file), EnvelopeGrid.load(file)).regions()).as(file).isEmpty();
    }

    @Property(tries = 200)
    void shouldNotTellAsTwoRegionsWhatIsOne(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Difference difference = Difference.of(EnvelopeGrid.load(RandomPolicyFile.text(random)),
            EnvelopeGrid.load(RandomPolicyFile.text(random)));
        assertThat(difference.regions()).extracting(Region::toString).doesNotHaveDuplicates();
    }

    private static String policy(String inside) {
        return "<relaycontrol><policy name='mx' listeners='*:25'>" + inside + "</policy></relaycontrol>";
    }

    private static List<String> regions(String before, String after) throws Exception {
        return Difference.of(EnvelopeGrid.load(policy(before)), EnvelopeGrid.load(policy(after))).regions().stream()
            .map(Region::toString)
            .collect(Collectors.toList());
    }

    @Test
    void shouldTellWhomANewNetworkLetsRelay() throws Exception {
        String routing = "<routing reroute='true'><domain name='partner.example' action='route'/></routing>";
        assertThat(regions(routing, routing + "<restrictions><clients><network>198.51.100.0/24</network></clients></restrictions>"))
            .containsExactly(
                "198.51.100.0/24, authenticated or not, port 25, to unlisted domains and domains under partner.example: "
                    + "deny not-permitted -> permit client-listed",
                "198.51.100.0/24, authenticated or not, port 25, to unlisted domains and domains under partner.example, recipients with "
                    + "sender-specified routing: deny sender-specified-routing -> permit client-listed",
                "198.51.100.0/24, authenticated or not, port 25, to unlisted domains that James hosts, recipients with "
                    + "sender-specified routing: deny sender-specified-routing -> permit inbound");
    }

    @Test
    void shouldTellWhereAnEntryIsNewThatOnlyItsNamesChange() throws Exception {
        assertThat(regions("<routing/>", "<routing><domain name='partner.example' action='relay' nextHop='10.0.0.9'/></routing>"))
            .containsExactly(
                "every client, authenticated or not, port 25, to domains under partner.example that James does not host: "
                    + "deny not-permitted -> permit relay-domain",
                "every client, authenticated or not, port 25, to domains under partner.example that James hosts: "
                    + "permit inbound -> permit relay-domain");
    }

    @Test
    void shouldTellAChangeOfNextHopsAlone() throws Exception {
        assertThat(regions("<routing><domain name='a.example' action='relay'/><domain name='b.a.example' action='inbound'/></routing>",
            "<routing><domain name='a.example' action='relay' nextHop='10.0.0.9:2525'/><domain name='b.a.example' action='inbound'/>"
                + "</routing>"))
            .containsExactly("every client, authenticated or not, port 25, to domains under a.example (but not domains under b.a.example)"
                + ": permit relay-domain via MX -> permit relay-domain via 10.0.0.9:2525");
    }

    private static RelayPolicies via(NextHops hops) {
        RoutingList routing = RoutingList.builder(Rule.of("routing", 1))
            .add(RoutingEntry.of(DomainName.of("a.example"), Match.SUBTREE, Treatment.of(Action.RELAY).withNextHops(hops),
                Rule.of("entry", 2)))
            .build();
        Rule rule = Rule.of("policy", 3);
        return RelayPolicies.of(List.of(RelayPolicy.of("p", rule, List.of(), ClientList.builder(ClientList.Mode.ALL_EXCEPT, rule).build(),
            routing, Restrictions.builder(rule).build())), routing);
    }

    /** The same policy in two folders. */
    @Test
    void shouldNotMindWhereAPasswordIsKept() {
        RelayPolicies before = via(NextHops.named("isp", "smtp.example:587", Tls.REQUIRED, "u", "/before/isp.password"));
        RelayPolicies after = via(NextHops.named("isp", "smtp.example:587", Tls.REQUIRED, "u", "/after/isp.password"));
        assertThat(Difference.of(before, after).regions()).isEmpty();
    }

    @Test
    void shouldTellHowNextHopsAreReached() {
        RelayPolicies before = via(NextHops.named("isp", "smtp.example:587", Tls.NONE, null, null));
        RelayPolicies after = via(NextHops.named("isp", "smtp.example:587", Tls.REQUIRED, "u", "/isp.password"));
        assertThat(Difference.of(before, after).regions()).extracting(Region::toString).first().asString().endsWith(
            ": permit relay-domain via isp (smtp.example:587) -> permit relay-domain via isp (smtp.example:587, tls required, username u)");
    }

    @Test
    void shouldTellHowConnectionsAreMade() {
        RelayPolicies before = via(NextHops.named("isp", "a.example,b.example").build());
        RelayPolicies after = via(NextHops.named("isp", "a.example,b.example").balance(true).heloName(DomainName.of("out.example"))
            .bind(List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"))).connectTimeout(Duration.ofSeconds(5))
            .timeout(Duration.ofMinutes(10)).maxConnections(3).build());
        assertThat(Difference.of(before, after).regions()).extracting(Region::toString).first().asString().endsWith(
            ": permit relay-domain via isp (a.example b.example) -> permit relay-domain via isp (a.example b.example, balanced, heloName "
                + "out.example, bind 192.0.2.1 2001:db8::1, connectTimeout 5s, timeout 600s, maxConnections 3)");
    }

    @Test
    void shouldTellWhoseMailGoesAnotherWay() throws Exception {
        String hops = "<relaycontrol><nextHops><nextHop name='bulk' hosts='bulk.example'/><nextHop name='isp' hosts='isp.example'/>"
            + "</nextHops><routing smartHost='hub.example'>";
        String rest = "<domain name='route.example' action='route'/><domain name='relay.example' action='relay'/></routing>"
            + "<policy listeners='*:25'><restrictions><authenticated/></restrictions></policy></relaycontrol>";
        RelayPolicies before = EnvelopeGrid.load(hops + rest);
        RelayPolicies after = EnvelopeGrid.load(hops + "<senders><sender name='dept.example' via='bulk'/>"
            + "<sender name='boss@dept.example' via='isp'/></senders>" + rest);
        RelayPolicies withoutBoss = EnvelopeGrid.load(hops + "<senders><sender name='dept.example' via='bulk'/></senders>" + rest);

        assertThat(Difference.of(before, after, Set.of()).regions()).extracting(Region::toString).containsExactlyInAnyOrder(
            "every client, authenticated, port 25, to domains under route.example, sent by all of dept.example but not boss@dept.example: "
                + "permit authenticated via MX -> permit authenticated via bulk (bulk.example)",
            "every client, authenticated, port 25, to unlisted domains, sent by all of dept.example but not boss@dept.example: "
                + "permit authenticated via hub.example -> permit authenticated via bulk (bulk.example)",
            "every client, authenticated, port 25, to domains under route.example, sent by boss@dept.example: permit authenticated via MX "
                + "-> permit authenticated via isp (isp.example)",
            "every client, authenticated, port 25, to unlisted domains, sent by boss@dept.example: permit authenticated via hub.example "
                + "-> permit authenticated via isp (isp.example)");
        assertThat(Difference.of(withoutBoss, after, Set.of()).regions()).extracting(Region::toString).containsExactly(
            "every client, authenticated, port 25, to unlisted domains and domains under route.example, sent by boss@dept.example: "
                + "permit authenticated via bulk (bulk.example) -> permit authenticated via isp (isp.example)");
    }

    @Test
    void shouldTellUsersAndHostNames() throws Exception {
        String routing = "<routing allowSenderSpecifiedRouting='true'/>";
        String permitted = "<authenticated/><clients><domain>branch.example</domain></clients>";
        assertThat(regions(routing + "<restrictions>" + permitted + "</restrictions>",
            routing + "<restrictions>" + permitted + "<never><user>mallory@ratest.com</user></never></restrictions>"))
            .containsExactly(
                "every client, host name not under branch.example, or unknown, authenticated as mallory@ratest.com, port 25, to unlisted "
                    + "domains: permit authenticated -> deny never",
                "every client, host name under branch.example, authenticated as mallory@ratest.com, port 25, to unlisted domains: "
                    + "permit client-listed -> deny never");
    }

    @Test
    void shouldTellListeners() throws Exception {
        RelayPolicies before = EnvelopeGrid.load("<relaycontrol><policy name='all'/></relaycontrol>");
        RelayPolicies after = EnvelopeGrid.load("<relaycontrol><policy name='all'><restrictions><internalAddresses>"
            + "<network>10.0.0.1</network></internalAddresses></restrictions></policy><policy name='sub' listeners='*:587, *:465'>"
            + "<restrictions><authenticated required='true'/></restrictions></policy></relaycontrol>");
        assertThat(Difference.of(before, after, Set.of()).regions())
            .filteredOn(region -> region.destination().plain())
            .extracting(Region::toString)
            .containsExactly(
                "every client, authenticated or not, every port but 465 and 587 at 10.0.0.1, to every domain: deny not-permitted -> permit "
                    + "internal-address",
                "every client, authenticated, ports 465 and 587, to every domain: deny not-permitted -> permit authenticated",
                "every client, unauthenticated, ports 465 and 587, to every domain: deny not-permitted -> deny authentication-required");
    }

    private static List<String> regions(Path folder, String before, String after) throws Exception {
        Path old = folder.resolve("old.xml");
        Path changed = folder.resolve("new.xml");
        Files.writeString(old, "<relaycontrol><routing>" + before + "</routing><policy/></relaycontrol>");
        Files.writeString(changed, "<relaycontrol><routing>" + after + "</routing><policy/></relaycontrol>");
        return Difference.of(PolicyLoader.load(old).policies(), PolicyLoader.load(changed).policies()).regions().stream()
            .map(region -> region.toString().substring(region.toString().indexOf(", to ") + 5)).collect(Collectors.toList());
    }

    @Test
    void shouldTellWhichRecipientsAreListed(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("old.txt"), "alice@a.example\nbob@a.example\ncarol\n");
        Files.writeString(folder.resolve("same.txt"), "# the same\nCarol\nBob@a.example\nalice@A.example\n");
        Files.writeString(folder.resolve("new.txt"), "alice@a.example\ncarol\ndave\n@a.example\n");
        String plain = "<domain name='a.example' action='relay'/>";
        String old = "<domain name='a.example' action='relay' recipients='old.txt'/>";
        assertThat(regions(folder, old, old.replace("old.txt", "same.txt"))).isEmpty();
        assertThat(regions(folder, old, old.replace("old.txt", "new.txt"))).containsExactlyInAnyOrder(
            "domains under a.example, recipients added to the list (dave and @a.example): deny recipient-unknown -> permit relay-domain",
            "domains under a.example, recipients removed from the list (bob@a.example): permit relay-domain -> deny recipient-unknown");
        assertThat(regions(folder, plain, old)).containsExactly(
            "domains under a.example, recipients that are not listed: permit relay-domain -> deny recipient-unknown");
        assertThat(regions(folder, old, plain)).containsExactly(
            "domains under a.example, recipients that were not listed: deny recipient-unknown -> permit relay-domain");
        assertThat(regions(folder, old, "<domain name='a.example' action='reject'/>")).containsExactlyInAnyOrder(
            "domains under a.example, recipients that were listed: permit relay-domain -> deny domain-rejected",
            "domains under a.example, recipients that were not listed: deny recipient-unknown -> deny domain-rejected",
            "domains under a.example, recipients with sender-specified routing: deny sender-specified-routing -> deny domain-rejected");
    }

    @Test
    void shouldTellWhoIsAsked(@TempDir Path folder) throws Exception {
        String plain = "<domain name='a.example' action='relay'/>";
        String asked = "<domain name='a.example' action='relay' verify='callout'/>";
        assertThat(regions(folder, asked, asked.replace("callout'", "callout' verifyTtl='24h'"))).isEmpty();
        assertThat(regions(folder, plain, asked)).containsExactly("domains under a.example: permit relay-domain, asking nobody -> permit "
            + "relay-domain, asking the next hop (timeout 30s, ttl 86400s, negativeTtl 7200s, onFailure accept)");
        assertThat(regions(folder, asked, asked.replace("callout'", "callout' nextHop='10.0.0.9' verifyOnFailure='defer'")))
            .containsExactly("domains under a.example: permit relay-domain via MX, asking the next hop (timeout 30s, ttl 86400s, "
                + "negativeTtl 7200s, onFailure accept) -> permit relay-domain via 10.0.0.9, asking the next hop (timeout 30s, ttl 86400s, "
                + "negativeTtl 7200s, onFailure defer)");
    }

    @Test
    void shouldPutFirstWhatConcernsMostStrangers() throws Exception {
        String two = "<restrictions publicClients='8.8.0.0/16 9.9.9.0/24'><clients><network>8.8.0.0/16</network>";
        assertThat(regions("<restrictions><clients><network>10.0.0.0/8</network></clients></restrictions>",
            two + "<network>9.9.9.0/24</network></clients></restrictions>")).first().asString().startsWith("8.8.0.0/16 and 9.9.9.0/24");
    }
}
