package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.NextHop;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/**
 * What is allowed in a policy, but probably not meant, as far as the policy alone tells. Entries without effect are found by
 * {@link Effects}.
 */
final class Warnings {

    private static final AddressSet LOOPBACK = AddressSet.of(List.of(Network.parse("127.0.0.0/8"), Network.parse("::1")));
    private static final String LOCALHOST = "localhost";
    /** RFC 4291 appendix A: an interface identifier made of a hardware address has these bits in its middle. */
    private static final long EUI64_MASK = 0xffff000000L;
    private static final long EUI64 = 0xfffe000000L;
    private static final int GROUPS = 4;
    private static final int GROUP_BITS = 16;
    /** Groups of interface identifiers that people write are shorter than three digits, one at least. */
    private static final long RANDOM_GROUP = 0x100;

    private final RelayPolicies policies;
    private final Set<Finding> findings = new LinkedHashSet<>();

    private Warnings(RelayPolicies policies) {
        this.policies = policies;
    }

    static List<Finding> of(RelayPolicies policies) {
        Warnings warnings = new Warnings(policies);
        warnings.checkListeners();
        policies.policies().forEach(warnings::checkClients);
        warnings.checkNextHops();
        warnings.checkReroute();
        warnings.findings.addAll(Effects.withoutEffect(policies));
        return new ArrayList<>(warnings.findings);
    }

    private void warn(Kind kind, Rule where, String text) {
        findings.add(new Finding(kind, where, text));
    }

    private void checkListeners() {
        if (policies.withoutListeners() == null && !policies.policies().isEmpty()) {
            RelayPolicy last = policies.policies().get(policies.policies().size() - 1);
            warn(Kind.UNGOVERNED_LISTENERS, last.rule(), "every policy has listeners, so all others refuse every connection, and mail that "
                + "did not come by SMTP is not relayed; write one policy without listeners");
        }
    }

    private void checkClients(RelayPolicy policy) {
        if (!policy.isEnforced()) {
            warn(Kind.NOT_ENFORCED, policy.rule(), "policy " + policy.name() + " only logs what it would do, James's own rules decide; "
                + "remove enforce=\"false\" when that is what is meant");
        }
        Restrictions restrictions = policy.restrictions();
        ClientList connections = policy.connections();
        if (connections.mode() == ClientList.Mode.ONLY && connections.isEmpty()) {
            warn(Kind.NOBODY_CONNECTS, connections.rule(), "nobody may connect, as mode=\"only\" lists nobody; write who may, or leave "
                + "connections out");
        }
        checkNetworks("connections", connections.networks());
        if (connections.mode() == ClientList.Mode.ALL_EXCEPT) {
            checkRefusedHosts("connections", connections);
        }
        ClientList clients = restrictions.clients();
        if (clients != null) {
            checkNetworks("clients", clients.networks());
        }
        checkNetworks("never", restrictions.never().networks());
        checkRefusedHosts("never", restrictions.never());
        for (NetworkSet.Listed internal : restrictions.internalAddresses().listed()) {
            if (!LOOPBACK.containsAll(internal.network())) {
                warn(Kind.INTERNAL_ADDRESS, internal.rule(), "everyone who reaches the server at " + internal.network()
                    + " may relay; write the networks of the clients in <clients>, or make sure that no stranger is forwarded there");
            }
        }
    }

    private void checkRefusedHosts(String list, ClientList refused) {
        for (String host : refused.hosts()) {
            Rule rule = refused.findHost(host);
            warn(Kind.REFUSED_HOST_NAME, rule == null ? refused.rule() : rule, "with " + host + " in " + list + ", mail from clients whose "
                + "DNS fails is deferred, and whoever runs that DNS can hide; write networks where you can");
        }
    }

    private void checkNetworks(String list, NetworkSet networks) {
        boolean allIpv4 = AddressSet.of(networks).intersect(AddressSet.ALL_IPV4).equals(AddressSet.ALL_IPV4);
        for (NetworkSet.Listed listed : networks.listed()) {
            Network network = listed.network();
            if (!allIpv4 && AddressSet.of(List.of(network)).equals(AddressSet.ALL_IPV6)) {
                warn(Kind.IPV6_WITHOUT_IPV4, listed.rule(), "::/0 in " + list + " means every IPv6 client and no IPv4 client; write "
                    + "0.0.0.0/0 too if everyone is meant");
            }
            if (network.first().equals(network.last()) && looksAutoconfigured(network.first())) {
                warn(Kind.AUTOCONFIGURED_ADDRESS, listed.rule(), network + " in " + list + " looks autoconfigured, so it may change; write "
                    + "the network: " + subnet(network.first()));
            }
        }
    }

