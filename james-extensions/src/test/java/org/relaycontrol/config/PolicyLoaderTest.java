package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.User;

/**
 * What is loaded means what is written, with the lines it is written on; and what only a file system can do wrong.
 */
class PolicyLoaderTest {

    private static final Path EXAMPLE = Path.of("src/test/resources/good-configs/01-design-example/relaycontrol.xml");
    private static final int MILLION = 1_000_000;

    @TempDir
    Path folder;

    @Test
    void shouldReadTheRoutingListAsWritten() throws Exception {
        RoutingList routing = example("mx").routing();

        assertThat(Objects.requireNonNull(routing.smartHost()).toString()).isEqualTo("smtp.isp.example:587");
        assertThat(routing.reroute()).isTrue();
        assertThat(routing.allowsSenderSpecifiedRouting(null)).isFalse();
        RoutingEntry partner = find(routing, "partner.example");
        assertThat(partner.match()).isEqualTo(Match.EXACT);
        assertThat(partner.treatment().action()).isEqualTo(Action.ROUTE);
        assertThat(partner.rule()).isEqualTo(Rule.of("relaycontrol.xml", 11));
        assertThat(find(routing, "spam.example").treatment().reply()).isEqualTo("not wanted here");
        assertThat(find(routing, "sub.ms.com").rule()).isEqualTo(Rule.of("relay-domains.txt", 4));
    }

    @Test
    void shouldResolveNamedNextHops() throws Exception {
        NextHops isp = Objects.requireNonNull(find(example("mx").routing(), "sea.com").treatment().nextHops());

        assertThat(isp.name()).contains("isp");
        assertThat(isp.tls()).isEqualTo(NextHops.Tls.REQUIRED);
        assertThat(isp.username()).contains("u");
        assertThat(isp.passwordFile()).contains(EXAMPLE.resolveSibling("isp.password").toAbsolutePath().toString());
        assertThat(isp).hasToString("smtp.isp.example:587 backup.isp.example:587");
    }

    @Test
    void shouldReadListenersConnectionsAndRestrictionsAsWritten() throws Exception {
        RelayPolicy mx = example("mx");
        Restrictions restrictions = mx.restrictions();

        assertThat(mx.rule()).isEqualTo(Rule.of("relaycontrol.xml", 16));
        assertThat(mx.listeners()).containsExactly(Listener.parse("*:25"));
        assertThat(mx.connections().mode()).isEqualTo(ClientList.Mode.ALL_EXCEPT);
        assertThat(mx.connections().networks().find(IpAddress.parse("203.0.113.9"))).isEqualTo(Rule.of("relaycontrol.xml", 18));
        assertThat(restrictions.authenticatedRule()).isEqualTo(Rule.of("relaycontrol.xml", 22));
        assertThat(restrictions.authenticationRequired()).isFalse();
        assertThat(restrictions.authenticatedUsers()).isNull();
        ClientList clients = Objects.requireNonNull(restrictions.clients());
        assertThat(clients.mode()).isEqualTo(ClientList.Mode.ONLY);
        assertThat(clients.hosts()).containsExactly("branch.example.com");
        assertThat(clients.networks().find(IpAddress.parse("10.1.0.9"))).isEqualTo(Rule.of("trusted-networks.txt", 2));
        assertThat(restrictions.internalAddresses().find(IpAddress.parse("10.0.0.1"))).isEqualTo(Rule.of("relaycontrol.xml", 30));
        assertThat(restrictions.never().networks().find(IpAddress.parse("192.168.1.66"))).isEqualTo(Rule.of("relaycontrol.xml", 32));
        assertThat(restrictions.neverUsers().find(User.of("Mallory@ratest.com"))).isEqualTo(Rule.of("relaycontrol.xml", 33));
        assertThat(example("submission").restrictions().authenticationRequired()).isTrue();
    }

    @Test
    void shouldMeanTheDefaultsWhereNothingIsWritten() throws Exception {
        RelayPolicy policy = load("<relaycontrol><policy/></relaycontrol>").policies().policies().get(0);

        assertThat(policy.name()).isEqualTo("default");
        assertThat(policy.listeners()).isEmpty();
        assertThat(policy.connections().mode()).isEqualTo(ClientList.Mode.ALL_EXCEPT);
        assertThat(policy.connections().isEmpty()).isTrue();
        assertThat(policy.routing().reroute()).isTrue();
        assertThat(policy.routing().smartHost()).isNull();
        assertThat(policy.restrictions().authenticatedRule()).isNull();
        assertThat(policy.restrictions().clients()).isNull();
    }

