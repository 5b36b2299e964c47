package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
