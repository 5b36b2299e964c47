package org.relaycontrol.webadmin;

import com.google.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.PolicySummary;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;

/**
 * Policies at a glance. Who may relay where takes a moment to compute for long lists, so that of the policies that were asked for last is
 * kept. Thread-safe.
 */
@Singleton
public class Summaries {

    private @Nullable RelayPolicies policies;
    private List<PolicySummary> summaries = List.of();

    /** Nothing is known yet. */
    public Summaries() {
    }

    /** One of the policies at a glance. */
    synchronized PolicySummary of(RelayPolicies all, RelayPolicy policy) {
        if (all != policies) {
            summaries = PolicySummary.of(all);
            policies = all;
        }
        return summaries.stream().filter(summary -> summary.policy().name().equals(policy.name())).findFirst()
            .orElseThrow(() -> RequestException.notFound("the policy '" + policy.name() + "' is no more"));
    }
}
