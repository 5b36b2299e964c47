package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ResolverConfig;

/** The servers of dnsservice.xml. */
class DnsServersTest {

    private static BaseHierarchicalConfiguration configuration(boolean autodiscover, String... servers) {
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.addProperty("autodiscover", autodiscover);
        for (String server : servers) {
            configuration.addProperty("servers.server", server);
        }
        return configuration;
    }

    @Test
    void shouldTakeTheConfiguredServersAloneWithoutAutodiscovery() {
        assertThat(DnsServers.from(configuration(false, "192.0.2.1", "2001:db8::1")))
            .containsExactly(new InetSocketAddress("192.0.2.1", 53), new InetSocketAddress("2001:db8::1", 53));
    }

    @Test
    void shouldTakeTheServersOfTheSystemFirst() {
        assertThat(DnsServers.from(configuration(true, "192.0.2.1")))
            .startsWith(ResolverConfig.getCurrentConfig().servers().toArray(InetSocketAddress[]::new))
            .endsWith(new InetSocketAddress("192.0.2.1", 53));
    }

    @Test
    void shouldAskTheLocalHostWithoutAnyServer() {
        assertThat(DnsServers.from(configuration(false))).containsExactly(new InetSocketAddress("127.0.0.1", 53));
    }

    @Test
    void shouldRefuseAServerWithoutAddress() {
        assertThatThrownBy(() -> DnsServers.from(configuration(false, "192.0.2.1:5353")))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("dnsservice.xml: the server '192.0.2.1:5353' has no address; write the address itself");
    }
}
