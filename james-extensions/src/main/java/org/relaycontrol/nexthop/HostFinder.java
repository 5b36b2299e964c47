package org.relaycontrol.nexthop;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.DnsAnswer;
import org.relaycontrol.james.MailExchanger;
import org.relaycontrol.james.ThisServer;
import org.relaycontrol.policy.NextHop;

import com.google.common.net.InetAddresses;

/**
 * Finds the addresses to connect to: those of a next hop, or of the mail exchangers of a domain (RFC 5321 section 5.1, RFC 7505), never
 * this server itself. Waits for DNS, {@link Dns#TIME_OUT} at most for each step.
 */
public final class HostFinder {

    /** RFC 5321 section 5.1 allows a limit of two at least; a dead domain shall not occupy a delivery thread for long. */
    static final int MAX_HOSTS = 10;

    private final Dns dns;
    private final ThisServer thisServer;

    /** Finds by DNS what is not this server. */
    public HostFinder(Dns dns, ThisServer thisServer) {
        this.dns = dns;
        this.thisServer = thisServer;
    }

    /** Hosts in the order in which they are tried, or why there are none. Immutable. */
    public static final class Hosts {

        private final List<Host> hosts;
        private final @Nullable Outcome failure;

        private Hosts(List<Host> hosts, @Nullable Outcome failure) {
            this.hosts = hosts;
            this.failure = failure;
        }

        private static Hosts of(List<Host> hosts) {
            return new Hosts(hosts.subList(0, Math.min(MAX_HOSTS, hosts.size())), null);
        }

        private static Hosts none(Outcome failure) {
            return new Hosts(List.of(), failure);
        }

        /** The hosts; empty if, and only if, there is a failure. */
        public List<Host> hosts() {
            return hosts;
        }

        /** Null if, and only if, there are hosts. */
        public @Nullable Outcome failure() {
            return failure;
        }
    }

    /** The hosts of a next hop of the policy. Whatever is wrong with it is temporary: the policy or DNS can be put right. */
    public Hosts find(NextHop hop) {
        switch (hop.kind()) {
            case MX:
                Hosts hosts = findByMx(hop.host());
                Outcome failure = hosts.failure();
                return failure == null ? hosts : Hosts.none(Outcome.localTrouble("next hop " + hop, temporary(failure.text())));
            case ADDRESS:
                return elsewhere(hop, List.of(new Host(hop.host(), InetAddresses.forString(hop.host()), hop.port(), hop.smtps())));
            default:
                DnsAnswer<InetAddress> answer = dns.addresses(hop.host()).join();
                return answer.status() == DnsAnswer.Status.FOUND
                    ? elsewhere(hop, hosts(hop.host(), answer, hop.port(), hop.smtps()))
                    : Hosts.none(Outcome.localTrouble("next hop " + hop, "451 4.4.3 no address: " + answer.problem()));
        }
    }

    private Hosts elsewhere(NextHop hop, List<Host> hosts) {
        List<Host> others = hosts.stream().filter(host -> !isThisServer(host)).collect(Collectors.toList());
        return others.isEmpty()
            ? Hosts.none(Outcome.localTrouble("next hop " + hop, "451 4.4.6 the next hop is this server itself"))
            : Hosts.of(others);
    }

    private boolean isThisServer(Host host) {
        return thisServer.isAt(host.address(), host.port());
    }

    private static Outcome loop(String where, String domain) {
        return Outcome.refused(where, "554 5.4.6 mail for " + domain + " loops back to this server");
    }

    /** A permanent reply, like {@code 550 5.1.2 no such domain}, with codes that are temporary. */
    private static String temporary(String reply) {
        return reply.startsWith("5") ? "451 4.4.4 " + reply.split(" ", 3)[2] : reply;
    }

    /** The mail exchangers of a recipient's domain; an address literal, which James hands over without brackets, is its own. */
    public Hosts findForDomain(String domain) {
        String bare = domain.startsWith("[") && domain.endsWith("]") ? domain.substring(1, domain.length() - 1) : domain;
        if (InetAddresses.isInetAddress(bare)) {
            Host host = new Host(bare, InetAddresses.forString(bare), NextHop.DEFAULT_PORT, false);
            return isThisServer(host) ? Hosts.none(loop("this server", domain)) : Hosts.of(List.of(host));
        }
        return findByMx(domain);
    }

