package org.relaycontrol.analysis;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.relaycontrol.analysis.Finding.Kind;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;

/**
 * What is probably not meant in a policy together with the rest of James's configuration.
 */
public final class JamesWarnings {

    private JamesWarnings() {
    }

    /**
     * Warns of inbound domains that James does not host, and of domains that James hosts but a policy does not let in.
     *
     * @param hosted all domains that James hosts
     * @param accepted the names of the warnings that the policy file silences
     */
    public static List<Finding> domains(RelayPolicies policies, Set<DomainName> hosted, Set<String> accepted) {
        Set<Finding> findings = new LinkedHashSet<>();
        Set<RoutingList> lists = new LinkedHashSet<>();
        lists.add(policies.sharedRouting());
        policies.policies().forEach(policy -> lists.add(policy.routing()));
        for (RoutingList list : lists) {
            list.entries(treatment -> treatment.action() == Action.INBOUND).filter(entry -> !hosted.contains(entry.name()))
                .forEach(entry -> findings.add(new Finding(Kind.INBOUND_NOT_HOSTED, entry.rule(), entry.name() + " is inbound, but James "
                    + "does not host it, so its mail is refused; add it to James's DomainList")));
        }
        for (RelayPolicy policy : policies.policies()) {
            for (DomainName domain : hosted) {
                RoutingEntry entry = policy.routing().find(domain);
                if (entry != null && entry.treatment().action() != Action.INBOUND) {
                    String action = entry.treatment().action().name().toLowerCase(Locale.ROOT);
                    findings.add(new Finding(Kind.HOSTED_NOT_INBOUND, entry.rule(), "James hosts " + domain + ", but the " + action
                        + " entry " + entry.name() + " keeps its mail from being delivered here; write an inbound entry for " + domain
                        + ", or take it off James's DomainList"));
                }
            }
        }
        return Analysis.readable(Analysis.unsilenced(List.copyOf(findings), accepted));
    }
}
