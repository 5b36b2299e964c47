package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.policy.IpAddress;

/**
 * What is counted and kept of a candidate's decisions.
 */
class CandidateComparisonTest {

    private final CandidateComparison comparison = new CandidateComparison();
    private final Candidate first = candidate("2027-01-01T00:00:00Z");

    private static Candidate candidate(String since) {
        Candidate candidate = mock(Candidate.class);
        when(candidate.since()).thenReturn(Instant.parse(since));
        return candidate;
    }

    private static DecisionRecord record(int number) {
        return DecisionRecord.builder(0, DecidedBy.INBOUND, IpAddress.parse("192.0.2.1"), "192.0.2.25:25", "s" + number)
            .build();
    }

    private List<String> latest(int limit) {
        return comparison.latest(first, limit).stream().map(one -> one.candidate().fields().get("session").toString())
            .collect(Collectors.toList());
    }

    @Test
    void shouldKeepTheLatestDifferences() {
        for (int i = 0; i <= CandidateComparison.CAPACITY; i++) {
            comparison.different(first, record(-i), record(i));
        }

        assertThat(comparison.differentCount(first)).isEqualTo(CandidateComparison.CAPACITY + 1);
        assertThat(latest(2)).containsExactly("s1000", "s999");
        assertThat(latest(Integer.MAX_VALUE)).hasSize(CandidateComparison.CAPACITY).doesNotContain("s0");
    }

    @Test
    void shouldBeginAnewWithANewCandidate() {
        comparison.alike(first);
        comparison.undecided(first);
        assertThat(comparison.alikeCount(first)).isEqualTo(1);
        assertThat(comparison.undecidedCount(first)).isEqualTo(1);
        Candidate next = candidate("2027-01-01T00:00:01Z");

        comparison.alike(next);
        comparison.alike(next);
        comparison.alike(first);

        assertThat(comparison.alikeCount(next)).isEqualTo(2);
        assertThat(comparison.undecidedCount(next)).isZero();
    }
}
