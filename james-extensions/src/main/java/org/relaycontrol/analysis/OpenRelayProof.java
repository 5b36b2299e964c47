package org.relaycontrol.analysis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/**
 * The proof that policies are no open relay, or where it fails: too many strangers may relay anywhere, or a public suffix is opened.
 * Immutable.
 */
final class OpenRelayProof {

    /** A provider's /12: more strangers than that are nobody's own clients. */
    private static final long REFUSED_IPV4 = 1L << 20;
    private static final BigInteger REFUSED_IPV6 = BigInteger.ONE.shiftLeft(99);
    private static final long WARNED_IPV4 = 1L << 16;
    private static final BigInteger WARNED_IPV6 = BigInteger.ONE.shiftLeft(80);
    private static final int LINES_SHOWN = 3;

    private final List<Finding> problems = new ArrayList<>();
    private final List<Finding> warnings = new ArrayList<>();

    private OpenRelayProof(RelayPolicies policies, Relaying relaying) {
        countStrangers(policies, relaying);
        checkRelayEntries(policies);
        checkClientHosts(policies, relaying);
    }

    static OpenRelayProof of(RelayPolicies policies, Relaying relaying) {
        return new OpenRelayProof(policies, relaying);
    }

    List<Finding> problems() {
        return problems;
    }

    List<Finding> warnings() {
        return warnings;
    }

    private void countStrangers(RelayPolicies policies, Relaying relaying) {
        Map<RelayPolicy, AddressSet> strangers = new LinkedHashMap<>();
        AddressSet all = AddressSet.NONE;
        for (RelayPolicy policy : policies.policies()) {
            AddressSet some = relaying.strangers(policy);
            if (!some.isEmpty()) {
                strangers.put(policy, some);
                all = all.union(some);
            }
        }
        boolean refused = exceeds(all, REFUSED_IPV4, REFUSED_IPV6);
        if (refused || exceeds(all, WARNED_IPV4, WARNED_IPV6)) {
            long ipv4 = refused ? REFUSED_IPV4 : WARNED_IPV4;
            BigInteger ipv6 = refused ? REFUSED_IPV6 : WARNED_IPV6;
            // Where several policies exceed the limit only together, all of them are at fault.
            boolean together = strangers.values().stream().noneMatch(some -> exceeds(some, ipv4, ipv6));
            strangers.forEach((policy, some) -> {
                if (together || exceeds(some, ipv4, ipv6)) {
                    (refused ? problems : warnings).add(open(refused, policy, some, relaying.by(policy)));
                }
            });
        }
    }

    /** Whether there are more strangers than that. An IPv4 stranger behind an IPv6 address is an IPv4 stranger too. */
    private static boolean exceeds(AddressSet strangers, long ipv4, BigInteger ipv6) {
        return PublicAddresses.withEmbedded(strangers).countIpv4() > ipv4 || strangers.countIpv6().compareTo(ipv6) > 0;
    }

    private static Finding open(boolean refused, RelayPolicy policy, AddressSet strangers, List<Permission> permissions) {
        Restrictions restrictions = policy.restrictions();
        ClientList clients = restrictions.clients();
        List<Opener> openers = new ArrayList<>();
        Set<String> instead = new LinkedHashSet<>();
        Set<String> where = new LinkedHashSet<>();
        for (Permission permission : permissions) {
            Clients who = permission.clients();
            if (Relaying.opensToStrangers(permission) && !who.addresses().intersect(strangers).isEmpty()) {
                where.add(who.listeners().toString());
                if (permission.reason() == Reason.INTERNAL_ADDRESS) {
                    restrictions.internalAddresses().listed().stream()
                        .filter(listed -> who.listeners().addresses().values().stream().anyMatch(at -> at.overlaps(listed.network())))
                        .forEach(listed -> openers.add(new Opener(listed)));
                    instead.add("list your own clients in <clients> instead of the server's address in <internalAddresses>");
                } else if (clients != null && clients.mode() == ClientList.Mode.ALL_EXCEPT) {
                    openers.add(new Opener(clients.rule(), "clients mode=\"allExcept\"", AddressSet.ALL));
                    instead.add("write mode=\"only\" and the networks of your own clients");
                } else if (clients != null) {
                    clients.networks().listed().stream()
                        .filter(listed -> strangers.overlaps(listed.network()))
                        .forEach(listed -> openers.add(new Opener(listed)));
                    instead.add("write the networks of your own clients alone");
                }
            }
        }
        List<Opener> largestFirst = openers.stream().distinct().sorted().collect(Collectors.toList());
        Rule line = largestFirst.isEmpty() ? restrictions.rule() : largestFirst.get(0).rule;
        String text = "strangers from " + Texts.count(PublicAddresses.withEmbedded(strangers).countIpv4(), strangers.countIpv6())
            + " may relay to any domain at " + String.join(" and ", where) + ": " + Texts.networks(strangers) + "; opened by "
            + lines(largestFirst) + "; " + String.join(" and ", instead)
            + ", or declare these networks in publicClients if all of them are meant to relay"
            + or(restrictions.authenticatedRule());
        return new Finding(refused ? Kind.OPEN_RELAY : Kind.MANY_STRANGERS, line, text);
    }

