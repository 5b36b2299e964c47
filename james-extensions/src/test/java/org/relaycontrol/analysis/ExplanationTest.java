package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.User;

/**
 * The explanation ends where the decision does, and names what was nearest.
 */
class ExplanationTest {

    private static final DomainName LOCALHOST = DomainName.of("localhost");
    private static final int ENVELOPES = 100;

    @TempDir
    private Path folder;

    @Property(tries = 400)
    void shouldEndInTheDecisionOfAnyPolicy(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String xml = RandomPolicyFile.verifiedText(random);
        Path policyFolder = Files.createTempDirectory("relaycontrol");
        Path file = policyFolder.resolve("relaycontrol.xml");
        Path recipients = policyFolder.resolve("recipients.txt");
        RelayPolicies policies;
        try {
            Files.writeString(recipients, RandomPolicyFile.RECIPIENTS);
            Files.writeString(file, xml);
            policies = PolicyLoader.load(file).policies();
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(recipients);
            Files.delete(policyFolder);
        }
        for (int i = 0; i < ENVELOPES; i++) {
            Envelope envelope = RandomPolicyFile.envelope(random);
            boolean refuseUnhosted = random.nextBoolean();
            Decision decision = policies.decide(envelope, RandomPolicyFile.LOCAL_DOMAINS, refuseUnhosted);
            Sender sender = RandomPolicyFile.sender(random);
            Explanation explanation = Explanation.of(policies, envelope, sender, RandomPolicyFile.LOCAL_DOMAINS, refuseUnhosted);
            List<Explanation.Step> steps = explanation.steps();
            boolean relayed = decision.route() == Decision.Route.RELAY;
            Explanation.Step last = steps.get(steps.size() - (relayed ? 2 : 1));
            if (relayed && last.number().equals("9")) {
                last = steps.get(steps.size() - 3);
            }
            if (relayed) {
                assertNextHop(steps.get(steps.size() - 1), decision.nextHops(envelope.recipient(), sender), xml);
            }
            assertThat(explanation.nextHops()).isEqualTo(decision.nextHops(envelope.recipient(), sender));
            assertThat(explanation.decision()).as(xml).hasToString(decision.toString());
            assertThat(last.reason()).as("%s%n%s", xml, steps).isEqualTo(decision.reason());
            assertThat(last.rule()).as("%s%n%s", xml, steps).isEqualTo(decision.rule(envelope)).isEqualTo(explanation.rule());
            assertThat(steps).filteredOn(step -> step.reason() != null)
                .hasSize(decision.reason() == Decision.Reason.DNS_UNAVAILABLE ? 2 : 1);
        }
    }

    /** The text ends in the next hops, and the line it names, if it names one, has them or names them. */
    private static void assertNextHop(Explanation.Step step, @Nullable NextHops hops, String xml) {
        assertThat(step.test()).isEqualTo("next hop");
        assertThat(step.finding()).as(xml).contains(hops == null ? "the MX of " : Texts.nextHops(hops));
        Rule rule = step.rule();
        assertThat(rule != null || hops == null).as(xml + step).isTrue();
        if (rule != null && hops != null) {
            String line = xml.split("\n")[rule.line() - 1];
            assertThat(line).as(xml + step).containsAnyOf(hops.hosts().get(0).toString(), "via='smartHost'",
                "via='" + hops.name().orElse("") + "'");
        }
    }

