package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;

/**
 * Who may relay anywhere by the analysis is who may by the decision; open relays are refused; what is probably not meant is warned of.
 */
class AnalysisTest {

    private static final int ENVELOPES = 300;
    private static final Recipient UNLISTED = Recipient.of("user", DomainName.of("elsewhere.invalid"));

    @Property(tries = 300)
    void shouldTellWhoMayRelayAnywhere(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String file = RandomPolicyFile.text(random);
        RelayPolicies policies = EnvelopeGrid.load(file);
        Analysis analysis = Analysis.of(policies);
        EnvelopeGrid grid = new EnvelopeGrid(random, file);
        for (int i = 0; i < ENVELOPES; i++) {
            Envelope envelope = grid.envelope();
            IpAddress client = envelope.client();
            IpAddress local = envelope.localAddress();
            assertThat(client).isNotNull();
            assertThat(local).isNotNull();
            Envelope anywhere = Envelope.smtp(client, local, envelope.localPort(), envelope.user(), envelope.host(), UNLISTED);
            Decision decision = policies.decide(anywhere, domain -> false, false);
            List<Decision.Reason> permitted = analysis.summaries().stream()
                .flatMap(summary -> summary.permissions().stream())
                .filter(permission -> EnvelopeGrid.holds(permission.clients(), anywhere))
                .map(Permission::reason)
                .collect(Collectors.toList());
            String about = file + "\n" + client + " " + local + ":" + envelope.localPort() + " " + envelope.user() + " " + envelope.host();
            assertThat(permitted).as(about).isEqualTo(decision.isPermit() ? List.of(decision.reason()) : List.of());
        }
    }

    /** Nobody should meet it when the policy is enforced at last. */
    @Test
    void shouldRefuseAnOpenRelayThatIsNotEnforced() throws Exception {
        String open = file("<restrictions>", "<clients mode='allExcept'/>", "</restrictions>")
            .replace("<policy>", "<policy enforce='false'>");

        assertThat(problems(open)).singleElement().asString().endsWith("[open-relay]");
        assertThat(warnings(file().replace("<policy>", "<policy enforce='false'>"))).singleElement().asString().endsWith("[not-enforced]");
    }

    private static String file(String... lines) {
        return "<relaycontrol>\n<policy>\n" + String.join("\n", lines) + "\n</policy>\n</relaycontrol>\n";
    }

    private static String clients(String list) {
        return file("<restrictions>", "<clients>", list, "</clients>", "</restrictions>");
    }

    private static List<String> problems(String file) throws Exception {
        return told(Analysis.of(EnvelopeGrid.load(file)).problems());
    }

    private static List<String> warnings(String file) throws Exception {
        return told(Analysis.of(EnvelopeGrid.load(file)).warnings());
    }

    /** The findings without the name of the file, which is made up. */
    private static List<String> told(List<Finding> findings) {
        return findings.stream().map(finding -> finding.toString().replaceAll("relaycontrol\\d+\\.xml:", "")).collect(Collectors.toList());
    }

    @Test
    void shouldRefuseEveryoneAsClients() throws Exception {
        assertThat(problems(clients("<network>0.0.0.0/0</network>"))).containsExactly(
            "5: strangers from 3,970,693,120 IPv4 addresses may relay to any domain at every listener: 1.0.0.0/8, 2.0.0.0/7, 4.0.0.0/6, "
                + "8.0.0.0/7, 11.0.0.0/8, 12.0.0.0/6, 16.0.0.0/4, 32.0.0.0/3 and 141 more networks; opened by 5 (0.0.0.0/0); write the "
                + "networks of your own clients alone, or declare these networks in publicClients if all of them are meant to relay "
                + "[open-relay]");
    }

    @Test
    void shouldSayThatPermissionsAreOrWhereAuthenticationIsToo() throws Exception {
        assertThat(problems(file("<restrictions>", "<authenticated/>", "<clients mode='allExcept'>",
            "<network>192.0.2.1</network>", "</clients>",
            "</restrictions>"))).containsExactly(
            "5: strangers from 3,970,693,120 IPv4 addresses and about 2^128 IPv6 addresses may relay to any domain at every listener: "
                + "1.0.0.0/8, 2.0.0.0/7, 4.0.0.0/6, 8.0.0.0/7, 11.0.0.0/8, 12.0.0.0/6, 16.0.0.0/4, 32.0.0.0/3 and 809 more "
                + "networks; opened "
                + "by 5 (clients mode=\"allExcept\"); write mode=\"only\" and the networks of your own clients, or declare "
                + "these networks in "
                + "publicClients if all of them are meant to relay; <authenticated/> at 4 does not restrict them: permissions are or, not "
                + "and [open-relay]");
    }

