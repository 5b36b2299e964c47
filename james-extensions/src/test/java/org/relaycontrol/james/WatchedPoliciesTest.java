package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.config.FileWatch;
import org.relaycontrol.policy.RelayPolicies;

/**
 * When a policy file is loaded again, and what that gives.
 */
class WatchedPoliciesTest {

    private static final Instant START = Instant.parse("2027-01-01T00:00:00Z");

    @TempDir
    private Path folder;
    private Path file;
    private Path list;
    private Duration elapsed = Duration.ZERO;
    private WatchedPolicies watched;

    @BeforeEach
    void watchPolicy() throws IOException {
        file = Files.writeString(folder.resolve("relaycontrol.xml"),
            "<relaycontrol><routing><domains managed='relay.txt' action='relay'/></routing><policy/></relaycontrol>\n");
        list = Files.writeString(folder.resolve("relay.txt"), "one.example\ntwo.example expires=2027-01-01T01:00:00Z\n");
        watch();
    }

    private void watch() {
        watched = new WatchedPolicies(file, new TestClock(), () -> elapsed.toNanos(), ServerSockets.UNKNOWN);
    }

    /** Polls as the reload thread would, until something is loaded, but not for longer than this. */
    private @Nullable PolicyLoad pollFor(Duration time) {
        Duration end = elapsed.plus(time);
        PolicyLoad load = null;
        while (load == null && elapsed.compareTo(end) < 0) {
            elapsed = elapsed.plus(FileWatch.LOOK);
            load = watched.poll();
        }
        return load;
    }

    private static List<String> domains(@Nullable PolicyLoad load) {
        RelayPolicies policies = Objects.requireNonNull(Objects.requireNonNull(load).policies()).policies();
        return policies.sharedRouting().entries().stream().map(entry -> entry.name().toString()).collect(Collectors.toList());
    }

    @Test
    void shouldLoadTheFirstTime() {
        assertThat(domains(watched.first())).containsExactly("one.example", "two.example");
    }

    @Test
    void shouldLoadNothingWhereNothingChanges() {
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldLoadAChangedListWithinTwoSeconds() throws IOException {
        Files.writeString(list, "three.example\n");

        assertThat(domains(pollFor(Duration.ofSeconds(2)))).containsExactly("three.example");
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldLoadAListWithinTwoSecondsThatIsNamedForTheFirstTime() throws IOException {
        Files.writeString(folder.resolve("other.txt"), "three.example\n");
        Files.writeString(file, Files.readString(file).replace("relay.txt", "other.txt"));

        assertThat(domains(pollFor(Duration.ofSeconds(2)))).containsExactly("three.example");
    }

    @Test
    void shouldRefuseABadFileOnce() throws IOException {
        Files.writeString(file, "<relaycontrol>\n");

        PolicyLoad load = pollFor(Duration.ofSeconds(2));

        assertThat(load).isNotNull();
        assertThat(load.policies()).isNull();
        assertThat(load.problems()).hasSize(1);
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldLoadAFileThatIsGoodAgain() throws IOException {
        String good = Files.readString(file);
        Files.writeString(file, "<relaycontrol>\n");
        pollFor(Duration.ofSeconds(2));
        Files.writeString(file, good);

        assertThat(domains(pollFor(Duration.ofSeconds(2)))).containsExactly("one.example", "two.example");
    }

    @Test
    void shouldStopAnEntryWhenItExpires() {
        assertThat(pollFor(Duration.ofMinutes(59))).isNull();
        assertThat(domains(pollFor(Duration.ofMinutes(1).plus(FileWatch.LOOK)))).containsExactly("one.example");
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldStopAnEntryWhenItExpiresAlsoWhileTheFilesAreBad() throws IOException {
        Files.writeString(list, "three.example four.example\n");
        assertThat(Objects.requireNonNull(pollFor(Duration.ofSeconds(2))).policies()).isNull();
        elapsed = Duration.ofHours(1);

        PolicyLoad expired = pollFor(Duration.ofSeconds(1));

        assertThat(domains(expired)).containsExactly("one.example");
        assertThat(Objects.requireNonNull(expired).isExpiry()).isTrue();
    }

    @Test
    void shouldStopAnEntryThatFallsDueWhenABadFileIsRefused() throws IOException {
        Files.writeString(list, "three.example four.example\n");
        elapsed = Duration.ofMinutes(59);
        assertThat(watched.poll()).as("not settled").isNull();
        elapsed = Duration.ofHours(1);

        PolicyLoad refused = watched.poll();
        PolicyLoad expired = watched.poll();

        assertThat(refused).isNotNull();
        assertThat(refused.policies()).isNull();
        assertThat(refused.isExpiry()).isFalse();
        assertThat(domains(expired)).containsExactly("one.example");
        assertThat(expired.isExpiry()).isTrue();
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldStopAnEntryWhileItsFileIsBeingWritten() throws IOException {
        elapsed = Duration.ofHours(1);
        Files.writeString(list, "three.example\n");

        assertThat(domains(watched.poll())).containsExactly("one.example");
        assertThat(domains(pollFor(Duration.ofSeconds(2)))).containsExactly("three.example");
    }

    @Test
    void shouldKeepWhatWouldBeAnOpenRelayWithoutAnExpiredEntry() throws IOException {
        Files.writeString(file, "<relaycontrol><policy><restrictions><clients mode='allExcept'><networks managed='relay.txt'/></clients>"
            + "</restrictions></policy></relaycontrol>\n");
        Files.writeString(list, "0.0.0.0/0\n::/0 expires=2027-01-01T01:00:00Z\n");
        watch();
        assertThat(watched.first().policies()).isNotNull();
        elapsed = Duration.ofHours(1);

        PolicyLoad load = watched.poll();

        assertThat(load).isNotNull();
        assertThat(load.policies()).isNull();
        assertThat(load.isExpiry()).isTrue();
        assertThat(load.problems()).extracting(Remark::name).containsExactly("open-relay");
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    @Test
    void shouldReloadAtOnceWhatWasReplacedWhole() throws IOException {
        Files.move(Files.writeString(folder.resolve("new"), "three.example\n"), list, StandardCopyOption.ATOMIC_MOVE);

        assertThat(domains(watched.reload(Set.of(list)))).containsExactly("three.example");
    }

    @Test
    void shouldLoadFilesAgainThatWereBeingWrittenAllTheTime() throws IOException {
        String good = Files.readString(list);
        AtomicBoolean writing = new AtomicBoolean(true);
        watched = new WatchedPolicies(file, new TestClock(), () -> {
            if (writing.get()) {
                elapsed = elapsed.plus(Duration.ofMillis(100));
                write("n" + elapsed.toMillis() + ".example\n");
            }
            return elapsed.toNanos();
        }, ServerSockets.UNKNOWN);

        assertThat(watched.reload(Set.of()).problems()).extracting(Remark::text).asString().contains("is being written all the time");
        writing.set(false);
        Files.writeString(list, good);

        assertThat(domains(pollFor(Duration.ofSeconds(2)))).containsExactly("one.example", "two.example");
        assertThat(pollFor(Duration.ofMinutes(1))).isNull();
    }

    private void write(String text) {
        try {
            Files.writeString(list, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReloadWhatHasNotChanged() {
        assertThat(domains(watched.reload(Set.of()))).containsExactly("one.example", "two.example");
    }

    /** Time that passes when the test says so, and a little whenever somebody asks. */
    private final class TestClock extends Clock {

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return START.plus(elapsed);
        }
    }
}
