package org.relaycontrol.james;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SimpleResolver;

/**
 * The DNS servers of James's {@code dnsservice.xml}, in James's order: those of the operating system (or of dnsjava's system property
 * {@code dns.server}, which takes {@code address:port}) unless {@code autodiscover} is {@code false}, then each {@code servers/server};
 * 127.0.0.1 if there are none. A configured server has no port: James itself would not start.
 */
final class DnsServers {

    private DnsServers() {
    }

    /**
     * Reads the configuration.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if a server has no address
     */
    static List<InetSocketAddress> from(HierarchicalConfiguration<ImmutableNode> dnsservice) {
        List<InetSocketAddress> servers = new ArrayList<>();
        if (dnsservice.getBoolean("autodiscover", true)) {
            servers.addAll(ResolverConfig.getCurrentConfig().servers());
        }
        for (String server : dnsservice.getStringArray("servers.server")) {
            servers.add(server(server));
        }
        return servers.isEmpty() ? List.of(server("127.0.0.1")) : List.copyOf(servers);
    }

    private static InetSocketAddress server(String server) {
        try {
            return new InetSocketAddress(InetAddress.getByName(server), SimpleResolver.DEFAULT_PORT);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("dnsservice.xml: the server '" + server + "' has no address; write the address itself", e);
        }
    }
}
