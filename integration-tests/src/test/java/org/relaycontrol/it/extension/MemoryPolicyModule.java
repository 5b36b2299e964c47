package org.relaycontrol.it.extension;

import java.util.List;

import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

import com.google.inject.AbstractModule;

/** A Guice module as an integrator would write it: the policy comes from memory, there is no relaycontrol.xml. */
public class MemoryPolicyModule extends AbstractModule {
    private static final Rule RULE = Rule.of("memory", 1);

    @Override
    protected void configure() {
        RelayPolicies policies = policies();
        bind(PolicySource.class).toInstance(() -> policies);
    }

    private static RelayPolicies policies() {
        RoutingList routing = RoutingList.builder(RULE)
            .add(entry("ratest.com", RoutingEntry.Action.INBOUND))
            .add(entry("rejected.example", RoutingEntry.Action.REJECT))
            .build();
        RelayPolicy policy = RelayPolicy.of("from-memory", RULE, List.of(), ClientList.builder(ClientList.Mode.ALL_EXCEPT, RULE).build(),
            routing, Restrictions.builder(RULE).build());
        return RelayPolicies.of(List.of(policy), routing);
    }

    private static RoutingEntry entry(String domain, RoutingEntry.Action action) {
        return RoutingEntry.of(DomainName.of(domain), RoutingEntry.Match.SUBTREE, RoutingEntry.Treatment.of(action), RULE);
    }
}
