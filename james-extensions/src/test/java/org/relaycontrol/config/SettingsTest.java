package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.policy.Verification.OnFailure;

/**
 * What the attributes mean that switch something or set a limit, and where the limits are.
 */
class SettingsTest {

    private static final String DIRECTORY = "<directories><ldapDirectory name='ad' urls='ldap://dc.example' base='dc=one' bindDn='cn=mx'"
        + " passwordFile='ad.password'/></directories>";

    @TempDir
    Path folder;

    private LoadedPolicies load(String content) throws IOException, PolicyException {
        return PolicyLoader.load(Files.writeString(folder.resolve("relaycontrol.xml"),
            "<relaycontrol>" + content + "</relaycontrol>"));
    }

    private RelayPolicies policies(String content) throws IOException, PolicyException {
        return load(content).policies();
    }

    private Treatment treatment(String attributes) throws IOException, PolicyException {
        return treatment(policies(DIRECTORY + "<routing><domain name='one.example' " + attributes + "/></routing><policy/>")
            .sharedRouting(), "one.example");
    }

    private static Treatment treatment(RoutingList routing, String domain) {
        return Objects.requireNonNull(routing.find(DomainName.of(domain))).treatment();
    }

    @Test
    void shouldAskADirectoryAsWritten() throws Exception {
        Files.writeString(folder.resolve("ad.password"), "secret\n");

        Verification verification = Objects.requireNonNull(treatment("action='relay' verify='ldap' directory='ad' recipientDelimiter='+-'"
            + " verifyOnFailure='defer' verifyTimeout='7s' verifyTtl='3h' verifyNegativeTtl='5m'").verification());

        LdapDirectory directory = Objects.requireNonNull(verification.directory());
        assertThat(directory.name()).isEqualTo("ad");
        assertThat(directory.bindDn()).contains("cn=mx");
        assertThat(directory.passwordFile()).contains(folder.resolve("ad.password").toString());
        assertThat(verification.recipientDelimiter()).isEqualTo("+-");
        assertThat(verification.onFailure()).isEqualTo(OnFailure.DEFER);
        assertThat(verification.timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(verification.ttl()).isEqualTo(Duration.ofHours(3));
        assertThat(verification.negativeTtl()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void shouldAskTheNextHopByDefault() throws Exception {
        Files.writeString(folder.resolve("ad.password"), "secret\n");

        assertThat(treatment("action='relay' verify='callout'").verification()).isEqualTo(Verification.callout());
        assertThat(Verification.callout().onFailure()).isEqualTo(OnFailure.ACCEPT);
    }

    @Test
    void shouldAllowSendersTheirRoutesWhereWritten() throws Exception {
        RoutingList routing = policies("<routing allowSenderSpecifiedRouting='true'>"
            + "<domain name='off.example' action='relay' allowSenderSpecifiedRouting='false'/>"
            + "<domain name='silent.example' action='relay'/></routing><policy/>").policies().get(0).routing();
        RoutingList usual = policies("<routing><domain name='on.example' action='relay' allowSenderSpecifiedRouting='true'/></routing>"
            + "<policy/>").policies().get(0).routing();

        assertThat(routing.allowsSenderSpecifiedRouting(null)).isTrue();
        assertThat(routing.allowsSenderSpecifiedRouting(routing.find(DomainName.of("off.example")))).isFalse();
        assertThat(routing.allowsSenderSpecifiedRouting(routing.find(DomainName.of("silent.example")))).isTrue();
        assertThat(usual.allowsSenderSpecifiedRouting(null)).isFalse();
        assertThat(usual.allowsSenderSpecifiedRouting(usual.find(DomainName.of("on.example")))).isTrue();
    }

    @Test
    void shouldEnforceUnlessWrittenOtherwise() throws Exception {
        assertThat(policies("<policy/>").policies().get(0).isEnforced()).isTrue();
        assertThat(policies("<policy enforce='true'/>").policies().get(0).isEnforced()).isTrue();
        assertThat(policies("<policy enforce='false'/>").policies().get(0).isEnforced()).isFalse();
    }

    @Test
    void shouldAllowUnauthenticatedWritesOnlyWhereWritten() throws Exception {
        assertThat(load("<policy/>").allowsUnauthenticatedWrites()).isFalse();
        assertThat(load("<webadmin/><policy/>").allowsUnauthenticatedWrites()).isFalse();
        assertThat(load("<webadmin unauthenticatedWrites='false'/><policy/>").allowsUnauthenticatedWrites()).isFalse();
        assertThat(load("<webadmin unauthenticatedWrites='true'/><policy/>").allowsUnauthenticatedWrites()).isTrue();
    }

    @Test
    void shouldKnowPublicClientsAndWarnOfOneThatIsWrittenTwice() throws Exception {
        LoadedPolicies loaded = load("<policy><restrictions publicClients='192.0.2.0/24 2001:db8::/32 192.0.2.0/24'/></policy>");

        assertThat(loaded.policies().policies().get(0).restrictions().publicClients()).extracting(Object::toString)
            .containsExactly("192.0.2.0/24", "2001:db8::/32");
        assertThat(loaded.warnings()).extracting(Warning::toString).containsExactly(
            "relaycontrol.xml:1: publicClients has '192.0.2.0/24' twice; remove one of the two [listed-twice]");
        assertThat(load("<policy><restrictions publicClients='192.0.2.0/24 2001:db8::/32'/></policy>").warnings()).isEmpty();
    }

    @Test
    void shouldReplaceTheNextHopOfAListByThatOfALine() throws Exception {
        Files.writeString(folder.resolve("list.txt"), "hop.example nextHop=192.0.2.1\nvia.example via=isp\nboth.example\n");
        String isp = "<nextHops><nextHop name='isp' hosts='isp.example'/></nextHops>";

        RoutingList overVia = policies(isp + "<routing><domains managed='list.txt' action='relay' via='isp'/></routing><policy/>")
            .sharedRouting();
        RoutingList overHop = policies(isp + "<routing><domains managed='list.txt' action='relay' nextHop='192.0.2.9'/></routing><policy/>")
            .sharedRouting();

        assertThat(treatment(overVia, "hop.example").nextHops()).hasToString("192.0.2.1");
        assertThat(treatment(overHop, "via.example").nextHops()).hasToString("isp.example");
        assertThat(treatment(overVia, "both.example").nextHops()).hasToString("isp.example");
        assertThat(treatment(overHop, "both.example").nextHops()).hasToString("192.0.2.9");
    }

    @Test
    void shouldTakeAReplyOfAllPrintableCharactersUpToTheLimit() throws Exception {
        Files.writeString(folder.resolve("ad.password"), "secret\n");
        String longest = "~ ".repeat(99) + "~~";

        assertThat(treatment("action='reject' reply='" + longest + "'").reply()).isEqualTo(longest);
        assertThatThrownBy(() -> treatment("action='reject' reply='" + longest + "!'"))
            .hasMessage("relaycontrol.xml:1: reply has 201 characters; write at most 200");
        assertThatThrownBy(() -> treatment("action='reject' reply='&#x7f;'"))
            .hasMessageContaining("(U+007F); write printable ASCII alone");
    }

    @Test
    void shouldWarnOfTimeoutsBelowTheLimitAlone() throws Exception {
        String hop = "<nextHops><nextHop name='a' hosts='b.example' timeout='%s'/></nextHops><routing via='a'/><policy/>";

        assertThat(load(String.format(hop, "10m")).warnings()).isEmpty();
        assertThat(load(String.format(hop, "599s")).warnings()).singleElement().hasToString(
            "relaycontrol.xml:1: with timeout=\"599s\", mail that these hosts take longer to accept is sent again and arrives twice; "
                + "write 10m at least (RFC 5321 section 4.5.3.2.6), or leave timeout out [short-timeout]");
    }

    @Test
    void shouldTakeListLinesUpToTheLimit() throws Exception {
        String list = "<routing><domains file='list.txt' action='relay'/></routing><policy/>";
        Files.writeString(folder.resolve("list.txt"), "one.example " + "#".repeat(8180) + "\n");

        assertThat(policies(list).sharedRouting().entries()).hasSize(1);

        Files.writeString(folder.resolve("list.txt"), "one.example " + "#".repeat(8181) + "\n");
        assertThatThrownBy(() -> load(list)).hasMessageStartingWith("list.txt:1: the line is longer than 8192 octets; ");
    }

    @Test
    void shouldCountNoMoreProblemsWhereNoneIsLeft() throws Exception {
        Files.writeString(folder.resolve("list.txt"), "*.sea.com\n".repeat(1000));

        assertThatThrownBy(() -> load("<routing><domains file='list.txt' action='relay'/></routing><policy/>"))
            .hasMessageEndingWith("with match=\"subtree\" (the default) it covers every name below it too");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "managed"})
    void shouldRefuseWhatIsNoPath(String attribute) {
        assertThatThrownBy(() -> load("<routing><domains " + attribute + "='file://conf/list.txt' action='relay'/></routing><policy/>"))
            .hasMessage("relaycontrol.xml:1: 'file://conf/list.txt' is no path of a list file; write one relative to relaycontrol.xml, "
                + "without file://conf/");
    }

    @Test
    void shouldSayWhatToWriteAsRangeOfAListFile() throws Exception {
        Files.writeString(folder.resolve("list.txt"), "-192.0.2.9\n");

        assertThatThrownBy(() -> load("<policy><connections mode='only'><networks file='list.txt'/></connections></policy>"))
            .hasMessage("list.txt:1: '-192.0.2.9' is not a range; write first-last, like 10.0.0.10-10.0.0.20");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "><clients><domain>.</domain></clients>|'.' has an empty label; write a name like example.com",
        "><clients><domain>.one.example</domain></clients>"
            + "|'.one.example' has a wildcard; write one.example, it covers every name below it too",
        "><clients><domain>/24</domain></clients>|'/24' is no host name; write <network>/24</network>",
        "publicClients=','>|publicClients has a comma in ','; separate networks by blanks",
        "publicClients='-192.0.2.9'>|publicClients has '-192.0.2.9', which is no network; write address/prefix length",
    })
    void shouldSayWhatToWriteInRestrictions(String written, String problem) {
        assertThatThrownBy(() -> load("<policy><restrictions " + written + "</restrictions></policy>"))
            .hasMessage("relaycontrol.xml:1: " + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "*|'*' has a wildcard; write the addresses, or @ and the domain for every recipient there",
        "one.example|'one.example' is one of the domains, and means a local part here; write @one.example for every recipient there",
        "x@two.example|no entry with this list of recipients covers two.example; remove 'x@two.example', or write an entry for its domain",
    })
    void shouldSayWhatToWriteAsRecipient(String written, String problem) throws Exception {
        Files.writeString(folder.resolve("list.txt"), written + "\n");

        assertThatThrownBy(() -> load("<routing><domain name='one.example' action='relay' recipients='list.txt'/></routing><policy/>"))
            .hasMessage("list.txt:1: " + problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b", "[192.0.2.1]", "x@one.example", "@one.example", "not..a..domain"})
    void shouldTakeAnyOtherRecipient(String written) throws Exception {
        Files.writeString(folder.resolve("list.txt"), written + "\n");

        assertThat(Objects.requireNonNull(treatment(policies("<routing><domain name='one.example' action='relay' recipients='list.txt'/>"
            + "</routing><policy/>").sharedRouting(), "one.example").recipients()).listed()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<!-- a comment alone -->|relaycontrol.xml:1: the file is not well-formed XML: ",
        "<!-- a comment without end|relaycontrol.xml:1: the file is not well-formed XML: ",
        "<?an instruction without end|relaycontrol.xml:1: the file is not well-formed XML: ",
        "<!-- a comment --><!DOCTYPE a>|relaycontrol.xml:1: the file has a DOCTYPE; ",
    })
    void shouldRefuseAFileWithoutRoot(String content, String problem) {
        assertThatThrownBy(() -> PolicyLoader.load(Files.writeString(folder.resolve("relaycontrol.xml"), content)))
            .isInstanceOf(PolicyException.class)
            .hasMessageStartingWith(problem);
    }
}
