package org.relaycontrol.monitor;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.james.metrics.api.GaugeRegistry;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.RelayPolicy;

/**
 * Counts decisions since James started, all together and by policy, in James's metrics: {@code relaycontrol.decisions.VERDICT.REASON.total}
 * and {@code relaycontrol.policy.POLICY.decisions.VERDICT.REASON.total}. Policies whose names differ in nothing but {@code -}, {@code .}
 * and {@code _} count together, as Prometheus does not tell them apart. Thread-safe.
 */
@Singleton
public class DecisionCounters {

    private static final String PREFIX = "relaycontrol.";

    private final GaugeRegistry gauges;
    private final Map<DecidedBy, LongAdder> all;
    private final ConcurrentMap<String, Map<DecidedBy, LongAdder>> byPolicy = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Map<DecidedBy, LongAdder>> byMetric = new ConcurrentHashMap<>();

    /** Counts in James's metrics, from 0 for the policies that are in force. */
    @Inject
    public DecisionCounters(GaugeRegistry gauges, PolicySource policySource) {
        this.gauges = gauges;
        this.all = register("decisions.");
        for (RelayPolicy policy : policySource.current().policies()) {
            ofPolicy(policy.name());
        }
    }

    void count(DecidedBy reason, @Nullable String policy) {
        increment(all, reason);
        if (policy != null) {
            increment(ofPolicy(policy), reason);
        }
    }

    private static void increment(Map<DecidedBy, LongAdder> counters, DecidedBy reason) {
        LongAdder counter = counters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    private Map<DecidedBy, LongAdder> ofPolicy(String policy) {
        Map<DecidedBy, LongAdder> known = byPolicy.get(policy);
        return known != null ? known : byPolicy.computeIfAbsent(policy, name ->
            byMetric.computeIfAbsent(metricName(name), metric -> register("policy." + metric + ".decisions.")));
    }

    /** What remains of a policy's name in the name of a metric. */
    static String metricName(String policy) {
        return policy.replace('-', '_').replace('.', '_');
    }

    private Map<DecidedBy, LongAdder> register(String infix) {
        Map<DecidedBy, LongAdder> counters = new EnumMap<>(DecidedBy.class);
        for (DecidedBy reason : DecidedBy.values()) {
            LongAdder counter = new LongAdder();
            counters.put(reason, counter);
            gauges.register(PREFIX + infix + reason.verdict() + "." + reason + ".total", counter::sum);
        }
        return counters;
    }
}