    private Hosts findByMx(String domain) {
        DnsAnswer<MailExchanger> answer = dns.mailExchangers(domain).join();
        String where = "DNS of " + domain;
        switch (answer.status()) {
            case FOUND:
                return findExchangers(where, domain, answer.records());
            case NO_DATA:
                return findImplicitExchanger(where, domain);
            case NO_SUCH_NAME:
                return Hosts.none(Outcome.refused(where, "550 5.1.2 there is no domain " + domain));
            default:
                return Hosts.none(Outcome.deferred(where, "451 4.4.3 MX look-up failed: " + answer.problem()));
        }
    }

    private Hosts findImplicitExchanger(String where, String domain) {
        DnsAnswer<InetAddress> answer = dns.addresses(domain).join();
        switch (answer.status()) {
            case FOUND:
                List<Host> hosts = hosts(domain, answer, NextHop.DEFAULT_PORT, false);
                return hosts.stream().anyMatch(this::isThisServer) ? Hosts.none(loop(where, domain)) : Hosts.of(hosts);
            case FAILED:
                return Hosts.none(Outcome.deferred(where, "451 4.4.3 address look-up failed: " + answer.problem()));
            default:
                return Hosts.none(Outcome.refused(where, "550 5.1.2 the domain " + domain + " has neither MX nor address"));
        }
    }

    private Hosts findExchangers(String where, String domain, List<MailExchanger> records) {
        List<MailExchanger> exchangers = records.stream().filter(mx -> !mx.isNull()).collect(Collectors.toCollection(ArrayList::new));
        if (exchangers.isEmpty()) {
            return Hosts.none(Outcome.refused(where, "556 5.1.10 the domain takes no mail (null MX)"));
        }
        // RFC 5321 section 5.1: those with the same preference are tried in random order, to spread the load.
        Collections.shuffle(exchangers);
        exchangers.sort(Comparator.comparingInt(MailExchanger::preference));
        List<MailExchanger> first = exchangers.subList(0, Math.min(MAX_HOSTS, exchangers.size()));
        List<CompletableFuture<DnsAnswer<InetAddress>>> lookUps =
            first.stream().map(mx -> dns.addresses(mx.host())).collect(Collectors.toList());
        Map<MailExchanger, List<Host>> hosts = new LinkedHashMap<>();
        for (int i = 0; i < lookUps.size(); i++) {
            hosts.put(first.get(i), hosts(first.get(i).host(), lookUps.get(i).join(), NextHop.DEFAULT_PORT, false));
        }
        OptionalInt own = exchangers.stream()
            .filter(mx -> thisServer.isNamed(mx.host()) || hosts.getOrDefault(mx, List.of()).stream().anyMatch(this::isThisServer))
            .mapToInt(MailExchanger::preference)
            .min();
        return own.isPresent() ? better(where, domain, hosts, own.getAsInt()) : reachable(where, first, hosts);
    }

    /** RFC 5321 section 5.1: where this server is an exchanger, those that are not preferred to it would send the mail back. */
    private static Hosts better(String where, String domain, Map<MailExchanger, List<Host>> hosts, int own) {
        List<MailExchanger> better = hosts.keySet().stream().filter(mx -> mx.preference() < own).collect(Collectors.toList());
        return better.isEmpty() ? Hosts.none(loop(where, domain)) : reachable(where, better, hosts);
    }

    private static Hosts reachable(String where, List<MailExchanger> exchangers, Map<MailExchanger, List<Host>> hosts) {
        List<Host> reachable = exchangers.stream().flatMap(mx -> hosts.getOrDefault(mx, List.of()).stream()).collect(Collectors.toList());
        return reachable.isEmpty()
            ? Hosts.none(Outcome.deferred(where, "451 4.4.4 no mail exchanger has an address: " + exchangers))
            : Hosts.of(reachable);
    }

    private static List<Host> hosts(String name, DnsAnswer<InetAddress> addresses, int port, boolean smtps) {
        return addresses.records().stream().map(address -> new Host(name, address, port, smtps)).collect(Collectors.toList());
    }
}
