package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.analysis.ServerSockets;

/**
 * The candidate policy: there while its file is there and good.
 */
class CandidatePoliciesTest {

    @TempDir
    private Path conf;

    private CandidatePolicies candidates() {
        return candidates(Clock.systemUTC());
    }

    private CandidatePolicies candidates(Clock clock) {
        return new CandidatePolicies(conf.resolve("relaycontrol.candidate.xml"), clock, ServerSockets.UNKNOWN);
    }

    private void write(String policy) throws IOException {
        Files.writeString(conf.resolve("relaycontrol.candidate.xml"), "<relaycontrol>" + policy + "</relaycontrol>\n");
    }

    private static void awaitCandidate(CandidatePolicies candidates, Predicate<@Nullable Candidate> condition) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            candidates.reloadIfChanged();
            return condition.test(candidates.current());
        });
    }

    @Test
    void shouldBeNoneWithoutAFile() {
        assertThat(candidates().current()).isNull();
        assertThat(candidates().failure()).isEmpty();
    }

    @Test
    void shouldBeThereWithItsFile() throws IOException {
        write("<policy name='one'/>");

        assertThat(candidates().current()).isNotNull();
        assertThat(candidates().current().policies().policies().get(0).name()).isEqualTo("one");
    }

    @Test
    void shouldComeChangeAndGoWithItsFile() throws IOException {
        CandidatePolicies candidates = candidates();

        write("<policy name='one'/>");
        awaitCandidate(candidates, candidate -> candidate != null);
        Candidate first = candidates.current();
        write("<policy name='other'/>");
        awaitCandidate(candidates, candidate -> candidate != null && candidate != first);
        Files.delete(candidates.file());
        awaitCandidate(candidates, candidate -> candidate == null);

        assertThat(candidates.failure()).isEmpty();
    }

    @Test
    void shouldBeNoneWhileItsFileIsBad() throws IOException {
        write("<policy/>");
        CandidatePolicies candidates = candidates();
        write("<policy/><policy/>");

        awaitCandidate(candidates, candidate -> candidate == null);

        Optional<FailedLoad> failure = candidates.failure();
        assertThat(failure).isPresent();
        assertThat(failure.orElseThrow().problems()).isNotEmpty();
    }

    @Test
    void shouldBeNoneWhileItsFileIsBadAlsoWhenAnEntryExpires() throws IOException {
        write("<routing><domains managed='trial.txt' action='relay'/></routing><policy/>");
        Files.writeString(conf.resolve("trial.txt"), "one.example\ntrial.example expires=2027-01-01T01:00:00Z\n");
        SettableClock clock = new SettableClock(Instant.parse("2027-01-01T00:00:00Z"));
        CandidatePolicies candidates = candidates(clock);
        write("<policy/><policy/>");
        awaitCandidate(candidates, candidate -> candidate == null);
        FailedLoad failure = candidates.failure().orElseThrow();

        clock.set(Instant.parse("2027-01-01T01:00:00Z"));
        candidates.reloadIfChanged();

        assertThat(candidates.current()).isNull();
        assertThat(candidates.failure()).containsSame(failure);
    }

    @Test
    void shouldBeNoneIfItWouldBeAnOpenRelay() throws IOException {
        write("<policy><restrictions><clients mode='allExcept'/></restrictions></policy>");

        assertThat(candidates().current()).isNull();
        assertThat(candidates().failure()).isPresent();
    }
}