    @ParameterizedTest
    @CsvSource({
        "<network>8.0.0.0/12</network>, false, true",
        "<network>8.0.0.0/12</network><network>9.9.9.9</network>, true, false",
        "<network>8.0.0.0/16</network>, false, false",
        "<network>8.0.0.0/16</network><network>9.9.9.9</network>, false, true",
        "<network>10.0.0.0/8</network><network>172.16.0.0/12</network><network>100.64.0.0/10</network>, false, false",
        "<network>2600::/29</network>, false, true",
        "<network>2600::/29</network><network>2a00::1</network>, true, false",
        "<network>2600::/48</network>, false, false",
        "<network>2600::/48</network><network>2a00::1</network>, false, true",
        "<network>fc00::/7</network><network>2001:db8::/32</network>, false, false",
        "<network>64:ff9b::/96</network>, true, false",
        "<network>64:ff9b::10.0.0.0/104</network>, false, false",
        "<network>2002:800::/29</network>, false, true",
        "<network>2002:a00::/24</network>, false, false",
        "<network>::/0</network>, true, false"})
    void shouldCountStrangers(String networks, boolean refused, boolean warned) throws Exception {
        Analysis analysis = Analysis.of(EnvelopeGrid.load(clients(networks)));
        assertThat(analysis.problems().stream().anyMatch(finding -> finding.kind() == Finding.Kind.OPEN_RELAY)).isEqualTo(refused);
        assertThat(analysis.warnings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.MANY_STRANGERS)).isEqualTo(warned);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, false", "10.0.0.1, false", "8.8.8.8, true"})
    void shouldRefuseInternalAddressesThatStrangersReach(String address, boolean refused) throws Exception {
        assertThat(problems(file("<restrictions>", "<internalAddresses>", "<network>" + address + "</network>", "</internalAddresses>",
            "</restrictions>")).isEmpty()).isEqualTo(!refused);
    }

    @Test
    void shouldWarnOfDomainsWhereJamesAndThePolicyDisagree() throws Exception {
        RelayPolicies policies = EnvelopeGrid.load(file("<routing>", "<domain name='in.example' action='inbound'/>",
            "<domain name='out.example' action='relay'/>", "</routing>"));
        assertThat(told(JamesWarnings.domains(policies, Set.of(DomainName.of("here.out.example")), Set.of()))).containsExactly(
            "4: in.example is inbound, but James does not host it, so its mail is refused; add it to James's DomainList "
                + "[inbound-not-hosted]",
            "5: James hosts here.out.example, but the relay entry out.example keeps its mail from being delivered here; write an inbound "
                + "entry for here.out.example, or take it off James's DomainList [hosted-not-inbound]");
        assertThat(JamesWarnings.domains(policies, Set.of(DomainName.of("in.example")), Set.of())).isEmpty();
        assertThat(JamesWarnings.domains(policies, Set.of(), Set.of("inbound-not-hosted"))).isEmpty();
    }

    @Test
    void shouldNotRefuseDeclaredPublicClients() throws Exception {
        assertThat(problems(file("<restrictions publicClients='8.0.0.0/8'>", "<clients>", "<network>8.0.0.0/8</network>", "</clients>",
            "</restrictions>"))).isEmpty();
    }

    @Test
    void shouldRefusePublicSuffixes() throws Exception {
        assertThat(problems(file("<routing>", "<domain name='com' action='relay'/>", "<domain name='co.uk' action='relay'/>",
            "<domain name='uk' action='relay' match='exact'/>", "<domain name='example.com' action='relay'/>", "</routing>",
            "<restrictions>", "<clients>", "<domain>de</domain>", "<domain>example.org</domain>", "</clients>", "</restrictions>")))
            .containsExactly(
                "4: everyone may relay to every domain under com, where anybody can register one; write the domains themselves, or "
                    + "match=\"exact\" [public-suffix]",
                "5: everyone may relay to every domain under co.uk, where anybody can register one; write the domains themselves, or "
                    + "match=\"exact\" [public-suffix]",
                "11: every client with a host name under de may relay, and anybody can register such a name; write your own domain, or "
                    + "networks [public-suffix]");
    }

