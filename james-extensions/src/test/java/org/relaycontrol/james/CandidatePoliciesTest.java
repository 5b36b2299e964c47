package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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
        return new CandidatePolicies(conf.resolve("relaycontrol.candidate.xml"), Clock.systemUTC(), ServerSockets.UNKNOWN);
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
    void shouldBeNoneIfItWouldBeAnOpenRelay() throws IOException {
        write("<policy><restrictions><clients mode='allExcept'/></restrictions></policy>");

        assertThat(candidates().current()).isNull();
        assertThat(candidates().failure()).isPresent();
    }
}
