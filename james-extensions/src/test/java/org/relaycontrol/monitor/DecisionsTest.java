package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.james.metrics.api.Gauge;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/** What is counted and kept of decisions. */
class DecisionsTest {

    private static final Rule RULE = Rule.of("relaycontrol.xml", 1);
    private static final RoutingList ROUTING = RoutingList.builder(RULE).build();
    private static final Instant NOW = Instant.parse("2026-11-25T12:34:56Z");

    private final Map<String, Gauge<?>> gauges = new HashMap<>();
    private final GaugeRegistry registry = new NoopGaugeRegistry() {
        @Override
        public <T> GaugeRegistry register(String name, Gauge<T> gauge) {
            gauges.put(name, gauge);
            return this;
        }
    };
    private final DecisionHistory history = new DecisionHistory();
    private final Refusals refusals = new Refusals();
    private final Decisions decisions = new Decisions(new DecisionCounters(registry, () -> policies("mx", "a-b")), history, refusals,
        Clock.fixed(NOW, ZoneOffset.UTC), (delay, task) -> { });

    private static RelayPolicies policies(String... names) {
        List<RelayPolicy> policies = new ArrayList<>();
        for (String name : names) {
            policies.add(policy(name, policies.isEmpty() ? List.of() : List.of(Listener.parse("*:25"))));
        }
        return RelayPolicies.of(policies, ROUTING);
    }

    private static RelayPolicy policy(String name, List<Listener> listeners) {
        return RelayPolicy.of(name, RULE, listeners, ClientList.builder(ClientList.Mode.ALL_EXCEPT, RULE).build(), ROUTING,
            Restrictions.builder(RULE).build());
    }

    private static DecisionRecord decision(DecidedBy reason, String policy) {
        return DecisionRecord.builder(NOW.toEpochMilli(), reason, IpAddress.parse("198.51.100.7"), "192.0.2.25:25", "s1")
            .by(policy == null ? null : policy(policy, List.of()), RULE)
            .build();
    }

    private Object gauge(String name) {
        assertThat(gauges).containsKey(name);
        return gauges.get(name).get();
    }

    @Test
    void shouldCountByReasonAndPolicy() {
        decisions.inbound("mx");
        decisions.decided(decision(DecidedBy.NOT_PERMITTED, "mx"));
        decisions.decided(decision(DecidedBy.NOT_PERMITTED, "a-b"));
        decisions.decided(decision(DecidedBy.NO_POLICY, null));

        assertThat(gauge("relaycontrol.decisions.permit.inbound.total")).isEqualTo(1L);
        assertThat(gauge("relaycontrol.decisions.deny.not-permitted.total")).isEqualTo(2L);
        assertThat(gauge("relaycontrol.decisions.deny.no-policy.total")).isEqualTo(1L);
        assertThat(gauge("relaycontrol.policy.mx.decisions.deny.not-permitted.total")).isEqualTo(1L);
        assertThat(gauge("relaycontrol.policy.a_b.decisions.deny.not-permitted.total")).isEqualTo(1L);
        assertThat(gauge("relaycontrol.policy.mx.decisions.defer.dns-unavailable.total")).isEqualTo(0L);
    }

    /** Prometheus would take them for one. */
    @Test
    void shouldCountPoliciesTogetherWhoseMetricsHaveOneName() {
        decisions.decided(decision(DecidedBy.NOT_PERMITTED, "a-b"));
        decisions.decided(decision(DecidedBy.NOT_PERMITTED, "a.b"));

        assertThat(gauge("relaycontrol.policy.a_b.decisions.deny.not-permitted.total")).isEqualTo(2L);
    }

    @Test
    void shouldKeepRefusalsAlone() {
        decisions.decided(decision(DecidedBy.AUTHENTICATED, "mx"));
        decisions.decided(decision(DecidedBy.NEVER, "mx"));
        decisions.decided(decision(DecidedBy.FAILURE, null), new IllegalStateException("down"));

        assertThat(refusals.latest(any -> true, 10)).extracting(one -> one.refusal().reason())
            .containsExactly(DecidedBy.FAILURE, DecidedBy.NEVER);
    }

    @Test
    void shouldCountAndKeepAllOfAFlood() {
        for (int i = 0; i < 10 * LogLimit.LINES; i++) {
            decisions.decided(decision(DecidedBy.NOT_PERMITTED, "mx"));
        }

        assertThat(gauge("relaycontrol.decisions.deny.not-permitted.total")).isEqualTo(10L * LogLimit.LINES);
        assertThat(refusals.latest(any -> true, Integer.MAX_VALUE)).hasSize(10 * LogLimit.LINES);
    }

    @Test
    void shouldCountByMinuteForAnHour() {
        Instant start = Instant.parse("2026-11-25T12:00:30Z");
        history.count(DecidedBy.NEVER, start.toEpochMilli());
        history.count(DecidedBy.NEVER, start.plusSeconds(29).toEpochMilli());
        history.count(DecidedBy.NEVER, start.plusSeconds(30).toEpochMilli());
        history.count(DecidedBy.INBOUND, start.plusSeconds(59 * 60).toEpochMilli());

        long[] never = history.lastHour(start.plusSeconds(59 * 60)).get(DecidedBy.NEVER);
        assertThat(never).hasSize(60).startsWith(2, 1, 0).endsWith(0);
        assertThat(history.lastHour(start.plusSeconds(59 * 60)).get(DecidedBy.INBOUND)).endsWith(1);
        assertThat(history.firstBegan(start.plusSeconds(59 * 60))).isEqualTo("2026-11-25T12:00:00Z");

        history.count(DecidedBy.NEVER, start.plusSeconds(60 * 60).toEpochMilli());
        assertThat(history.lastHour(start.plusSeconds(60 * 60)).get(DecidedBy.NEVER)).startsWith(1, 0).endsWith(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void shouldKnowEachReasonOfTheTable(Reason reason) {
        assertThat(DecidedBy.of(reason)).hasToString(reason.toString());
        assertThat(DecidedBy.parse(reason.toString())).isEqualTo(DecidedBy.of(reason));
    }

    @Test
    void shouldSayWhichReasonsThereAre() {
        assertThatThrownBy(() -> DecidedBy.parse("spam")).hasMessageStartingWith("there is no reason 'spam'; write one of no-policy, ");
    }
}
