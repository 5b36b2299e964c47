package org.relaycontrol.it.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.dnsservice.library.netmatcher.NetMatcher;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.User;

import inet.ipaddr.IPAddressString;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv4.IPv4AddressTrie;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilter;
import io.netty.handler.ipfilter.IpSubnetFilterRule;

/**
 * One decision, by case and by the length of the lists; beside it what there is otherwise for a part of it: a look-up of the domain in a
 * {@code HashMap}, and of the client's address in the matchers of James, Netty and the library ipaddress. Each goes round through 65,536
 * different envelopes (or addresses) made beforehand, whose names are texts of their own, one after the other in memory, as if just read.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class DecisionBenchmark {
    private static final int QUERIES = 1 << 16;
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.25");
    private static final String STRANGER = "198.51.100.7";

    /** How long the lists are. */
    public enum Size {
        /** 10 domains, 10 networks of each family in each list of clients. */
        SMALL(10, 10),
        /** 1,000 of each. */
        MEDIUM(1_000, 1_000),
        /** A million domains, 100,000 networks. */
        LARGE(1_000_000, 100_000);

        private final int domains;
        private final int networks;

        Size(int domains, int networks) {
            this.domains = domains;
            this.networks = networks;
        }
    }

    /** What is decided. */
    public enum Case {
        /** A stranger to a listed domain: permitted. */
        EXACT,
        /** A stranger to a name three labels below a listed domain: permitted. */
        PARENT,
        /** A stranger, IPv4, to a domain that is not listed: refused. */
        UNLISTED_IPV4,
        /** A stranger, IPv6, to a domain that is not listed: refused. */
        UNLISTED_IPV6,
        /** A listed client, IPv4, to a domain that is not listed: permitted. */
        LISTED_IPV4,
        /** A listed client, IPv6, to a domain that is not listed: permitted. */
        LISTED_IPV6,
        /** A client that never relays to a domain that is not listed: refused. */
        NEVER,
        /** A stranger that has authenticated to a domain that is not listed: permitted. */
        AUTHENTICATED
    }

    /** The policy, and envelopes of one case. */
    @State(Scope.Benchmark)
    public static class Policy {
        @Param
        private Size size;
        @Param
        private Case kind;
        private RelayPolicies policies;
        private Envelope[] envelopes;
        private int next;

        /** Makes them. */
        @Setup
        public void make() throws IOException, PolicyException {
            List<String> ipv4 = Lists.ipv4Networks(10, size.networks);
            List<String> ipv6 = Lists.ipv6Networks(0xfd00, size.networks);
            List<String> never4 = Lists.ipv4Networks(11, size.networks);
            Path folder = Files.createTempDirectory("bench");
            Lists.writeDomains(folder.resolve("domains.txt"), size.domains, "");
            Files.write(folder.resolve("clients.txt"), (Iterable<String>) Stream.concat(ipv4.stream(), ipv6.stream())::iterator);
            Files.write(folder.resolve("never.txt"), (Iterable<String>) Stream.concat(never4.stream(),
                Lists.ipv6Networks(0xfd01, size.networks).stream())::iterator);
            Path file = Files.writeString(folder.resolve("relaycontrol.xml"), "<relaycontrol><policy><routing>"
                + "<domains file='domains.txt' action='relay'/></routing><restrictions><authenticated/><clients>"
                + "<networks file='clients.txt'/></clients><never><networks file='never.txt'/></never></restrictions></policy>"
                + "</relaycontrol>");
            policies = PolicyLoader.load(file).policies();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path one : files.collect(Collectors.toList())) {
                    Files.delete(one);
                }
            }
            Files.delete(folder);
            List<String> domains = Lists.domains(size.domains);
            switch (kind) {
                case EXACT:
                    make(i -> STRANGER, domains::get, size.domains, null);
                    break;
                case PARENT:
                    make(i -> STRANGER, i -> "mx.sales.eu." + domains.get(i), size.domains, null);
                    break;
                case UNLISTED_IPV4:
                    make(i -> "198.51.100." + (i & 0xff), DecisionBenchmark::unlisted, QUERIES, null);
                    break;
                case UNLISTED_IPV6:
                    make(i -> "2001:db8::" + Integer.toHexString(i & 0xffff), DecisionBenchmark::unlisted, QUERIES, null);
                    break;
                case LISTED_IPV4:
                    make(i -> addressIn(ipv4, i), DecisionBenchmark::unlisted, QUERIES, null);
                    break;
                case LISTED_IPV6:
                    make(i -> addressIn(ipv6, i), DecisionBenchmark::unlisted, QUERIES, null);
                    break;
                case NEVER:
                    make(i -> addressIn(never4, i), DecisionBenchmark::unlisted, QUERIES, null);
                    break;
                case AUTHENTICATED:
                    make(i -> STRANGER, DecisionBenchmark::unlisted, QUERIES, User.of("alice@ratest.com"));
                    break;
                default:
                    throw new IllegalStateException(kind.name());
            }
        }

        private void make(IntFunction<String> client, IntFunction<String> domain, int bound, User user) {
            envelopes = envelopes(client, domain, bound, user);
        }
    }

    /** A table of the domains, and the envelopes of {@link Case#EXACT}: what it costs to fetch them counts for both. */
    @State(Scope.Benchmark)
    public static class Table {
        @Param
        private Size size;
        private Map<String, Object> table;
        private Envelope[] envelopes;
        private int next;

        /** Makes them. */
        @Setup
        public void make() {
            Object value = new Object();
            table = new HashMap<>();
            Lists.domains(size.domains).forEach(name -> table.put(name, value));
            envelopes = envelopes(i -> STRANGER, Lists.domains(size.domains)::get, size.domains, null);
        }
    }

    /** The IPv4 networks of the clients in what others match addresses with, and addresses that are listed. */
    @State(Scope.Benchmark)
    public static class Matchers {
        @Param
        private Size size;
        private NetMatcher james;
        private SubnetFilter netty;
        private IPv4AddressTrie trie;
        private InetAddress[] addresses;
        private InetSocketAddress[] sockets;
        private IPv4Address[] forTrie;
        private int next;

        /** Makes them. */
        @Setup
        public void make() throws UnknownHostException {
            List<String> networks = Lists.ipv4Networks(10, size.networks);
            james = new NetMatcher(networks, new NumericDns());
            netty = new SubnetFilter(networks);
            trie = new IPv4AddressTrie();
            networks.forEach(network -> trie.add(new IPAddressString(network).getAddress().toIPv4()));
            addresses = new InetAddress[QUERIES];
            sockets = new InetSocketAddress[QUERIES];
            forTrie = new IPv4Address[QUERIES];
            int[] numbers = randomly(QUERIES).toArray();
            for (int i = 0; i < QUERIES; i++) {
                addresses[i] = InetAddress.getByName(addressIn(networks, numbers[i]));
                sockets[i] = new InetSocketAddress(addresses[i], 25);
                forTrie[i] = new IPAddressString(addresses[i].getHostAddress()).getAddress().toIPv4();
            }
        }
    }

    private static Envelope[] envelopes(IntFunction<String> client, IntFunction<String> domain, int bound, User user) {
        return randomly(bound).mapToObj(i -> Envelope.smtp(IpAddress.parse(client.apply(i)), SERVER, 25, user, ClientHost.NONE,
            Recipient.of("user", DomainName.of(String.valueOf(domain.apply(i).toCharArray()))))).toArray(Envelope[]::new);
    }

    private static IntStream randomly(int bound) {
        return new SplittableRandom(1).ints(QUERIES, 0, bound);
    }

    private static String unlisted(int number) {
        return "host" + number + ".unlisted-domain.example";
    }

    private static String addressIn(List<String> networks, int number) {
        return networks.get(number % networks.size()).replaceFirst("::/64", "::25").replaceFirst("/28", "");
    }

    /** The decision. */
    @Benchmark
    public Decision decision(Policy policy) {
        return policy.policies.decide(policy.envelopes[policy.next++ & QUERIES - 1], domain -> false, false);
    }

    /** The floor: a look-up of a recipient's domain that is listed. */
    @Benchmark
    public Object hashMap(Table table) {
        return table.table.get(table.envelopes[table.next++ & QUERIES - 1].recipient().domain().toString());
    }

    /** A listed client, by James. */
    @Benchmark
    public boolean netMatcher(Matchers matchers) {
        return matchers.james.matchInetNetwork(matchers.addresses[matchers.next++ & QUERIES - 1]);
    }

    /** A listed client, by Netty. */
    @Benchmark
    public boolean ipSubnetFilter(Matchers matchers) {
        return matchers.netty.accepts(matchers.sockets[matchers.next++ & QUERIES - 1]);
    }

    /** A listed client, by ipaddress. */
    @Benchmark
    public boolean ipaddressTrie(Matchers matchers) {
        return matchers.trie.elementContains(matchers.forTrie[matchers.next++ & QUERIES - 1]);
    }

    /** Netty's filter, asked directly. */
    private static final class SubnetFilter extends IpSubnetFilter {
        private SubnetFilter(List<String> networks) {
            super(false, networks.stream().map(SubnetFilter::rule).collect(Collectors.toList()));
        }

        private static IpSubnetFilterRule rule(String network) {
            String[] parts = network.split("/");
            return new IpSubnetFilterRule(parts[0], Integer.parseInt(parts[1]), IpFilterRuleType.ACCEPT);
        }

        private boolean accepts(InetSocketAddress address) {
            return accept((ChannelHandlerContext) null, address);
        }
    }

    /** Knows no names: everything that is asked is an address. */
    private static final class NumericDns implements DNSService {
        @Override
        public InetAddress getByName(String host) throws UnknownHostException {
            return InetAddress.getByName(host);
        }

        @Override
        public Collection<InetAddress> getAllByName(String host) throws UnknownHostException {
            return List.of(InetAddress.getAllByName(host));
        }

        @Override
        public Collection<String> findMXRecords(String hostname) {
            return new ArrayList<>();
        }

        @Override
        public Collection<String> findTXTRecords(String hostname) {
            return new ArrayList<>();
        }

        @Override
        public String getHostName(InetAddress address) {
            return address.getHostAddress();
        }

        @Override
        public InetAddress getLocalHost() throws UnknownHostException {
            return InetAddress.getLocalHost();
        }
    }
}