    private RelayPolicies load(String... lines) throws Exception {
        Path file = folder.resolve("relaycontrol.xml");
        Files.writeString(file, String.join("\n", lines));
        try {
            return PolicyLoader.load(file).policies();
        } catch (PolicyException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private static String finding(RelayPolicies policies, String client, String recipient, String step) {
        Envelope envelope = Envelope.smtp(IpAddress.parse(client), IpAddress.parse("192.0.2.25"), 25, null, ClientHost.NONE,
            Recipient.parse(recipient, LOCALHOST));
        return Explanation.of(policies, envelope, null, domain -> false, false).steps().stream()
            .filter(one -> one.number().equals(step))
            .findFirst().orElseThrow().finding();
    }

    @ParameterizedTest
    @CsvSource({
        "pms.com, ms.com at relaycontrol.xml:3 does not cover it",
        "below.exact.example, exact.example (exact) at relaycontrol.xml:4 does not cover it",
        "ratest.com, huntsville.ratest.com at relaycontrol.xml:5 does not cover it",
        "robichuax.net, robichaux.net at relaycontrol.xml:7 does not cover it",
        "robichau.net, robichaux.net at relaycontrol.xml:7 does not cover it",
        "rob1chaux.net, robichaux.net at relaycontrol.xml:7 does not cover it",
        "unlike.test, ''",
        "[192.0.2.1], ''",
    })
    void shouldNameTheEntryThatWasNearest(String domain, String nearest) throws Exception {
        RelayPolicies policies = load("<relaycontrol>", "<policy><routing>",
            "<domain name='ms.com' action='relay'/>",
            "<domain name='exact.example' match='exact' action='relay'/>",
            "<domain name='huntsville.ratest.com' action='inbound'/>",
            "<domain name='very.deep.below.ratest.com' action='inbound'/>",
            "<domain name='robichaux.net' action='relay'/>",
            "</routing></policy></relaycontrol>");
        assertThat(finding(policies, "198.51.100.7", "user@" + domain, "3"))
            .isEqualTo("no entry for " + domain + (nearest.isEmpty() ? "" : "; " + nearest)
                + "; it is not in James's DomainList: unlisted");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.1.0, 10.0.0.0/24 at relaycontrol.xml:3",
        "10.0.255.255, 10.1.0.0/16 at relaycontrol.xml:4",
        "2001:db8:ffff::, 2001:db8::/48 at relaycontrol.xml:5",
        "fe80::1, 2001:db8::/48 at relaycontrol.xml:5",
    })
    void shouldNameTheNetworkThatWasNearest(String client, String nearest) throws Exception {
        RelayPolicies policies = load("<relaycontrol>", "<policy><restrictions><clients>",
            "<network>10.0.0.0/24</network>",
            "<network>10.1.0.0/16</network>",
            "<network>2001:db8::/48</network>",
            "</clients></restrictions></policy></relaycontrol>");
        assertThat(finding(policies, client, "user@else.example", "8b"))
            .isEqualTo(client + " is not among those that may relay; nearest is " + nearest);
    }

    @Test
    void shouldNameNoNetworkOfTheOtherFamily() throws Exception {
        RelayPolicies policies = load("<relaycontrol><policy><restrictions><clients><network>10.0.0.0/24</network></clients>",
            "</restrictions></policy></relaycontrol>");
        assertThat(finding(policies, "2001:db8::1", "user@else.example", "8b"))
            .isEqualTo("2001:db8::1 is not among those that may relay");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bob@list.example | UNASKED | deny recipient-unknown | bob@list.example is none of the recipients that are listed (2) "
            + "[relaycontrol.xml:2] => recipient-unknown",
        "Alice+x@list.example | UNKNOWN | permit relay-domain | Alice+x@list.example is listed at known.txt:2 [known.txt:2]",
        "bob@ask.example | UNASKED | permit relay-domain | the next hop is asked whether bob@ask.example exists; 550 5.1.1 if not "
            + "[relaycontrol.xml:3]",
        "bob@ask.example | KNOWN | permit relay-domain | bob@ask.example exists, as given [relaycontrol.xml:3]",
        "bob@ask.example | UNKNOWN | deny recipient-unknown | bob@ask.example does not exist, as given [relaycontrol.xml:3] "
            + "=> recipient-unknown",
        "bob@ask.example | UNDETERMINED | permit relay-domain | the next hop cannot tell whether bob@ask.example exists, as given, and "
            + "verifyOnFailure is accept [relaycontrol.xml:3]",
        "bob@defer.example | UNDETERMINED | defer recipient-unverified | directory ad cannot tell whether bob@defer.example exists, as "
            + "given, and verifyOnFailure is defer [relaycontrol.xml:4] => recipient-unverified",
    })
    void shouldTellWhetherTheRecipientExists(String recipient, RecipientStatus status, String decision, String finding) throws Exception {
        Files.writeString(folder.resolve("known.txt"), "# two\nalice\ncarol@list.example\n");
        Path file = folder.resolve("relaycontrol.xml");
        Files.writeString(file, "<relaycontrol><routing recipientDelimiter='+'>\n"
            + "<domain name='list.example' action='relay' recipients='known.txt'/>\n"
            + "<domain name='ask.example' action='relay' verify='callout'/>\n"
            + "<domain name='defer.example' action='relay' verify='ldap' directory='ad' verifyOnFailure='defer'/></routing>\n"
            + "<directories><ldapDirectory name='ad' urls='ldap://dc1' base=''/></directories><policy/></relaycontrol>");
        Envelope envelope = Envelope.smtp(IpAddress.parse("198.51.100.7"), IpAddress.parse("192.0.2.25"), 25, null, ClientHost.NONE,
            Recipient.parse(recipient, LOCALHOST)).withRecipientStatus(status);
        Explanation explanation = Explanation.of(PolicyLoader.load(file).policies(), envelope, null, domain -> false, true);
        assertThat(explanation.decision()).hasToString(decision);
        List<Explanation.Step> steps = explanation.steps().stream().filter(step -> step.number().startsWith("7a")
            || step.number().equals("9")).collect(Collectors.toList());
        assertThat(steps.get(1)).hasToString("9 recipient: " + finding);
        assertThat(steps.get(0).reason()).isEqualTo(explanation.decision().isPermit() ? Decision.Reason.RELAY_DOMAIN : null);
    }