    private static String or(@Nullable Rule authenticated) {
        return authenticated == null ? ""
            : "; <authenticated/> at " + authenticated + " does not restrict them: permissions are or, not and";
    }

    private static String lines(List<Opener> openers) {
        String shown = openers.stream().limit(LINES_SHOWN).map(Opener::toString).collect(Collectors.joining(", "));
        int more = openers.size() - LINES_SHOWN;
        return more > 0 ? shown + " and " + Texts.number(more) + " more lines" : shown;
    }

    private void checkRelayEntries(RelayPolicies policies) {
        Set<RoutingList> lists = new LinkedHashSet<>();
        lists.add(policies.sharedRouting());
        policies.policies().forEach(policy -> lists.add(policy.routing()));
        for (RoutingList list : lists) {
            list.entries(treatment -> treatment.action() == RoutingEntry.Action.RELAY)
                .filter(entry -> entry.match() == RoutingEntry.Match.SUBTREE && isOpenToAnyone(entry.name()))
                .forEach(entry -> problems.add(new Finding(Kind.PUBLIC_SUFFIX, entry.rule(), "everyone may relay to every domain under "
                    + entry.name() + ", where anybody can register one; write the domains themselves, or match=\"exact\"")));
        }
    }

    private void checkClientHosts(RelayPolicies policies, Relaying relaying) {
        for (RelayPolicy policy : policies.policies()) {
            for (String host : relaying.permittingHosts(policy)) {
                ClientList clients = policy.restrictions().clients();
                Rule byClients = clients == null || !clients.hosts().contains(host) ? null : clients.findHost(host);
                Rule rule = byClients != null ? byClients : policy.connections().findHost(host);
                Rule where = rule != null ? rule : policy.rule();
                if (isOpenToAnyone(DomainName.of(host))) {
                    problems.add(new Finding(Kind.PUBLIC_SUFFIX, where, "every client with a host name under " + host
                        + " may relay, and anybody can register such a name; write your own domain, or networks"));
                } else {
                    warnings.add(new Finding(Kind.CLIENT_HOST_NAME, where, "whoever runs the DNS of " + host
                        + " decides who may relay; write networks where you can"));
                }
            }
        }
    }

    private static boolean isOpenToAnyone(DomainName name) {
        return name.isSingleLabel() || PublicSuffixes.contains(name) || PublicSuffixes.containsBelow(name);
    }

    /** A line that lets strangers relay; the one that opens most comes first. */
    private static final class Opener implements Comparable<Opener> {

        private static final Comparator<Opener> ORDER = Comparator.comparing((Opener opener) -> opener.ipv4)
            .thenComparing(opener -> opener.ipv6).reversed()
            .thenComparing(opener -> opener.rule.file())
            .thenComparing(opener -> opener.rule.line());

        private final Rule rule;
        private final String what;
        private final long ipv4;
        private final BigInteger ipv6;

        Opener(NetworkSet.Listed listed) {
            this(listed.rule(), listed.network().toString(), AddressSet.of(List.of(listed.network())));
        }

        Opener(Rule rule, String what, AddressSet opened) {
            this.rule = rule;
            this.what = what;
            this.ipv4 = opened.countIpv4();
            this.ipv6 = opened.countIpv6();
        }

        @Override
        public int compareTo(Opener other) {
            return ORDER.compare(this, other);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Opener && rule.equals(((Opener) other).rule) && what.equals(((Opener) other).what);
        }

        @Override
        public int hashCode() {
            return 31 * rule.hashCode() + what.hashCode();
        }

        @Override
        public String toString() {
            return rule + " (" + what + ")";
        }
    }
}
