package org.relaycontrol.monitor;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import org.apache.james.metrics.api.GaugeRegistry;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.verification.RecipientVerifier;

/**
 * What James's metrics show of the policies in force, of DNS and of recipient verification: how long the lists are, how loading went, and
 * how many questions there were.
 */
@Singleton
public class Gauges {

    private final GaugeRegistry gauges;
    private final PolicySource policySource;
    private final Dns dns;
    private final RecipientVerifier verifier;

    /** Looks at these. */
    @Inject
    public Gauges(GaugeRegistry gauges, PolicySource policySource, Dns dns, RecipientVerifier verifier) {
        this.gauges = gauges;
        this.policySource = policySource;
        this.dns = dns;
        this.verifier = verifier;
    }

    /** From now on James's metrics show them. */
    void register() {
        for (String what : ListSizes.of(policySource.current()).counts().keySet()) {
            gauges.register("relaycontrol." + what, () -> ListSizes.of(policySource.current()).count(what));
        }
        gauges.register("relaycontrol.dns.lookups.total", dns::lookUps);
        gauges.register("relaycontrol.dns.hits.total", dns::hits);
        gauges.register("relaycontrol.dns.failures.total", dns::failures);
        gauges.register("relaycontrol.dns.timeouts.total", dns::timeOuts);
        gauges.register("relaycontrol.verification.questions.total", verifier::questions);
        gauges.register("relaycontrol.verification.hits.total", verifier::hits);
        gauges.register("relaycontrol.verification.unknown.total", verifier::unknown);
        gauges.register("relaycontrol.verification.failures.total", verifier::failures);
        gauges.register("relaycontrol.verification.left.out.total", verifier::leftOut);
        if (policySource instanceof LivePolicySource) {
            register((LivePolicySource) policySource);
        }
    }

    private void register(LivePolicySource source) {
        gauges.register("relaycontrol.loads.ok.total", () -> source.status().loads());
        gauges.register("relaycontrol.loads.failed.total", () -> source.status().failedLoads());
        gauges.register("relaycontrol.load.stale", () -> source.status().isStale() ? 1 : 0);
        gauges.register("relaycontrol.load.age.seconds", () -> Duration.between(source.status().loadedAt(), Instant.now()).toSeconds());
    }
}
