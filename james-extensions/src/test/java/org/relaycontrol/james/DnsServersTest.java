package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.ResolverConfig;

/** The servers of dnsservice.xml. */
class DnsServersTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,              192.0.2.1,   53",
        "192.0.2.1:5353,         192.0.2.1,   5353",
        "192.0.2.1#5353,         192.0.2.1,   5353",
        "2001:db8::1,            2001:db8::1, 53",
        "[2001:db8::1],          2001:db8::1, 53",
        "[2001:db8::1]:5353,     2001:db8::1, 5353",
        "2001:db8::1#5353,       2001:db8::1, 5353",
    })
    void shouldReadAServer(String text, String address, int port) throws Exception {
        assertThat(DnsServers.parse(text)).isEqualTo(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    @Test
    void shouldRefuseAnUnusableServer() {
        assertThatThrownBy(() -> DnsServers.parse("192.0.2.1:dns"))
            .hasMessage("dnsservice.xml: the server '192.0.2.1:dns' has no usable port; write address:port");
        assertThatThrownBy(() -> DnsServers.parse("192.0.2.1:99999")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DnsServers.parse("")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> DnsServers.parse("300.1.1.1")).hasMessageContaining("has no address");
    }

    @Test
    void shouldTakeTheConfiguredServersAloneWithoutAutodiscovery() {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("autodiscover", false);
        configuration.addProperty("servers.server", "192.0.2.1");
        configuration.addProperty("servers.server", " 192.0.2.2#5353 ");

        assertThat(DnsServers.from(configuration)).containsExactly(DnsServers.parse("192.0.2.1"), DnsServers.parse("192.0.2.2:5353"));
    }

    @Test
    void shouldTakeTheServersOfTheSystemFirst() {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("servers.server", "192.0.2.1");

        assertThat(DnsServers.from(configuration))
            .startsWith(ResolverConfig.getCurrentConfig().servers().toArray(InetSocketAddress[]::new))
            .endsWith(DnsServers.parse("192.0.2.1"));
    }

    @Test
    void shouldAskTheLocalHostWithoutAnyServer() {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("autodiscover", false);

        assertThat(DnsServers.from(configuration)).containsExactly(DnsServers.parse("127.0.0.1"));
    }
}
