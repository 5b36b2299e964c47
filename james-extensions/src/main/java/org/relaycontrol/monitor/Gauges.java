package org.relaycontrol.monitor;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.function.ToIntFunction;
import org.apache.james.metrics.api.GaugeRegistry;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.UserList;

/**
 * What James's metrics show of the policies in force and of DNS: how many domains, networks, host names and users are listed, and how many
 * DNS look-ups there were.
 */
@Singleton
public class Gauges {

    private final GaugeRegistry gauges;
    private final PolicySource policySource;
    private final Dns dns;

    /** Looks at these. */
    @Inject
    public Gauges(GaugeRegistry gauges, PolicySource policySource, Dns dns) {
        this.gauges = gauges;
        this.policySource = policySource;
        this.dns = dns;
    }

    /** From now on James's metrics show them. */
    void register() {
        gauges.register("relaycontrol.policies", () -> policySource.current().policies().size());
        gauges.register("relaycontrol.domains", () -> domains(policySource.current()));
        gauges.register("relaycontrol.networks", () -> sum(policySource.current(), Gauges::networks));
        gauges.register("relaycontrol.hosts", () -> sum(policySource.current(), Gauges::hosts));
        gauges.register("relaycontrol.users", () -> sum(policySource.current(), Gauges::users));
        gauges.register("relaycontrol.dns.lookups.total", dns::lookUps);
        gauges.register("relaycontrol.dns.hits.total", dns::hits);
        gauges.register("relaycontrol.dns.failures.total", dns::failures);
        gauges.register("relaycontrol.dns.timeouts.total", dns::timeOuts);
    }

    private static int domains(RelayPolicies policies) {
        return policies.sharedRouting().entries().size() + sum(policies, policy -> policy.routing().entries().size());
    }

    private static int sum(RelayPolicies policies, ToIntFunction<RelayPolicy> count) {
        return policies.policies().stream().mapToInt(count).sum();
    }

    private static int networks(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        ClientList clients = restrictions.clients();
        return policy.connections().networks().listed().size() + restrictions.never().networks().listed().size()
            + restrictions.internalAddresses().listed().size() + (clients == null ? 0 : clients.networks().listed().size());
    }

    private static int hosts(RelayPolicy policy) {
        Restrictions restrictions = policy.restrictions();
        ClientList clients = restrictions.clients();
        return policy.connections().hosts().size() + restrictions.never().hosts().size()
            + (clients == null ? 0 : clients.hosts().size());
    }

    private static int users(RelayPolicy policy) {
        UserList authenticated = policy.restrictions().authenticatedUsers();
        return policy.restrictions().neverUsers().listed().size() + (authenticated == null ? 0 : authenticated.listed().size());
    }
}
