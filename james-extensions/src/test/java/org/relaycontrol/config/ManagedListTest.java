package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.jqno.equalsverifier.EqualsVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Edits of a managed list: what the file says afterwards, and that nothing of anybody is lost.
 */
class ManagedListTest {

    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    @TempDir
    private Path folder;
    private Path file;
    private ManagedList list;

    @BeforeEach
    void useList() {
        file = folder.resolve("relay.txt");
        list = ManagedList.ofDomains(file, "subtree");
    }

    private static ManagedEntry entry(String name, String... attributes) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < attributes.length; i += 2) {
            map.put(attributes[i], attributes[i + 1]);
        }
        return ManagedEntry.of(name, map);
    }

    private String put(ManagedEntry entry) throws Exception {
        list.edit(null, content -> content.with(entry, NOW));
        return Files.readString(file);
    }

    private String delete(ManagedEntry entry) throws Exception {
        list.edit(null, content -> content.without(entry, NOW));
        return Files.readString(file);
    }

    @Test
    void shouldReadAMissingFileAsEmpty() throws IOException {
        assertThat(list.read().entries()).isEmpty();
    }

    @Test
    void shouldCreateTheFile() throws Exception {
        assertThat(put(entry("one.example"))).isEqualTo("one.example\n");
        assertThat(put(entry("two.example", "nextHop", "10.0.0.1:2525"))).isEqualTo("one.example\ntwo.example nextHop=10.0.0.1:2525\n");
    }

    @Test
    void shouldReadWhatItWrote() throws Exception {
        ManagedEntry odd = entry("one.example", "action", "reject", "reply", "say \"no\" \\ # here");
        put(odd);

        assertThat(list.read().entries()).containsExactly(odd);
    }

    @Test
    void shouldReplaceAnEntryInItsPlace() throws Exception {
        Files.writeString(file, "one.example\nONE.example.:x\ntwo.example action=reject  # why\nthree.example\n");

        assertThat(put(entry("Two.Example.", "action", "inbound")))
            .isEqualTo("one.example\nONE.example.:x\nTwo.Example. action=inbound  # why\nthree.example\n");
    }

    @Test
    void shouldTellEntriesApartByMatch() throws Exception {
        Files.writeString(file, "one.example\none.example match=exact\n");

        assertThat(list.read().find(entry("one.example", "match", "exact"))).contains(entry("one.example", "match", "exact"));
        assertThat(list.read().find(entry("one.example"))).contains(entry("one.example"));
        assertThat(delete(entry("one.example", "match", "exact"))).isEqualTo("one.example\n");
    }

    @Test
    void shouldKnowTheMatchOfTheElement() throws Exception {
        list = ManagedList.ofDomains(file, "exact");
        Files.writeString(file, "one.example\n");

        assertThat(list.read().find(entry("one.example", "match", "exact"))).isPresent();
        assertThat(list.read().find(entry("one.example", "match", "subtree"))).isEmpty();
    }

    @Test
    void shouldKnowNetworksHoweverTheyAreWritten() throws Exception {
        list = ManagedList.ofNetworks(file);
        Files.writeString(file, "192.0.2.0/255.255.255.0\n10.0.0.1-10.0.0.9\n");

        assertThat(list.read().find(entry("192.0.2.0/24"))).contains(entry("192.0.2.0/255.255.255.0"));
        assertThat(delete(entry("10.0.0.1-10.0.0.9"))).isEqualTo("192.0.2.0/255.255.255.0\n");
    }

    @Test
    void shouldKeepCommentsBlankLinesAndLineEnds() throws Exception {
        Files.writeString(file, "\ufeff# ours\r\n\r\none.example # first\r\ntwo.example");

        assertThat(put(entry("one.example", "action", "inbound")))
            .isEqualTo("\ufeff# ours\r\n\r\none.example action=inbound  # first\r\ntwo.example");
        assertThat(put(entry("three.example")))
            .isEqualTo("\ufeff# ours\r\n\r\none.example action=inbound  # first\r\ntwo.example\nthree.example\n");
        assertThat(delete(entry("one.example"))).isEqualTo("\ufeff# ours\r\n\r\ntwo.example\nthree.example\n");
    }

    /** To the eye these are three lines, of which no edit may take two away with the first one. */
    @Test
    void shouldKeepALineWithCarriageReturnsWithin() throws Exception {
        String line = "one.example expires=2026-12-31T23:59:59Z # first\rtwo.example\rthree.example\n";
        Files.writeString(file, line);

        assertThat(list.read().entries()).isEmpty();
        assertThat(put(entry("four.example"))).isEqualTo(line + "four.example\n");
        assertThat(delete(entry("one.example"))).isEqualTo(line + "four.example\n");
    }

    @Test
    void shouldDropExpiredEntriesAtTheNextEdit() throws Exception {
        Files.writeString(file, "old.example expires=2026-12-31T23:59:59Z\nnew.example expires=2027-01-01T00:00:01Z\n");

        assertThat(list.read().entries()).hasSize(2);
        assertThat(put(entry("one.example"))).isEqualTo("new.example expires=2027-01-01T00:00:01Z\none.example\n");
    }

    @Test
    void shouldNotWriteWhatDoesNotChange() throws Exception {
        Files.writeString(file, "one.example\n");
        Object before = Files.readAttributes(file, "unix:ino,ctime");

        put(entry("one.example"));

        assertThat(Files.readAttributes(file, "unix:ino,ctime")).isEqualTo(before);
    }

    @Test
    void shouldEditTheVersionThatWasReadOnly() throws Exception {
        Files.writeString(file, "one.example\n");
        String version = list.read().version();
        put(entry("two.example"));
        String current = list.read().version();

        assertThatThrownBy(() -> list.edit(version, content -> content.with(entry("three.example"), NOW)))
            .isInstanceOfSatisfying(OtherVersionException.class, e -> assertThat(e.version()).isEqualTo(current).isNotEqualTo(version));
        assertThat(Files.readString(file)).isEqualTo("one.example\ntwo.example\n");
        list.edit(list.read().version(), content -> content.with(entry("three.example"), NOW));
        assertThat(Files.readString(file)).isEqualTo("one.example\ntwo.example\nthree.example\n");
    }

    @Test
    void shouldTellWhatIsOnItsLines() throws Exception {
        assertThat(list.entriesAt(Set.of(1))).as("there is no file").isEmpty();
        Files.writeString(file, "\ufeff# ours\r\n\r\none.example # first\r\nno=entry\r\ntwo.example expires=2028-01-01T00:00:00Z\r\n");

        assertThat(list.entriesAt(Set.of(1, 2, 3, 4, 5, 6))).isEqualTo(Map.of(3, entry("one.example"),
            5, entry("two.example", "expires", "2028-01-01T00:00:00Z")));
        assertThat(list.entriesAt(Set.of(5))).containsOnlyKeys(5);
    }

    @Test
    void shouldTellEntriesApartByNameAndAttributes() {
        EqualsVerifier.forClass(ManagedEntry.class).withNonnullFields("name", "attributes").verify();
    }

    @Test
    void shouldWriteNothingIfTheEditIsRefused() throws Exception {
        Files.writeString(file, "one.example\n");

        assertThatThrownBy(() -> list.edit(null, content -> {
            throw new IllegalStateException("not proved");
        })).hasMessage("not proved");
        assertThat(Files.readString(file)).isEqualTo("one.example\n");
        put(entry("two.example"));
    }

    @Test
    void shouldWriteThroughASymbolicLinkAndKeepPermissions() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Path real = Files.writeString(shared.resolve("real.txt"), "one.example\n");
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(file, real);

        put(entry("two.example"));

        assertThat(file).isSymbolicLink();
        assertThat(real).hasContent("one.example\ntwo.example");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r-----");
        try (Stream<Path> left = Files.list(shared)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("real.txt", ".real.txt.lock");
        }
    }

    @Test
    void shouldLeaveTheFileAsItWasWhereItCannotWrite() throws Exception {
        Files.writeString(file, "one.example\n");
        // As if there were no room for it: nothing can be written where the new file would be.
        Files.createDirectories(folder.resolve(".relay.txt.new/full"));

        assertThatThrownBy(() -> put(entry("two.example"))).isInstanceOf(IOException.class);
        assertThat(Files.readString(file)).isEqualTo("one.example\n");
    }

    @Test
    void shouldOverwriteWhatAKilledProcessHasLeft() throws Exception {
        Files.writeString(folder.resolve(".relay.txt.new"), "half of a very long list of dom");

        assertThat(put(entry("one.example"))).isEqualTo("one.example\n");
    }

    @Test
    void shouldLoseNoEditOfThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> edits = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ManagedEntry entry = entry("d" + i + ".example");
                edits.add(threads.submit(() -> ManagedList.ofDomains(file, "subtree").edit(null, content -> content.with(entry, NOW))));
            }
            for (Future<?> edit : edits) {
                edit.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(list.read().entries().stream().map(ManagedEntry::name).collect(Collectors.toSet())).hasSize(40);
    }

    @Test
    void shouldRefuseEntriesThatAreNotOne() {
        assertThatThrownBy(() -> entry("one.example two.example")).hasMessageContaining("is no entry");
        assertThatThrownBy(() -> entry("one.example", "reply", "a\nb.example")).hasMessageContaining("control characters");
        assertThatThrownBy(() -> entry("one.example", "a b", "c")).hasMessageContaining("is no attribute");
        assertThatThrownBy(() -> entry("#one.example")).hasMessageContaining("is no entry");
        assertThatThrownBy(() -> entry("")).hasMessageContaining("is no entry");
        assertThatThrownBy(() -> entry("one.example", "expires", "tomorrow")).hasMessageContaining("is no instant; write one like");
        assertThatThrownBy(() -> put(entry("*.example"))).hasMessageContaining("wildcard");
    }
}