    @Test
    void shouldAuthenticateNobodyElseWhereUsersAreListed() throws Exception {
        Restrictions restrictions = load("<relaycontrol><policy><restrictions>"
            + "<authenticated><user>@Ratest.COM.</user></authenticated></restrictions></policy></relaycontrol>")
            .policies().policies().get(0).restrictions();

        assertThat(Objects.requireNonNull(restrictions.authenticatedUsers()).listed().keySet()).isEqualTo(Set.of("@ratest.com"));
    }

    @Test
    void shouldReturnAcceptedWarningsWithTheReason() throws Exception {
        LoadedPolicies loaded = load("<relaycontrol>\n<policy/>\n<accept warning='glued-comment' why='ours'/>\n</relaycontrol>");

        assertThat(loaded.accepted()).singleElement().satisfies(accepted -> {
            assertThat(accepted.warning()).isEqualTo("glued-comment");
            assertThat(accepted.why()).isEqualTo("ours");
            assertThat(accepted.rule()).isEqualTo(Rule.of("relaycontrol.xml", 3));
        });
    }

    @Test
    void shouldRefuseAMissingPolicyFile() {
        Path missing = folder.resolve("relaycontrol.xml");

        assertThatThrownBy(() -> PolicyLoader.load(missing))
            .isInstanceOf(PolicyException.class)
            .hasMessage("relaycontrol.xml: there is no " + missing + "; create it, for example from one of the samples");
    }

    @Test
    void shouldRefuseADirectory() {
        assertThatThrownBy(() -> PolicyLoader.load(folder))
            .isInstanceOf(PolicyException.class)
            .hasMessage(folder.getFileName() + ": " + folder + " is a directory; put the policy file in its place");
    }

    @Test
    void shouldRefuseFilesThatCannotBeRead() throws Exception {
        Path list = Files.writeString(folder.resolve("list.txt"), "sea.com\n");
        Path password = Files.writeString(folder.resolve("isp.password"), "secret\n");
        assumeThat(list.toFile().setReadable(false) && password.toFile().setReadable(false)).isTrue();
        assumeThat(Files.isReadable(list)).as("root reads everything").isFalse();

        assertThatThrownBy(() -> load("<relaycontrol>\n"
            + "<nextHops><nextHop name='isp' hosts='isp.example' username='u' passwordFile='isp.password'/></nextHops>\n"
            + "<routing><domains file='list.txt' action='relay'/></routing>\n<policy/>\n</relaycontrol>"))
            .hasMessage("relaycontrol.xml:2: the password file 'isp.password' cannot be read; let the user that James runs as read it\n"
                + "relaycontrol.xml:3: the list file 'list.txt' cannot be read; let the user that James runs as read it");
    }

    @Test
    void shouldReadHowToConnectAsWritten() throws Exception {
        RoutingList routing = PolicyLoader.load(Path.of("src/test/resources/good-configs/15-next-hop-settings/relaycontrol.xml"))
            .policies().sharedRouting();
        NextHops first = Objects.requireNonNull(routing.smartHost());
        NextHops loaded = Objects.requireNonNull(load("<relaycontrol><nextHops><nextHop name='a' hosts='b.example,c.example' "
            + "balance='true' heloName='OUT.example' bind='2001:db8::1 , 192.0.2.1' connectTimeout='90s' timeout='1h' maxConnections='7'/>"
            + "</nextHops><routing via='a'/><policy/></relaycontrol>").policies().sharedRouting().smartHost());

        assertThat(first.tls()).isEqualTo(NextHops.Tls.REQUIRED);
        assertThat(first).hasToString("smtps:smtp.isp.example smtps:[2001:db8::25]:4650");
        assertThat(loaded).isEqualTo(NextHops.named("a", "b.example,c.example").balance(true).heloName(DomainName.of("out.example"))
            .bind(List.of(IpAddress.parse("2001:db8::1"), IpAddress.parse("192.0.2.1"))).connectTimeout(Duration.ofSeconds(90))
            .timeout(Duration.ofHours(1)).maxConnections(7).build());
    }

    @Test
    void shouldReadSendersOfBothRoutingLists() throws Exception {
        RoutingList own = PolicyLoader.load(Path.of("src/test/resources/good-configs/16-senders/relaycontrol.xml"))
            .policies().policies().get(0).routing();

        assertThat(via(own, "anybody@marketing.ratest.com")).isEqualTo("smtp.isp.example:587");
        assertThat(via(own, "BOSS@Marketing.ratest.com")).isEqualTo("hub.example");
        assertThat(via(own, "\"News Letter\"@ratest.com")).isEqualTo("bulk.example");
        assertThat(via(own, "printer@[192.0.2.9]")).isEqualTo("smtp.isp.example:587");
        assertThat(via(own, "anybody@ratest.com")).isEqualTo("hub.example");
        assertThat(Objects.requireNonNull(own.find(Sender.parse("boss@marketing.ratest.com"))).rule())
            .isEqualTo(Rule.of("relaycontrol.xml", 9));
    }

