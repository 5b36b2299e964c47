package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.relaycontrol.analysis.AddressMap.Kind;
import org.relaycontrol.analysis.AddressMap.Part;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.RelayPolicies;

/**
 * The address map shows who may relay, part by part, with nothing too small to show.
 */
class AddressMapTest {

    private static final String EVERYTHING = "0.0.0.0/0";
    private static final String EVERYTHING_IPV6 = "::/0";

    private static AddressMap map(String... lines) throws Exception {
        RelayPolicies policies = EnvelopeGrid.load(
            "<relaycontrol>\n<policy>\n" + String.join("\n", lines) + "\n</policy>\n</relaycontrol>\n");
        return AddressMap.of(policies, policies.policies().get(0));
    }

    private static List<String> parts(AddressMap map, String network, Kind kind) {
        return map.divide(Network.parse(network)).stream()
            .filter(part -> part.share(kind) > 0)
            .map(part -> part.network() + " " + part.share(kind))
            .collect(Collectors.toList());
    }

    @Test
    void shouldDivideTheAddressSpaceInto256EqualParts() throws Exception {
        AddressMap map = map("<restrictions/>");
        List<String> ipv4 = map.divide(Network.parse(EVERYTHING)).stream().map(part -> part.network().toString())
            .collect(Collectors.toList());
        assertThat(ipv4).hasSize(256).startsWith("0.0.0.0/8", "1.0.0.0/8").endsWith("255.0.0.0/8");
        List<Network> ipv6 = map.divide(Network.parse("2001:db8::/32")).stream().map(Part::network).collect(Collectors.toList());
        assertThat(ipv6).hasSize(256).startsWith(Network.parse("2001:db8::/40"), Network.parse("2001:db8:100::/40"))
            .endsWith(Network.parse("2001:db8:ff00::/40"));
        assertThat(AddressSet.of(ipv6)).isEqualTo(AddressSet.of(List.of(Network.parse("2001:db8::/32"))));
        assertThat(map.divide(Network.parse("192.0.2.240/28"))).hasSize(16);
        assertThat(map.divide(Network.parse("192.0.2.7"))).extracting(part -> part.network().toString()).containsExactly("192.0.2.7");
    }

    @Test
    void shouldShowWhoMayRelayWhoNeverAndWhoMayNotConnect() throws Exception {
        AddressMap map = map(
            "<connections><network>203.0.113.0/24</network></connections>",
            "<restrictions><clients><network>192.168.0.0/17</network><network>10.0.0.0/8</network><network>8.8.0.0/16</network></clients>",
            "<never><network>10.64.0.0/10</network><network>203.0.113.7</network></never></restrictions>");
        assertThat(parts(map, EVERYTHING, Kind.RELAY)).containsExactly("10.0.0.0/8 0.75", "192.0.0.0/8 " + 1.0 / 512);
        assertThat(parts(map, "192.168.0.0/16", Kind.RELAY)).hasSize(128).startsWith("192.168.0.0/24 1.0");
        assertThat(parts(map, EVERYTHING, Kind.OPEN)).containsExactly("8.0.0.0/8 " + 1.0 / 256);
        assertThat(parts(map, EVERYTHING, Kind.NEVER)).containsExactly("10.0.0.0/8 0.25");
        assertThat(parts(map, "203.0.113.0/24", Kind.REFUSED)).hasSize(256);
    }

    @Test
    void shouldShowALoneAddressInTheWholeOfIpv6() throws Exception {
        AddressMap map = map("<restrictions><clients><network>fd00::25</network></clients></restrictions>");
        assertThat(parts(map, EVERYTHING_IPV6, Kind.RELAY)).hasSize(1).allMatch(part -> part.startsWith("fd00::/8 "));
        assertThat(parts(map, EVERYTHING, Kind.RELAY)).isEmpty();
    }

    @Test
    void shouldShowAllButTheListedAsRefusedWhereOnlyTheListedConnect() throws Exception {
        AddressMap map = map("<connections mode=\"only\"><network>192.0.2.0/24</network></connections>");
        assertThat(map.addresses(Kind.REFUSED)).isEqualTo(AddressSet.of(List.of(Network.parse("192.0.2.0/24"))).complement());
        assertThat(parts(map, "192.0.2.0/24", Kind.REFUSED)).isEmpty();
    }

    @Test
    void shouldShowAnOpenRelayEverywhere() throws Exception {
        AddressMap map = map("<restrictions><clients mode=\"allExcept\"/></restrictions>");
        assertThat(parts(map, EVERYTHING, Kind.OPEN)).hasSizeGreaterThan(215).contains("8.0.0.0/8 1.0");
        assertThat(parts(map, EVERYTHING, Kind.RELAY)).contains("10.0.0.0/8 1.0", "127.0.0.0/8 1.0");
    }

    @Test
    void shouldRefuseToDivideARange() throws Exception {
        AddressMap map = map("<restrictions/>");
        assertThatIllegalArgumentException().isThrownBy(() -> map.divide(Network.parseRange("10.0.0.1-10.0.0.2")))
            .withMessageContaining("is a range; write an address and a prefix length");
        assertThatIllegalArgumentException().isThrownBy(() -> map.divide(Network.parseRange("10.0.0.1-10.0.0.3")));
    }
}
