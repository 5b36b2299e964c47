package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;

/**
 * Which addresses are strangers'.
 */
class PublicAddressesTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0", "192.0.1.0", "223.255.255.255",
        "224.0.0.1", "2600::1", "2001:200::1", "64:ff9b::1.1.1.1", "2002:101:101::1", "2003::", "::2", "ff02::1"})
    void shouldBePublic(String address) {
        assertThat(PublicAddresses.ALL.contains(IpAddress.parse(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0.0.0.0", "10.0.0.0", "10.255.255.255", "100.64.0.0", "127.0.0.1", "169.254.1.1", "172.16.0.0", "172.31.255.255",
        "192.0.0.9", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.1.1", "192.175.48.1", "198.18.0.0",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1",
        "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2620:4f:8000::1", "3fff::1",
        "5f00::1", "fc00::1", "fdff::1", "fe80::1", "64:ff9b::10.0.0.1", "64:ff9b::192.168.1.1", "2002:a00:1::1",
        "2002:c0a8:101::1", "2002:7f00:1::"})
    void shouldNotBePublic(String address) {
        assertThat(PublicAddresses.ALL.contains(IpAddress.parse(address))).isFalse();
    }

    @Test
    void shouldFindIpv4BehindIpv6() {
        AddressSet set = AddressSet.of(List.of(Network.parse("8.8.8.8"), Network.parse("64:ff9b::8.8.4.0/120"),
            Network.parse("2002:909:909::/48"), Network.parse("2600::/32")));
        assertThat(PublicAddresses.withEmbedded(set).cidrs()).hasToString("[8.8.4.0/24, 8.8.8.8, 9.9.9.9]");
    }
}