    @Test
    void shouldNotExplainWhatHasNoListener() throws Exception {
        RelayPolicies policies = load("<relaycontrol><policy/></relaycontrol>");
        Envelope spooled = Envelope.spooled(null, null, Recipient.parse("user@else.example", LOCALHOST));
        assertThatIllegalArgumentException().isThrownBy(() -> Explanation.of(policies, spooled, null, domain -> false, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "u@else.example  | any@dept.example   | the domain of sender any@dept.example is listed: bulk (bulk.example) [relaycontrol.xml:4]",
        "u@else.example  | Boss@dept.example  | sender boss@dept.example is listed: the smart host, hub.example [relaycontrol.xml:5]",
        "u@else.example  | any@sub.dept.example | neither sender any@sub.dept.example nor its domain is listed: the smart host, "
            + "hub.example [relaycontrol.xml:3]",
        "u@else.example  |                    | no sender is given, or the null sender: the smart host, hub.example [relaycontrol.xml:3]",
        "u@route.example | any@dept.example   | the domain of sender any@dept.example is listed: bulk (bulk.example) [relaycontrol.xml:4]",
        "u@route.example | any@other.example  | neither sender any@other.example nor its domain is listed: the MX of route.example "
            + "[relaycontrol.xml:6]",
        "u@own.example   | any@dept.example   | the entry own.example names own.hop:2525 [relaycontrol.xml:7]",
        "u@relay.example | any@dept.example   | whoever sends to a relay domain: the MX of relay.example [relaycontrol.xml:8]",
    })
    void shouldTellWhereMailGoesAndWhy(String recipient, @Nullable String sender, String finding) throws Exception {
        RelayPolicies policies = load("<relaycontrol>", "<nextHops><nextHop name='bulk' hosts='bulk.example'/></nextHops>",
            "<routing smartHost='hub.example'><senders>",
            "<sender name='dept.example' via='bulk'/>",
            "<sender name='boss@dept.example' via='smartHost'/></senders>",
            "<domain name='route.example' action='route'/>",
            "<domain name='own.example' action='route' nextHop='own.hop:2525'/>",
            "<domain name='relay.example' action='relay'/></routing>",
            "<policy><restrictions><authenticated/></restrictions></policy></relaycontrol>");
        Envelope envelope = Envelope.smtp(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.25"), 25, User.of("u"), ClientHost.NONE,
            Recipient.parse(recipient, LOCALHOST));
        List<Explanation.Step> steps = Explanation.of(policies, envelope, sender == null ? null : Sender.parse(sender), domain -> false,
            false).steps();
        Explanation.Step last = steps.get(steps.size() - 1);

        assertThat(last.finding() + " [" + last.rule() + "]").isEqualTo(finding);
    }

    @Test
    void shouldNotMentionSendersWhereNoneIsListed() throws Exception {
        RelayPolicies policies = load("<relaycontrol><policy><restrictions><authenticated/></restrictions></policy></relaycontrol>");
        Envelope envelope = Envelope.smtp(IpAddress.parse("10.0.0.1"), IpAddress.parse("192.0.2.25"), 25, User.of("u"), ClientHost.NONE,
            Recipient.parse("u@else.example", LOCALHOST));
        List<Explanation.Step> steps = Explanation.of(policies, envelope, null, domain -> false, false).steps();

        assertThat(steps.get(steps.size() - 1)).hasToString(" next hop: the MX of else.example");
    }
}