    private static String via(RoutingList routing, String sender) {
        return String.valueOf(routing.nextHops(null, Sender.parse(sender)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rw-------|",
        "r--------|",
        "rw--w--w-|",
        "rw-r-----|its group",
        "rw----r--|everyone on this machine",
        "rw-r--r--|everyone on this machine",
    })
    void shouldWarnOfPasswordsThatOthersCanRead(String permissions, @Nullable String readers) throws Exception {
        Path password = Files.writeString(folder.resolve("isp.password"), "secret\nnot this\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString(permissions));

        LoadedPolicies loaded = load("<relaycontrol>\n<nextHops>\n"
            + "<nextHop name='isp' hosts='isp.example' username='u' passwordFile='isp.password'/></nextHops><policy/></relaycontrol>");

        assertThat(loaded.warnings().stream().map(Warning::toString)).isEqualTo(readers == null ? List.of()
            : List.of("relaycontrol.xml:3: the password file 'isp.password' can be read by " + readers
                + "; let it belong to the user that James runs as, and chmod 600 isp.password [password-file]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\nsecret", "\nsecret\n"})
    void shouldRefusePasswordFilesWithoutFirstLine(String content) throws Exception {
        Files.writeString(folder.resolve("isp.password"), content);

        assertThatThrownBy(this::loadWithPassword)
            .hasMessage("relaycontrol.xml:1: the password file 'isp.password' is empty; write the password into its first line");
    }

    @Test
    void shouldRefusePasswordFilesThatHoldSomethingElse() throws Exception {
        Files.writeString(folder.resolve("isp.password"), "x".repeat(10_000));
        assertThatThrownBy(this::loadWithPassword).hasMessage("relaycontrol.xml:1: the first line of the password file 'isp.password' is "
            + "longer than any password; write a shorter one");
        Files.write(folder.resolve("isp.password"), new byte[] {'p', (byte) 0xe4, '\n'});
        assertThatThrownBy(this::loadWithPassword)
            .hasMessage("relaycontrol.xml:1: the password file 'isp.password' is not UTF-8; save it as UTF-8");
    }

    private LoadedPolicies loadWithPassword() throws IOException, PolicyException {
        return load("<relaycontrol><nextHops><nextHop name='isp' hosts='isp.example' username='u' passwordFile='isp.password'/></nextHops>"
            + "<policy/></relaycontrol>");
    }

    @Test
    void shouldKeepControlCharactersOutOfProblems() {
        assertThatThrownBy(() -> load("<relaycontrol><policy name='a&#10;relaycontrol.xml:9: forged&#x202e;'/></relaycontrol>"))
            .hasMessage("relaycontrol.xml:1: the name 'a\\u000arelaycontrol.xml:9: forged\\u202e' is not usable; "
                + "write 1 to 64 letters a to z, digits, '-', '_' or '.'");
    }

    @Test
    void shouldListEveryProblemButBoundTheMessage() throws Exception {
        Files.writeString(folder.resolve("list.txt"), "*.sea.com\n".repeat(1002));

        assertThatThrownBy(() -> load("<relaycontrol><routing><domains file='list.txt' action='relay'/></routing><policy/></relaycontrol>"))
            .hasMessageEndingWith("\nand 2 more problems")
            .isInstanceOfSatisfying(PolicyException.class, refused -> assertThat(refused.problems()).hasSize(1002));
    }

    @Test
    void shouldLoadAListFileOfAMillionLines() throws Exception {
        try (BufferedWriter list = Files.newBufferedWriter(folder.resolve("relay-domains.txt"), StandardCharsets.UTF_8)) {
            for (int i = 0; i < MILLION; i++) {
                list.write("customer" + i + ".example\n");
            }
        }

        RoutingList routing = load("<relaycontrol><routing><domains file='relay-domains.txt' action='relay' nextHop='10.0.0.9'/></routing>"
            + "<policy/></relaycontrol>").policies().sharedRouting();

        assertThat(routing.entries()).hasSize(MILLION);
        assertThat(find(routing, "mail.customer999999.example").rule()).isEqualTo(Rule.of("relay-domains.txt", MILLION));
        assertThat(find(routing, "customer5.example").treatment()).isSameAs(find(routing, "customer7.example").treatment());
    }

    private static RelayPolicy example(String name) throws PolicyException {
        return PolicyLoader.load(EXAMPLE).policies().policies().stream()
            .filter(policy -> policy.name().equals(name))
            .findFirst()
            .orElseThrow();
    }

    private static RoutingEntry find(RoutingList routing, String domain) {
        return Objects.requireNonNull(routing.find(DomainName.of(domain)));
    }

    private LoadedPolicies load(String xml) throws IOException, PolicyException {
        return PolicyLoader.load(Files.writeString(folder.resolve("relaycontrol.xml"), xml));
    }
}
