package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicies;

/** When clients count as hidden behind one address, and when that is worth a warning. */
class ClientsSeenTest {

    private static final IpAddress SERVER = IpAddress.parse("172.17.0.2");

    private static RelayPolicies policies(String restrictions) throws Exception {
        return EnvelopeGrid.load("<relaycontrol>\n<policy>\n<restrictions>\n" + restrictions + "\n</restrictions>\n</policy>\n"
            + "</relaycontrol>\n");
    }

    /** Hosts of so many names that all come from one address. */
    private static ClientsSeen hosts(String address, int names) {
        ClientsSeen seen = ClientsSeen.NONE;
        for (int i = 0; i < names; i++) {
            seen = seen.with(IpAddress.parse(address), "host" + i + ".example");
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.0.1", "10.0.0.1", "192.168.65.1", "100.64.0.1", "169.254.1.1", "fd00::1", "fe80::1"})
    void shouldWarnOfHostsBehindOnePrivateAddressThatMayRelay(String address) throws Exception {
        Finding warning = hosts(address, ClientsSeen.HIDDEN_NAMES)
            .warning(policies("<clients><network>" + address + "</network></clients>"), SERVER, 25);

        assertThat(String.valueOf(warning)).endsWith(":4: all clients come from " + address + ", hosts of 20 names in EHLO so far: a"
                + " container's port mapping, address translation or a load balancer hides who they are, so that this line lets every"
                + " stranger relay; let James see its clients (host networking, or PROXY with <proxyRequired>), or take " + address
                + " out [hidden-clients]");
    }

    @Test
    void shouldWarnOfAnInternalAddress() throws Exception {
        assertThat(hosts("172.17.0.1", ClientsSeen.HIDDEN_NAMES)
            .warning(policies("<internalAddresses><network>172.17.0.2</network></internalAddresses>"), SERVER, 25)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<authenticated/>", "<clients><network>10.0.0.0/8</network></clients>",
        "<clients><network>172.16.0.0/12</network></clients><never><network>172.17.0.1</network></never>"})
    void shouldNotWarnWhereTheAddressMayNotRelay(String restrictions) throws Exception {
        assertThat(hosts("172.17.0.1", ClientsSeen.HIDDEN_NAMES).warning(policies(restrictions), SERVER, 25)).isNull();
    }

    @Test
    void shouldNotWarnOfFewNames() throws Exception {
        ClientsSeen seen = hosts("172.17.0.1", ClientsSeen.HIDDEN_NAMES - 1);
        seen = seen.with(IpAddress.parse("172.17.0.1"), "HOST0.example");

        assertThat(seen.warning(policies("<clients><network>172.17.0.1</network></clients>"), SERVER, 25)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "2600::1", "172.17.0.9"})
    void shouldSeeClientsThatComeFromElsewhere(String other) throws Exception {
        ClientsSeen seen = hosts("172.17.0.1", ClientsSeen.HIDDEN_NAMES).with(IpAddress.parse(other), "host.example");

        assertThat(seen.areVisible()).isTrue();
        assertThat(seen.with(IpAddress.parse("172.17.0.1"), "late.example")).isSameAs(seen);
        assertThat(seen.warning(policies("<clients><network>172.17.0.1</network></clients>"), SERVER, 25)).isNull();
    }

    @Test
    void shouldSeePublicClientAtOnce() {
        assertThat(ClientsSeen.NONE.with(IpAddress.parse("8.8.8.8"), "host.example").areVisible()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldNotCountPrograms(String loopback) {
        ClientsSeen seen = hosts("172.17.0.1", 3);

        assertThat(seen.with(IpAddress.parse(loopback), "monitoring.example")).isSameAs(seen);
    }

    @Test
    void shouldTakeNoMoreThanItNeedsOfNames() {
        ClientsSeen seen = hosts("172.17.0.1", 1).with(IpAddress.parse("172.17.0.1"), "x".repeat(255));

        assertThat(seen.with(IpAddress.parse("172.17.0.1"), "X".repeat(2000))).isSameAs(seen);
        ClientsSeen full = hosts("172.17.0.1", ClientsSeen.HIDDEN_NAMES);
        assertThat(full.with(IpAddress.parse("172.17.0.1"), "one-more.example")).isSameAs(full);
    }
}
