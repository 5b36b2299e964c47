package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.james.filesystem.api.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;

/**
 * The running policy follows its files, and stays as it was when they are bad.
 */
class FilePolicySourceTest {

    private static final String GOOD = "<relaycontrol><policy name='%s'/></relaycontrol>";

    private static final Instant EXPIRY = Instant.parse("2027-01-01T01:00:00Z");

    private final SettableClock clock = new SettableClock(Instant.parse("2027-01-01T00:00:00Z"));
    @TempDir
    private Path conf;
    private Path file;

    @BeforeEach
    void writePolicy() throws IOException {
        file = conf.resolve("relaycontrol.xml");
        write("one");
    }

    private void write(String policyName) throws IOException {
        Files.writeString(file, String.format(GOOD, policyName));
    }

    private FilePolicySource source() {
        return new FilePolicySource(file, Clock.systemUTC(), ServerSockets.UNKNOWN);
    }

    private static List<String> names(PolicySource source) {
        return source.current().policies().stream().map(RelayPolicy::name).collect(Collectors.toList());
    }

    @Test
    void shouldNotStartWithABadFile() throws IOException {
        Files.writeString(file, "<relaycontrol/>");

        assertThatThrownBy(this::source).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("1 problem(s), first: relaycontrol.xml:1: there is no policy");
    }

    @Test
    void shouldPutAGoodFileInForce() throws IOException {
        FilePolicySource source = source();
        write("two");

        PolicyStatus status = source.reload(Set.of());

        assertThat(names(source)).containsExactly("two");
        assertThat(status).isSameAs(source.status());
        assertThat(status.loads()).isEqualTo(2);
        assertThat(status.failedLoads()).isZero();
        assertThat(status.isStale()).isFalse();
        assertThat(status.lastFailure()).isEmpty();
    }

    @Test
    void shouldKeepThePolicyWhenTheFileIsBad() throws IOException {
        FilePolicySource source = source();
        Files.writeString(file, "<relaycontrol><policy/><policy/></relaycontrol>");

        PolicyStatus status = source.reload(Set.of());

        assertThat(names(source)).containsExactly("one");
        assertThat(status.isStale()).isTrue();
        assertThat(status.failedLoads()).isEqualTo(1);
        assertThat(status.lastFailure()).hasValueSatisfying(failure -> assertThat(failure.problems()).hasSizeGreaterThan(1));
    }

    private void writeWithTrial() throws IOException {
        Files.writeString(file, "<relaycontrol><routing><domains managed='trial.txt' action='relay'/></routing><policy/></relaycontrol>\n");
        Files.writeString(conf.resolve("trial.txt"), "one.example\ntrial.example expires=2027-01-01T01:00:00Z\n");
    }

    private void writeWithEntryThatCannotExpire() throws IOException {
        Files.writeString(file, "<relaycontrol><policy><restrictions><clients mode='allExcept'><networks managed='but.txt'/></clients>"
            + "</restrictions></policy></relaycontrol>\n");
        Files.writeString(conf.resolve("but.txt"), "0.0.0.0/0\n::/0 expires=2027-01-01T01:00:00Z\n");
    }

    private static int domains(PolicySource source) {
        return source.current().sharedRouting().entries().size();
    }

    @Test
    void shouldStayStaleWhenAnEntryExpiresWhileTheFileIsBad() throws IOException {
        writeWithTrial();
        FilePolicySource source = new FilePolicySource(file, clock, ServerSockets.UNKNOWN);
        Files.writeString(file, "<relaycontrol>\n");
        FailedLoad failure = source.reload(Set.of(file)).lastFailure().orElseThrow();
        assertThat(domains(source)).isEqualTo(2);

        clock.set(EXPIRY);
        source.reloadIfChanged();

        assertThat(domains(source)).isEqualTo(1);
        assertThat(source.status().isStale()).isTrue();
        assertThat(source.status().lastFailure()).containsSame(failure);
        assertThat(source.status().failedLoads()).isEqualTo(1);
        writeWithTrial();
        assertThat(source.reload(Set.of(file, conf.resolve("trial.txt"))).isStale()).isFalse();
        assertThat(domains(source)).isEqualTo(1);
    }

    @Test
    void shouldStopAnEntryThatFallsDueWhenTheFileIsRefused() throws IOException {
        writeWithTrial();
        FilePolicySource source = new FilePolicySource(file, clock, ServerSockets.UNKNOWN);
        Files.writeString(file, "<relaycontrol>\n");

        clock.set(EXPIRY);
        source.reload(Set.of(file));
        source.reloadIfChanged();

        assertThat(domains(source)).isEqualTo(1);
        assertThat(source.status().isStale()).isTrue();
    }

    @Test
    void shouldTellOfTheFileAndNotOfAnEntryThatCannotExpireMeanwhile() throws IOException {
        writeWithEntryThatCannotExpire();
        FilePolicySource source = new FilePolicySource(file, clock, ServerSockets.UNKNOWN);
        RelayPolicies before = source.current();
        Files.writeString(file, "<relaycontrol>\n");
        FailedLoad failure = source.reload(Set.of(file)).lastFailure().orElseThrow();

        clock.set(EXPIRY);
        source.reloadIfChanged();

        assertThat(source.current()).isSameAs(before);
        assertThat(source.status().isStale()).isTrue();
        assertThat(source.status().lastFailure()).containsSame(failure);
    }

