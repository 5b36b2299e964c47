package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.SenderEntry;

/**
 * What is allowed in a policy, but probably not meant, as far as the policy alone tells. Entries without effect are found by
 * {@link Effects} and {@link SenderEffects}, next hops that lead back here by {@link Loops}.
 */
final class Warnings {

    private static final AddressSet LOOPBACK = AddressSet.of(List.of(Network.parse("127.0.0.0/8"), Network.parse("::1")));
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
        warnings.checkReroute();
        warnings.checkRecipients();
        warnings.findings.addAll(Effects.withoutEffect(policies));
        warnings.findings.addAll(SenderEffects.withoutEffect(policies));
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

    /** One warning for each routing list: it may have a million of these entries. */
    private void checkRecipients() {
        Set<RoutingList> rerouting = policies.policies().stream().map(RelayPolicy::routing).filter(RoutingList::reroute)
            .collect(Collectors.toSet());
        for (RoutingList list : routingLists()) {
            if (!rerouting.contains(list) && rerouting.stream().noneMatch(own -> own.shared() == list)) {
                continue;
            }
            List<RoutingEntry> unverified = list.entries(treatment -> treatment.action() == Action.RELAY && treatment.recipients() == null
                && treatment.verification() == null).limit(Texts.SHOWN + 1L).collect(Collectors.toList());
            if (!unverified.isEmpty()) {
                List<DomainName> names = unverified.stream().map(RoutingEntry::name).limit(Texts.SHOWN).collect(Collectors.toList());
                warn(Kind.UNVERIFIED_RECIPIENTS, unverified.get(0).rule(), "every recipient at " + Texts.list(names, "domains")
                    + (unverified.size() > Texts.SHOWN ? " and more relay domains" : "") + " is accepted, whether it exists or not, and "
                    + "bounced later to a sender that may be forged; write recipients=\"file\", verify=\"callout\" or verify=\"ldap\"");
            }
        }
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
                for (SenderEntry sender : list.senders()) {
                    warn(Kind.REROUTE_OFF, sender.rule(), "nothing is relayed for sender " + sender.name() + " under reroute=\"false\"; "
                        + "remove the entry, or reroute=\"false\"");
                }
                list.entries(treatment -> treatment.action() == Action.RELAY || treatment.action() == Action.ROUTE).forEach(entry ->
                    warn(Kind.REROUTE_OFF, entry.rule(), "nothing is relayed to " + entry.name() + " under reroute=\"false\"; remove the "
                        + entry.treatment().action().name().toLowerCase(Locale.ROOT) + " entry, or reroute=\"false\""));
            }
        }
    }
}
