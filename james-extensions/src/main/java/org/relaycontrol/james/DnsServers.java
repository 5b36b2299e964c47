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
 * The DNS servers of James's {@code dnsservice.xml}, in James's order: those of the operating system unless {@code autodiscover} is
 * {@code false}, then each {@code servers/server}; 127.0.0.1 if there are none. A port may follow the address ({@code 192.0.2.1:5353},
 * {@code 192.0.2.1#5353}, {@code [2001:db8::1]:5353}); James's own DNS service does not take one.
 */
final class DnsServers {

    private DnsServers() {
    }

    /**
     * Reads the configuration.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if a server has no address or an unusable port
     */
    static List<InetSocketAddress> from(HierarchicalConfiguration<ImmutableNode> dnsservice) {
        List<InetSocketAddress> servers = new ArrayList<>();
        if (dnsservice.getBoolean("autodiscover", true)) {
            servers.addAll(ResolverConfig.getCurrentConfig().servers());
        }
        for (String server : dnsservice.getStringArray("servers.server")) {
            servers.add(parse(server.strip()));
        }
        return servers.isEmpty() ? List.of(parse("127.0.0.1")) : List.copyOf(servers);
    }

    static InetSocketAddress parse(String server) {
        int separator = server.indexOf('#');
        int colon = server.lastIndexOf(':');
        boolean ipv6WithoutPort = server.indexOf(':') != colon && !server.startsWith("[");
        if (separator < 0 && colon > server.indexOf(']') && !ipv6WithoutPort) {
            separator = colon;
        }
        String host = separator < 0 ? server : server.substring(0, separator);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = separator < 0 ? SimpleResolver.DEFAULT_PORT : Integer.parseInt(server.substring(separator + 1));
            if (host.isEmpty()) {
                throw new IllegalArgumentException("dnsservice.xml: the server '" + server + "' is empty; write its address");
            }
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("dnsservice.xml: the server '" + server + "' has no address; write the address itself", e);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("dnsservice.xml: the server '" + server + "' has no usable port; write address:port", e);
        }
    }
}