    @Test
    void shouldBeStaleWhenAnEntryCannotExpire() throws IOException {
        writeWithEntryThatCannotExpire();
        FilePolicySource source = new FilePolicySource(file, clock, ServerSockets.UNKNOWN);

        clock.set(EXPIRY);
        source.reloadIfChanged();

        assertThat(source.status().isStale()).isTrue();
        assertThat(source.status().lastFailure().orElseThrow().problems()).extracting(Remark::name).containsExactly("open-relay");
    }

    @Test
    void shouldRefuseAnOpenRelay() throws IOException {
        FilePolicySource source = source();
        Files.writeString(file, "<relaycontrol><policy><restrictions><clients mode='allExcept'/></restrictions></policy></relaycontrol>");

        PolicyStatus status = source.reload(Set.of());

        assertThat(names(source)).containsExactly("one");
        assertThat(status.lastFailure().orElseThrow().problems()).extracting(Remark::name).containsExactly("open-relay");
    }

    @Test
    void shouldRefuseANextHopWhereItListensItself() throws IOException {
        FilePolicySource source = new FilePolicySource(file, Clock.systemUTC(),
            TestServers.at(2525, "mail.ratest.com", InetAddresses.forString("192.0.2.25")));
        Files.writeString(file, "<relaycontrol><routing smartHost='192.0.2.25:2525'>\n"
            + "<domain name='a.example' action='relay' nextHop='192.0.2.25:2526'/>\n"
            + "<domain name='b.example' action='relay' nextHop='localhost:2525'/></routing><policy name='x'/></relaycontrol>");

        PolicyStatus status = source.reload(Set.of());

        assertThat(names(source)).containsExactly("one");
        assertThat(status.lastFailure().orElseThrow().problems()).extracting(Remark::toString).containsExactly(
            "relaycontrol.xml:1: the smart host is 192.0.2.25:2525, where this server itself listens, so mail would go round in circles; "
                + "write the server that takes this mail [next-hop-here]",
            "relaycontrol.xml:3: the next hop of b.example is localhost:2525, where this server itself listens, so mail would go round in "
                + "circles; write the server that takes this mail [next-hop-here]");
        Map<Path, byte[]> inPlace = Map.of(file, Files.readAllBytes(file));
        assertThatThrownBy(() -> source.prove(inPlace)).isInstanceOf(RefusedPolicyException.class);
    }

    @Test
    void shouldWarnOfANextHopThatIsCalledLikeIt() throws IOException {
        Files.writeString(file, "<relaycontrol><routing smartHost='mail.ratest.com'/><policy/></relaycontrol>");

        FilePolicySource source = new FilePolicySource(file, Clock.systemUTC(), TestServers.at(25, "mail.ratest.com"));

        assertThat(source.status().inForce().warnings()).extracting(Remark::name).containsExactly("next-hop-loop");
        assertThat(source().status().inForce().warnings()).isEmpty();
    }

    @Test
    void shouldTellListenersOfEveryLoad() throws IOException {
        FilePolicySource source = source();
        List<PolicyStatus> told = new ArrayList<>();
        source.onLoad(told::add);

        source.reload(Set.of());
        Files.delete(file);
        source.reload(Set.of());

        assertThat(told).extracting(PolicyStatus::isStale).containsExactly(false, true);
    }

    @Test
    void shouldPickUpAChangeOnItsOwn() throws IOException {
        FileSystem fileSystem = mock(FileSystem.class);
        when(fileSystem.getFile("file://conf/relaycontrol.xml")).thenReturn(file.toFile());
        FilePolicySource source = new FilePolicySource(fileSystem, new ReloadThread(), TestServers.nowhere());

        write("two");

        await().atMost(Duration.ofSeconds(30)).until(() -> names(source), List.of("two")::equals);
    }

    @Test
    void shouldGoOnLookingAfterALookHasFailed() {
        AtomicInteger looks = new AtomicInteger();

        new ReloadThread().repeat(() -> {
            looks.incrementAndGet();
            throw new IllegalStateException("thrown by a test");
        });

        await().atMost(Duration.ofSeconds(30)).until(() -> looks.get() > 1);
    }

    @Test
    void shouldProveAChangeWithoutPuttingItInForce() throws Exception {
        FilePolicySource source = source();

        ProvedPolicies proved = source.prove(Map.of(source.file(), String.format(GOOD, "two").getBytes(StandardCharsets.UTF_8)));

        assertThat(proved.policies().policies()).extracting(RelayPolicy::name).containsExactly("two");
        assertThat(names(source)).containsExactly("one");
        assertThatThrownBy(() -> source.prove(Map.of(source.file(), new byte[0]))).isInstanceOf(RefusedPolicyException.class)
            .hasMessageContaining("the file is empty");
    }
}
