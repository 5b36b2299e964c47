package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.UserList;

/**
 * Finds entries that can never matter, since without them every envelope would be decided alike. An {@code inbound} entry below another
 * one is not among them: it says that James is to host the domain.
 */
final class Effects {

    private final RelayPolicies policies;
    private final List<Finding> findings = new ArrayList<>();

    private Effects(RelayPolicies policies) {
        this.policies = policies;
    }

    static List<Finding> withoutEffect(RelayPolicies policies) {
        Effects effects = new Effects(policies);
        effects.checkRouting();
        policies.policies().forEach(effects::checkClients);
        return effects.findings;
    }

    private void warn(Rule where, String text) {
        findings.add(new Finding(Kind.ENTRY_WITHOUT_EFFECT, where, text));
    }

    private void checkRouting() {
        Set<RoutingList> lists = new LinkedHashSet<>();
        policies.policies().forEach(policy ->
            lists.add(policy.routing().entries().isEmpty() ? policies.sharedRouting() : policy.routing()));
        policies.sharedRouting().entries().forEach(entry -> checkShared(entry, lists));
        lists.remove(policies.sharedRouting());
        lists.forEach(list -> list.entries().forEach(entry -> checkOwn(list, entry)));
    }

    /**
     * A shared entry matters if it does in one policy.
     *
     * @param lists by which the policies decide
     */
    private void checkShared(RoutingEntry entry, Set<RoutingList> lists) {
        if (lists.isEmpty()) {
            return;
        }
        RoutingEntry instead = null;
        boolean everywhereReplaced = true;
        for (RoutingList list : lists) {
            if (list == policies.sharedRouting() || list.own(entry.name(), entry.match()) == null) {
                everywhereReplaced = false;
                RoutingEntry covering = covering(list, entry);
                if (covering == null || !isRedundant(entry, covering)) {
                    return;
                }
                instead = covering;
            }
        }
        if (everywhereReplaced) {
            warn(entry.rule(), "the shared entry " + name(entry) + " never decides, as every policy has one of its own; remove it");
        } else if (instead != null) {
            redundant(entry, instead);
        }
    }

    private void checkOwn(RoutingList list, RoutingEntry entry) {
        RoutingEntry alike = policies.sharedRouting().own(entry.name(), entry.match());
        RoutingEntry instead = alike != null ? alike : covering(list, entry);
        if (instead != null && isRedundant(entry, instead)) {
            redundant(entry, instead);
        }
    }

    private void redundant(RoutingEntry entry, RoutingEntry instead) {
        warn(entry.rule(), "the entry " + name(entry) + " changes nothing, as " + name(instead) + " at " + instead.rule()
            + " says the same; remove it");
    }

    private static boolean isRedundant(RoutingEntry entry, RoutingEntry instead) {
        Treatment one = entry.treatment();
        Treatment other = instead.treatment();
        return one.action() == other.action() && one.viaSmartHost() == other.viaSmartHost()
            && (one.action() != Action.INBOUND || entry.name().equals(instead.name()))
            && Objects.equals(one.nextHops(), other.nextHops()) && Objects.equals(one.reply(), other.reply())
            && Objects.equals(one.allowSenderSpecifiedRouting(), other.allowSenderSpecifiedRouting())
            && one.recipients() == other.recipients() && Objects.equals(one.verification(), other.verification());
    }

    /** The entry that would answer for the names of an entry without it, or null. */
    private static @Nullable RoutingEntry covering(RoutingList list, RoutingEntry entry) {
        // An exact entry hides the subtree entry of its name, a subtree entry those above it.
        DomainName above = entry.match() == Match.EXACT ? entry.name() : entry.name().parent();
        return above == null ? null : list.findBelow(above);
    }

    private static String name(RoutingEntry entry) {
        return entry.name() + (entry.match() == Match.EXACT ? " (exact)" : "");
    }

    private void checkClients(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        ClientList connections = policy.connections();
        AddressSet listedConnections = AddressSet.of(connections.networks());
        // A host name may open or close what these sets say, so they are only used where no list names hosts.
        AddressSet refused = connections.mode() == ClientList.Mode.ALL_EXCEPT ? listedConnections : listedConnections.complement();
        boolean refusedForSure = connections.mode() == ClientList.Mode.ALL_EXCEPT || connections.hosts().isEmpty();
        AddressSet never = AddressSet.of(restrictions.never().networks());
        ClientList clients = restrictions.clients();
        checkCovered("connections", connections);
        checkCovered("never", restrictions.never());
        if (clients != null) {
            checkCovered("clients", clients);
            if (clients.mode() == ClientList.Mode.ONLY) {
                for (NetworkSet.Listed listed : clients.networks().listed()) {
                    if (never.containsAll(listed.network())) {
                        warn(listed.rule(), listed.network() + " in clients never may relay, as never lists all of it; remove it from one "
                            + "of the two");
                    } else if (refusedForSure && refused.containsAll(listed.network())) {
                        warn(listed.rule(), listed.network() + " in clients may not even connect; remove it, or let it connect");
                    }
                }
            }
        }
        UserList users = restrictions.authenticatedUsers();
        if (users != null) {
            checkCovered("authenticated", users);
            users.listed().forEach((user, rule) -> {
                Rule neverRule = restrictions.neverUsers().listed().get(user);
                String domain = NameTree.aboveUser(user);
                if (neverRule == null && domain != null) {
                    neverRule = restrictions.neverUsers().listed().get(domain);
                }
                if (neverRule != null) {
                    warn(rule, user + " in authenticated never may relay, as " + neverRule + " says; remove one of the two");
                }
            });
        }
        checkCovered("never", restrictions.neverUsers());
    }

    private void checkCovered(String list, ClientList clients) {
        List<NetworkSet.Listed> networks = new ArrayList<>(clients.networks().listed());
        networks.sort((one, other) -> {
            int byFirst = one.network().first().compareTo(other.network().first());
            return byFirst != 0 ? byFirst : other.network().last().compareTo(one.network().last());
        });
        NetworkSet.Listed widest = null;
        for (NetworkSet.Listed listed : networks) {
            if (widest != null && listed.network().last().compareTo(widest.network().last()) <= 0) {
                // The same network twice is a warning of the loader's.
                if (!listed.network().equals(widest.network())) {
                    covered(list, listed.rule(), listed.network().toString(), widest.network().toString(), widest.rule());
                }
            } else {
                widest = listed;
            }
        }
        for (String host : clients.hosts()) {
            String above = NameTree.aboveDomain(host);
            Rule rule = clients.findHost(host);
            Rule wider = above == null ? null : clients.findHost(above);
            if (wider != null && rule != null) {
                covered(list, rule, host, "a domain above it", wider);
            }
        }
    }

    private void checkCovered(String list, UserList users) {
        users.listed().forEach((user, rule) -> {
            String domain = NameTree.aboveUser(user);
            Rule wider = domain == null ? null : users.listed().get(domain);
            if (wider != null) {
                covered(list, rule, user, String.valueOf(domain), wider);
            }
        });
    }

    private void covered(String list, Rule where, String what, String by, Rule wider) {
        warn(where, what + " in " + list + " changes nothing, as " + by + " is listed at " + wider + "; remove it");
    }
}