    @Test
    void shouldRefuseAPublicSuffixThatMayConnectWhereAllThatConnectMayRelay() throws Exception {
        assertThat(problems(file("<connections mode='only'>", "<domain>com</domain>", "</connections>", "<restrictions>", "<clients>",
            "<network>0.0.0.0/0</network>", "</clients>", "</restrictions>"))).containsExactly(
            "4: every client with a host name under com may relay, and anybody can register such a name; write your own "
                + "domain, or networks "
                + "[public-suffix]");
    }

    @Test
    void shouldWarnOfWhatIsProbablyNotMeant() throws Exception {
        assertThat(warnings(String.join("\n",
            "<relaycontrol>",
            "<routing>",
            "<domain name='a.example' action='relay'/>",
            "<domain name='b.a.example' action='relay'/>",
            "<domain name='loop.example' action='route' nextHop='127.0.0.1:587'/>",
            "</routing>",
            "<policy name='mx' listeners='*:25'>",
            "<connections>",
            "<domain>bad.example</domain>",
            "</connections>",
            "<restrictions>",
            "<authenticated>",
            "<user>eve@a.example</user>",
            "</authenticated>",
            "<clients>",
            "<network>10.0.0.0/8</network>",
            "<network>10.1.0.0/16</network>",
            "<network>192.168.1.66</network>",
            "<network>2600::21b:21ff:fe00:1</network>",
            "<domain>good.example</domain>",
            "</clients>",
            "<internalAddresses>",
            "<network>10.0.0.1</network>",
            "<network>127.0.0.1</network>",
            "</internalAddresses>",
            "<never>",
            "<network>192.168.1.0/24</network>",
            "<domain>spam.example</domain>",
            "<user>@a.example</user>",
            "</never>",
            "</restrictions>",
            "</policy>",
            "<policy name='submission' listeners='*:587'>",
            "<connections mode='only'/>",
            "</policy>",
            "<policy name='closed' listeners='*:2525'>",
            "<routing reroute='false'>",
            "<domain name='c.example' action='relay'/>",
            "</routing>",
            "<restrictions>",
            "<authenticated/>",
            "</restrictions>",
            "</policy>",
            "</relaycontrol>"))).containsExactly(
            "3: every recipient at a.example and b.a.example is accepted, whether it exists or not, and bounced later to a "
                + "sender that may be forged; write recipients=\"file\", verify=\"callout\" or verify=\"ldap\" [unverified-recipients]",
            "4: the entry b.a.example changes nothing, as a.example at 3 says the same; remove it [entry-without-effect]",
            "5: the next hop of loop.example is 127.0.0.1:587, a listener of this server, so mail would go round in circles; write the "
                + "server that takes this mail [next-hop-loop]",
            "9: with bad.example in connections, mail from clients whose DNS fails is deferred, and whoever runs that DNS can hide; write "
                + "networks where you can [refused-host-name]",
            "13: eve@a.example in authenticated never may relay, as 29 says; remove one of the two [entry-without-effect]",
            "17: 10.1.0.0/16 in clients changes nothing, as 10.0.0.0/8 is listed at 16; remove it [entry-without-effect]",
            "18: 192.168.1.66 in clients never may relay, as never lists all of it; remove it from one of the two [entry-without-effect]",
            "19: 2600::21b:21ff:fe00:1 in clients looks autoconfigured, so it may change; write the network: 2600::/64 "
                + "[autoconfigured-address]",
            "20: whoever runs the DNS of good.example decides who may relay; write networks where you can [client-host-name]",
            "23: everyone who reaches the server at 10.0.0.1 may relay; write the networks of the clients in <clients>, or "
                + "make sure that no "
                + "stranger is forwarded there [internal-address]",
            "28: with spam.example in never, mail from clients whose DNS fails is deferred, and whoever runs that DNS can hide; write "
                + "networks where you can [refused-host-name]",
            "34: nobody may connect, as mode=\"only\" lists nobody; write who may, or leave connections out [nobody-connects]",
            "36: every policy has listeners, so all others refuse every connection, and mail that did not come by SMTP is not "
                + "relayed; write "
                + "one policy without listeners [ungoverned-listeners]",
            "38: nothing is relayed to c.example under reroute=\"false\"; remove the relay entry, or reroute=\"false\" [reroute-off]",
            "40: restrictions permit nothing under reroute=\"false\"; remove them, or reroute=\"false\" [reroute-off]");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:2525, *:2525, true", "localhost, , true", "[::1]:25, , true", "127.0.0.1:2525, , false",
        "192.0.2.25:2525, 192.0.2.25:*, true", "192.0.2.25:2526, 192.0.2.25:2525, false", "10.1.1.1, , true",
        "10.1.1.1:2525, *:2525, true", "10.1.1.2, , false", "mx:localhost, , false", "mail.example, , false",
        "smtps:127.0.0.1:2525, *:2525, true", "'mail.example,127.0.0.1:2525', *:2525, true", "smtps:127.0.0.1, *:465, true"})
    void shouldWarnOfNextHopsThatSeemToBeTheServerItself(String hop, @Nullable String listener, boolean own) throws Exception {
        String policies = "<relaycontrol><policy name='a'><restrictions><internalAddresses><network>10.1.1.1</network></internalAddresses>"
            + "</restrictions></policy><policy name='b' listeners='" + (listener == null ? "*:587" : listener) + "'/>"
            + "<routing smartHost='" + hop + "'/></relaycontrol>";
        assertThat(Analysis.of(EnvelopeGrid.load(policies)).warnings().stream()
            .anyMatch(finding -> finding.kind() == Finding.Kind.NEXT_HOP_LOOP)).isEqualTo(own);
        assertThat(problems(policies)).isEmpty();
    }

    @Test
    void shouldRefuseNextHopsThatAreTheServerItself() throws Exception {
        String policies = String.join("\n", "<relaycontrol><policy listeners='192.0.2.25:2525,[2001:db8::25]:25,*:587'>",
            "<routing smartHost='[2001:db8:0::25]:25'>",
            "<domain name='a.example' action='relay' nextHop='mail.example, 192.0.2.25:2525'/>",
            "<domain name='b.example' action='relay' nextHop='192.0.2.25:2526'/>",
            "<domain name='c.example' action='relay' nextHop='192.0.2.25:587'/>",
            "<domain name='d.example' action='relay' nextHop='smtps:192.0.2.25:2525'/>",
            "<senders><sender name='dept.example' via='here'/></senders></routing></policy>",
            "<nextHops><nextHop name='here' hosts='192.0.2.25:2525'/></nextHops></relaycontrol>");

        assertThat(problems(policies)).containsExactly(
            "2: the smart host is [2001:db8:0::25]:25, where this server itself listens, so mail would go round in circles; write the "
                + "server that takes this mail [next-hop-here]",
            "3: the next hop of a.example is 192.0.2.25:2525, where this server itself listens, so mail would go round in circles; write "
                + "the server that takes this mail [next-hop-here]",
            "6: the next hop of d.example is smtps:192.0.2.25:2525, where this server itself listens, so mail would go round in circles; "
                + "write the server that takes this mail [next-hop-here]",
            "7: the next hop of sender dept.example is 192.0.2.25:2525, where this server itself listens, so mail would go round in "
                + "circles; write the server that takes this mail [next-hop-here]");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:2525, true", "localhost:2525, true", "LocalHost.:2525, true", "[::1]:2525, false", "mail.example:2525, false",
        "127.0.0.1, false"})
    void shouldRefuseNextHopsWhereTheServerSaysItListens(String hop, boolean refused) throws Exception {
        RelayPolicies policies = EnvelopeGrid.load("<relaycontrol><routing smartHost='" + hop + "'/><policy/></relaycontrol>");
        Analysis analysis = Analysis.of(policies, Map.of(), Set.of(), mailExample(2525));

        assertThat(analysis.problems()).hasSize(refused ? 1 : 0).allMatch(finding -> finding.kind() == Finding.Kind.NEXT_HOP_HERE);
        assertThat(Analysis.of(policies).problems()).isEmpty();
    }

    /** A server that calls itself {@code mail.example}, and says that it listens at 127.0.0.1 with this port, if it says anything. */
    private static ServerSockets mailExample(@Nullable Integer listening) {
        return new ServerSockets() {
            @Override
            public boolean contains(IpAddress address, int port) {
                return listening != null && port == listening && address.equals(IpAddress.parse("127.0.0.1"));
            }

            @Override
            public boolean isNamed(String host) {
                return host.equals("mail.example");
            }
        };
    }

    @Test
    void shouldWarnOfSendersThatChangeNothing() throws Exception {
        assertThat(warnings(String.join("\n",
            "<relaycontrol>",
            "<nextHops><nextHop name='isp' hosts='isp.example'/><nextHop name='bulk' hosts='bulk.example'/></nextHops>",
            "<routing via='isp'><senders>",
            "<sender name='replaced.example' via='bulk'/>",
            "<sender name='one.example' via='bulk'/>",
            "<sender name='a@one.example' via='bulk'/>",
            "<sender name='b@one.example' via='smartHost'/>",
            "<sender name='default.example' via='smartHost'/>",
            "<sender name='isp.example' via='isp'/>",
            "</senders></routing>",
            "<policy name='p' listeners='*:25'><routing><senders>",
            "<sender name='replaced.example' via='isp'/>",
            "<sender name='one.example' via='bulk'/>",
            "</senders></routing></policy>",
            "<policy name='q'><routing><senders>",
            "<sender name='replaced.example' via='smartHost'/>",
            "</senders></routing></policy>",
            "</relaycontrol>"))).containsExactly(
            "4: the shared sender replaced.example never decides, as every policy has one of its own; remove it [entry-without-effect]",
            "6: the sender a@one.example changes nothing, as 5 says the same; remove it [entry-without-effect]",
            "8: the sender default.example changes nothing, as 3 says the same; remove it [entry-without-effect]",
            "9: the sender isp.example changes nothing, as 3 says the same; remove it [entry-without-effect]",
            "13: the sender one.example changes nothing, as 5 says the same; remove it [entry-without-effect]");
    }

    @Test
    void shouldNotWarnOfSendersThatTakeMailFromTheMxOfRoutedDomains() throws Exception {
        String file = "<relaycontrol><nextHops><nextHop name='isp' hosts='isp.example'/></nextHops><routing via='isp'>"
            + "<senders><sender name='dept.example' via='smartHost'/></senders>"
            + "<domain name='a.example' action='route' match='exact'/></routing><policy/></relaycontrol>";

        assertThat(warnings(file)).isEmpty();
        assertThat(warnings(file.replace("match='exact'", "via='smartHost'"))).hasSize(1);
    }

    /** Whatever the senders, without an entry that is said to change nothing all mail goes the same way. */
    @Property(tries = 300)
    void shouldBeRightThatSendersChangeNothing(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String file = RandomPolicyFile.text(random);
        RelayPolicies policies = EnvelopeGrid.load(file);
        List<String> lines = List.of(file.split("\n"));
        for (Finding finding : SenderEffects.withoutEffect(policies)) {
            List<String> without = new ArrayList<>(lines);
            assertThat(without.remove(finding.where().line() - 1)).startsWith("<sender ");
            assertThat(Difference.of(policies, EnvelopeGrid.load(String.join("\n", without))).regions()).as(file + finding).isEmpty();
        }
    }

    @Test
    void shouldWarnOfSendersWhereNothingIsRelayed() throws Exception {
        assertThat(warnings("<relaycontrol><nextHops><nextHop name='isp' hosts='isp.example'/></nextHops><routing reroute='false'>\n"
            + "<senders><sender name='dept.example' via='isp'/></senders></routing><policy/></relaycontrol>")).containsExactly(
                "2: nothing is relayed for sender dept.example under reroute=\"false\"; remove the entry, or "
                    + "reroute=\"false\" [reroute-off]");
    }

    @Test
    void shouldWarnOfEntriesThatEveryPolicyReplacesOrRepeats() throws Exception {
        assertThat(warnings(String.join("\n",
            "<relaycontrol>",
            "<routing>",
            "<domain name='a.example' action='relay'/>",
            "<domain name='b.example' action='inbound'/>",
            "<domain name='in.b.example' action='inbound'/>",
            "</routing>",
            "<policy name='one' listeners='*:25'>",
            "<routing>",
            "<domain name='a.example' action='reject'/>",
            "</routing>",
            "</policy>",
            "<policy name='two'>",
            "<routing>",
            "<domain name='a.example' action='route'/>",
            "<domain name='a.example' action='route' match='exact'/>",
            "<domain name='b.example' action='inbound'/>",
            "</routing>",
            "</policy>",
            "</relaycontrol>"))).containsExactly(
            "3: every recipient at a.example is accepted, whether it exists or not, and bounced later to a "
                + "sender that may be forged; write recipients=\"file\", verify=\"callout\" or verify=\"ldap\" [unverified-recipients]",
            "3: the shared entry a.example never decides, as every policy has one of its own; remove it [entry-without-effect]",
            "15: the entry a.example (exact) changes nothing, as a.example at 14 says the same; remove it [entry-without-effect]",
            "16: the entry b.example changes nothing, as b.example at 4 says the same; remove it [entry-without-effect]");
    }

    @Test
    void shouldCutLongListsOfFindings() throws Exception {
        StringBuilder networks = new StringBuilder("<network>10.0.0.0/8</network>\n");
        for (int i = 0; i < 150; i++) {
            networks.append("<network>10.0.").append(i).append(".1</network>\n");
        }
        assertThat(warnings(clients(networks.toString()))).hasSize(101).last().asString()
            .isEqualTo("106: from here on 50 more of this kind; correct the first ones to see them [entry-without-effect]");
    }

    @ParameterizedTest
    @CsvSource({"<authenticated/>, true", "<authenticated required='true'/>, false", "<clients><network>10.0.0.1</network></clients>, true",
        "<internalAddresses><network>127.0.0.1</network></internalAddresses>, true", "<never><user>eve</user></never>, true",
        "<never><network>10.0.0.1</network></never>, true"})
    void shouldWarnOfRestrictionsWithoutReroutingOnOneLine(String restrictions, boolean warned) throws Exception {
        assertThat(warnings("<relaycontrol><policy><routing reroute='false'/><restrictions>" + restrictions
            + "</restrictions></policy></relaycontrol>")).hasSize(warned ? 1 : 0).allMatch(text -> text.endsWith("[reroute-off]"));
    }

    @ParameterizedTest
    @CsvSource({"kawasaki.jp, true", "city.kawasaki.jp, false", "xn--p1ai, true", "[192.0.2.1], false", "www.ck, false"})
    void shouldRefuseWhatIsAbovePublicSuffixes(String domain, boolean refused) throws Exception {
        assertThat(problems("<relaycontrol><policy><routing><domain name='" + domain + "' action='relay'/></routing></policy>"
            + "</relaycontrol>")).hasSize(refused ? 1 : 0).allMatch(text -> text.endsWith("[public-suffix]"));
    }

    @Test
    void shouldRefusePoliciesThatAreOpenOnlyTogether() throws Exception {
        assertThat(problems("<relaycontrol><policy name='a' listeners='*:25'><restrictions><clients><network>8.0.0.0/12</network></clients>"
            + "</restrictions></policy>\n<policy name='b'><restrictions><clients><network>9.0.0.0/12</network></clients></restrictions>"
            + "</policy></relaycontrol>")).hasSize(2).allMatch(text -> text.endsWith("[open-relay]"));
    }

    @Test
    void shouldWarnOfIpv6WithoutIpv4() throws Exception {
        assertThat(warnings(file("<connections>", "<network>::/0</network>", "</connections>"))).containsExactly(
            "4: ::/0 in connections means every IPv6 client and no IPv4 client; write 0.0.0.0/0 too if everyone is meant "
                + "[ipv6-without-ipv4]");
    }

    @Test
    void shouldWarnOfClientsThatAWiderEntryCovers() throws Exception {
        assertThat(effects(file("<connections>", "<network>192.0.2.128/25</network>", "<network>192.0.2.0/24</network>",
            "<network>192.0.3.0/24</network>", "<domain>a.spam.example</domain>", "<domain>spam.example</domain>", "</connections>",
            "<restrictions>", "<authenticated>", "<user>ann@one.example</user>", "<user>@one.example</user>", "</authenticated>",
            "<never>", "<range>10.0.0.0-10.0.0.127</range>", "<network>10.0.0.0/24</network>", "<network>10.0.0.255</network>",
            "<user>eve@two.example</user>", "<user>@two.example</user>", "</never>", "</restrictions>"))).containsExactlyInAnyOrder(
            "4: 192.0.2.128/25 in connections changes nothing, as 192.0.2.0/24 is listed at 5; remove it",
            "7: a.spam.example in connections changes nothing, as a domain above it is listed at 8; remove it",
            "12: ann@one.example in authenticated changes nothing, as @one.example is listed at 13; remove it",
            "16: 10.0.0.0/25 in never changes nothing, as 10.0.0.0/24 is listed at 17; remove it",
            "18: 10.0.0.255 in never changes nothing, as 10.0.0.0/24 is listed at 17; remove it",
            "19: eve@two.example in never changes nothing, as @two.example is listed at 20; remove it");
    }

    @Test
    void shouldWarnOfClientsThatMayNotEvenConnect() throws Exception {
        String clients = "<restrictions><clients><network>192.0.2.7</network></clients></restrictions>";
        String warning = "4: 192.0.2.7 in clients may not even connect; remove it, or let it connect";

        assertThat(effects(file("<connections><network>192.0.2.0/24</network></connections>", clients))).containsExactly(warning);
        assertThat(effects(file("<connections mode='only'><network>10.0.0.0/8</network></connections>", clients)))
            .containsExactly(warning);
        assertThat(effects(file("<connections><network>192.0.2.0/24</network><domain>a.example</domain></connections>", clients)))
            .containsExactly(warning);
        // Its name may let it connect.
        assertThat(effects(file("<connections mode='only'><network>10.0.0.0/8</network><domain>a.example</domain></connections>",
            clients))).isEmpty();
        assertThat(effects(file("<connections mode='only'><network>192.0.2.0/24</network></connections>", clients))).isEmpty();
    }

    private static List<String> effects(String file) throws Exception {
        String kind = " [entry-without-effect]";
        return warnings(file).stream()
            .filter(warning -> warning.endsWith(kind))
            .map(warning -> warning.substring(0, warning.length() - kind.length()))
            .collect(Collectors.toList());
    }

    @ParameterizedTest
    @CsvSource({
        "2600::21b:21ff:fe00:1, true",
        "2600::4d2a:91c7:83f0:5e11, true",
        "2600::100:100:100:100, true",
        "2600::ff:91c7:83f0:5e11, false",
        "2600::4d2a:ff:83f0:5e11, false",
        "2600::4d2a:91c7:ff:5e11, false",
        "2600::4d2a:91c7:83f0:ff, false",
        "2600::25, false",
    })
    void shouldKnowAutoconfiguredAddresses(String address, boolean autoconfigured) throws Exception {
        assertThat(warnings(clients("<network>" + address + "</network>")).stream()
            .filter(warning -> warning.equals("5: " + address + " in clients looks autoconfigured, so it may change; write the network: "
                + "2600::/64 [autoconfigured-address]"))).hasSize(autoconfigured ? 1 : 0);
        assertThat(warnings(file("<restrictions>", "<clients>", "<network>10.0.0.0/8</network>", "</clients>", "<never>",
            "<network>" + address + "</network>", "</never>", "</restrictions>")).stream()
            .filter(warning -> warning.contains(" in never looks autoconfigured"))).hasSize(autoconfigured ? 1 : 0);
    }

    @Test
    void shouldNotWarnOfWhatReroutingDoesNotConcern() throws Exception {
        assertThat(warnings(file("<routing reroute='false'>", "<domain name='a.example' action='inbound'/>",
            "<domain name='b.example' action='reject'/>", "<domain name='c.example' action='route' nextHop='192.0.2.1'/>", "</routing>")))
            .containsExactly(
                "6: nothing is relayed to c.example under reroute=\"false\"; remove the route entry, or reroute=\"false\" [reroute-off]");
    }

    @ParameterizedTest
    @CsvSource({"8.0.0.0/8, 9.0.0.0/15", "2600::/20, 2700::/40"})
    void shouldRefuseOnlyPoliciesThatAreOpenByThemselves(String open, String many) throws Exception {
        assertThat(problems("<relaycontrol><policy name='a' listeners='*:25'><restrictions><clients><network>" + open + "</network>"
            + "</clients></restrictions></policy>\n<policy name='b'><restrictions><clients><network>" + many + "</network></clients>"
            + "</restrictions></policy></relaycontrol>")).singleElement().asString().startsWith("1: ").endsWith("[open-relay]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<network>8.0.0.0/8</network>|5 (8.0.0.0/8)",
        "<network>8.0.0.0/8</network>,<network>10.0.0.0/8</network>|5 (8.0.0.0/8)",
        "<network>8.0.0.0/8</network>,<network>9.0.0.0/9</network>,<network>11.0.0.0/10</network>"
            + "|5 (8.0.0.0/8), 6 (9.0.0.0/9), 7 (11.0.0.0/10)",
        "<network>12.0.0.0/11</network>,<network>8.0.0.0/8</network>,<network>9.0.0.0/9</network>,<network>11.0.0.0/10</network>"
            + "|6 (8.0.0.0/8), 7 (9.0.0.0/9), 8 (11.0.0.0/10) and 1 more lines",
    })
    void shouldNameTheLinesThatOpen(String networks, String lines) throws Exception {
        assertThat(problems(clients(networks.replace(',', '\n')))).singleElement().asString()
            .contains("; opened by " + lines + "; write the networks of your own clients alone, or ");
    }

    @Test
    void shouldNameTheInternalAddressesThatOpen() throws Exception {
        String open = file("<restrictions>", "<internalAddresses>", "<network>8.8.8.8</network>", "<network>9.9.9.9</network>",
            "</internalAddresses>", "</restrictions>").replace("<policy>", "<policy listeners='8.8.8.8:25'>");

        assertThat(problems(open)).singleElement().asString().startsWith("5: ").contains("; opened by 5 (8.8.8.8); list your own ");
    }

    /** The analysis tries one domain for all that are unlisted, and one port for all that no policy names: none that is. */
    @Test
    void shouldNotTakeWhatIsListedForTheRest() throws Exception {
        String open = "<restrictions><clients><network>8.0.0.0/8</network></clients></restrictions>";

        assertThat(problems(file("<routing>", "<domain name='unlisted' action='reject'/>", "<domain name='unlisted1' action='reject'/>",
            "</routing>", open))).singleElement().asString().startsWith("7: ").endsWith("[open-relay]");
        assertThat(problems("<relaycontrol><policy name='a' listeners='*:1,*:2'/>\n<policy name='b'>" + open
            + "</policy></relaycontrol>")).singleElement().asString().startsWith("2: ")
            .contains(" may relay to any domain at every port but 1 and 2: ").endsWith("[open-relay]");
        assertThat(problems("<relaycontrol><policy name='a' listeners='*:1'>" + open + "</policy>\n<policy name='b'/></relaycontrol>"))
            .singleElement().asString().startsWith("1: ").contains(" at port 1: ").endsWith("[open-relay]");
    }

    @Test
    void shouldNotRefusePublicSuffixesThatAreNotRelayed() throws Exception {
        assertThat(problems(file("<routing>", "<domain name='com' action='reject'/>", "<domain name='net' action='inbound'/>",
            "<domain name='org' action='route' nextHop='192.0.2.1'/>", "</routing>"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"mail.example, *:25, false, true", "mail.example:2525, *:25, false, false", "other.example, *:25, false, false",
        "mail.example, 192.0.2.9:25, false, false", "mail.example, 192.0.2.9:26, true, true", "127.0.0.1, 192.0.2.9:26, false, false"})
    void shouldWarnOfNextHopsThatAreNamedLikeTheServer(String hop, String listener, boolean more, boolean warned) throws Exception {
        RelayPolicies policies = EnvelopeGrid.load("<relaycontrol><routing smartHost='" + hop + "'/><policy name='a' listeners='" + listener
            + "'/>" + (more ? "<policy name='b'/>" : "") + "</relaycontrol>");
        assertThat(Analysis.of(policies, Map.of(), Set.of(), mailExample(null)).warnings().stream()
            .anyMatch(finding -> finding.kind() == Finding.Kind.NEXT_HOP_LOOP)).isEqualTo(warned);
    }

    @Test
    void shouldSilenceAcceptedWarningsOnly() throws Exception {
        RelayPolicies policies = EnvelopeGrid.load(file("<connections mode='only'/>"));
        Rule line = Rule.of("relaycontrol.xml", 7);
        assertThat(Analysis.of(policies, Map.of("nobody-connects", line), Set.of()).warnings()).isEmpty();
        assertThat(told(Analysis.of(policies, Map.of("no-such", line, "listed-twice", line), Set.of("listed-twice")).problems()))
            .containsExactly("relaycontrol.xml:7: there is no warning 'no-such'; write one of authorized-addresses, "
                + "autoconfigured-address, "
                + "client-host-name, entry-without-effect, hidden-clients, hosted-not-inbound, inbound-not-hosted, internal-address, "
                + "ipv6-without-ipv4, listed-twice, many-strangers, next-hop-loop, nobody-connects, not-enforced, "
                + "refused-host-name, reroute-off, ungoverned-listeners, unverified-recipients "
                + "[unknown-warning]");
    }
}