    private static boolean looksAutoconfigured(IpAddress address) {
        if (address.isIpv4()) {
            return false;
        }
        if ((address.low() & EUI64_MASK) == EUI64) {
            return true;
        }
        for (int group = 0; group < GROUPS; group++) {
            if ((address.low() >>> group * GROUP_BITS & 0xffff) < RANDOM_GROUP) {
                return false;
            }
        }
        return true;
    }

    /** The /64 of an IPv6 address. */
    private static String subnet(IpAddress address) {
        StringBuilder text = new StringBuilder();
        for (int group = GROUPS - 1; group >= 0; group--) {
            text.append(Long.toHexString(address.high() >>> group * GROUP_BITS & 0xffff)).append(':');
        }
        return Network.parse(text + ":/64").toString();
    }

    private void checkNextHops() {
        Map<NextHops, String> looping = new HashMap<>();
        for (RoutingList list : routingLists()) {
            NextHops smartHost = list.smartHost();
            if (smartHost != null) {
                checkNextHops("the smart host", smartHost, list.rule(), looping);
            }
            list.entries(treatment -> !looping(treatment.nextHops(), looping).isEmpty()).forEach(entry ->
                checkNextHops("the next hop of " + entry.name(), entry.treatment().nextHops(), entry.rule(), looping));
        }
    }

    private String looping(@Nullable NextHops nextHops, Map<NextHops, String> looping) {
        return nextHops == null ? "" : looping.computeIfAbsent(nextHops, this::looping);
    }

    private void checkNextHops(String what, @Nullable NextHops nextHops, Rule where, Map<NextHops, String> looping) {
        String hop = looping(nextHops, looping);
        if (!hop.isEmpty()) {
            warn(Kind.NEXT_HOP_LOOP, where, what + " is " + hop + ", a listener of this server, so mail would go round in circles; write "
                + "the server that takes this mail");
        }
    }

    /** The first of the hosts that is this server, or empty. */
    private String looping(NextHops nextHops) {
        return nextHops.hosts().stream().filter(this::isOwnListener).map(NextHop::toString).findFirst().orElse("");
    }

    private boolean isOwnListener(NextHop hop) {
        IpAddress address = hop.kind() == NextHop.Kind.ADDRESS ? IpAddress.parse(hop.host()) : null;
        boolean here = address == null ? hop.kind() == NextHop.Kind.HOST && hop.host().equals(LOCALHOST)
            : LOOPBACK.contains(address) || isInternal(address);
        for (RelayPolicy policy : policies.policies()) {
            if (policy.listeners().isEmpty() && here && hop.port() == NextHop.DEFAULT_PORT) {
                return true;
            }
            for (Listener listener : policy.listeners()) {
                boolean port = listener.port() == 0 || listener.port() == hop.port();
                IpAddress own = listener.address();
                if (port && (own == null ? here : address != null && own.equals(address))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a policy lists this very address as one of the server. */
    private boolean isInternal(IpAddress address) {
        return policies.policies().stream()
            .flatMap(policy -> policy.restrictions().internalAddresses().listed().stream())
            .anyMatch(listed -> listed.network().first().equals(address) && listed.network().last().equals(address));
    }

    /** The shared routing list first, then each policy's own part. */
    private Set<RoutingList> routingLists() {
        Set<RoutingList> lists = new LinkedHashSet<>();
        lists.add(policies.sharedRouting());
        policies.policies().forEach(policy -> lists.add(policy.routing()));
        return lists;
    }

    /** Whether there is an element for them; of an empty one on the policy's own line that cannot be told. */
    private static boolean hasRestrictions(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        return !restrictions.rule().equals(policy.rule()) || restrictions.authenticatedRule() != null || restrictions.clients() != null
            || !restrictions.internalAddresses().isEmpty() || !restrictions.never().isEmpty() || !restrictions.neverUsers().isEmpty();
    }

    private void checkReroute() {
        Set<RoutingList> rerouting = new HashSet<>();
        for (RelayPolicy policy : policies.policies()) {
            if (policy.routing().reroute()) {
                rerouting.add(policy.routing());
                rerouting.add(policies.sharedRouting());
            } else if (hasRestrictions(policy) && !policy.restrictions().authenticationRequired()) {
                warn(Kind.REROUTE_OFF, policy.restrictions().rule(), "restrictions permit nothing under reroute=\"false\"; remove them, or "
                    + "reroute=\"false\"");
            }
        }
        for (RoutingList list : routingLists()) {
            if (!rerouting.contains(list) && !policies.policies().isEmpty()) {
                list.entries(treatment -> treatment.action() == Action.RELAY || treatment.action() == Action.ROUTE).forEach(entry ->
                    warn(Kind.REROUTE_OFF, entry.rule(), "nothing is relayed to " + entry.name() + " under reroute=\"false\"; remove the "
                        + entry.treatment().action().name().toLowerCase(Locale.ROOT) + " entry, or reroute=\"false\""));
            }
        }
    }
}
