package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a load has read, those files included that were not there.
 */
class FilesReadTest {

    private static final String XML = "<relaycontrol>\n"
        + "<nextHops><nextHop name='isp' hosts='isp.example' username='u' passwordFile='password'/></nextHops>\n"
        + "<routing><domains file='relay.txt' action='relay' via='isp'/></routing>\n"
        + "<policy/>\n"
        + "</relaycontrol>\n";

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void writePolicy() throws IOException {
        file = Files.writeString(folder.resolve("relaycontrol.xml"), XML);
        Files.writeString(folder.resolve("relay.txt"), "relay.example\n");
        Files.writeString(folder.resolve("password"), "secret\n");
    }

    private FilesRead read() throws PolicyException {
        return PolicyLoader.load(file).files();
    }

    @Test
    void shouldNameTheFilesInTheOrderOfReading() throws PolicyException {
        assertThat(read().names()).containsExactly("relaycontrol.xml", "password", "relay.txt");
    }

    @Test
    void shouldHaveTheDigestThatSha256sumPrints() throws PolicyException {
        String lines = sha256(XML) + "  relaycontrol.xml\n" + sha256("relay.example\n") + "  relay.txt\n";

        assertThat(read().sha256()).isEqualTo(sha256(lines)).hasSize(64);
        assertThat(sha256("")).isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    private static String sha256(String text) {
        return FileContent.sha256(text);
    }

    @Test
    void shouldDifferWhenAListFileDiffers() throws Exception {
        FilesRead before = read();
        Files.writeString(folder.resolve("relay.txt"), "relay.example\nother.example\n");

        assertThat(read()).isNotEqualTo(before);
        assertThat(read().sha256()).isNotEqualTo(before.sha256());
    }

    @Test
    void shouldTellNothingOfAPassword() throws Exception {
        FilesRead before = read();
        Files.writeString(folder.resolve("password"), "another\n");

        assertThat(read()).isNotEqualTo(before);
        assertThat(read().sha256()).isEqualTo(before.sha256());
        assertThat(read().toString()).doesNotContain(sha256("another\n")).contains("=a password");
    }

    @Test
    void shouldNotReadADeviceToItsEnd() throws Exception {
        assumeThat(Path.of("/dev/zero")).exists();
        Files.writeString(file, XML.replace("relay.txt", "/dev/zero"));

        assertThat(refused().contents()).containsEntry(Path.of("/dev/zero"), FileContent.of(Path.of("/dev/zero"), false));
    }

    @Test
    void shouldCoverAllOfAListFileThatIsReadInPart() throws Exception {
        Files.writeString(folder.resolve("relay.txt"), "x".repeat(100_000) + "\n");
        FilesRead before = refused();
        Files.writeString(folder.resolve("relay.txt"), "x".repeat(100_000) + "\nmore.example\n");

        assertThat(refused()).isNotEqualTo(before);
    }

    @Test
    void shouldCoverFilesThatAreNotThere() throws Exception {
        Files.delete(folder.resolve("relay.txt"));
        Files.delete(folder.resolve("password"));
        FilesRead without = refused();

        assertThat(without.names()).containsExactly("relaycontrol.xml", "password", "relay.txt");
        Files.createDirectory(folder.resolve("relay.txt"));
        assertThat(refused()).isNotEqualTo(without);
    }

    private FilesRead refused() {
        return catchThrowableOfType(PolicyException.class, () -> PolicyLoader.load(file)).files();
    }

    @Test
    void shouldCoverWhatIsReadInPlaceOfAFile() throws Exception {
        byte[] content = "other.example\n".getBytes(StandardCharsets.UTF_8);
        LoadedPolicies loaded = PolicyLoader.load(file, Instant.now(), Map.of(folder.resolve("relay.txt"), content), read());
        Files.write(folder.resolve("relay.txt"), content);

        assertThat(loaded.policies().sharedRouting().entries()).extracting(entry -> entry.name().toString())
            .containsExactly("other.example");
        assertThat(loaded.files()).isEqualTo(read());
    }

    /** Whoever proposes a policy must not see what other files say. */
    @Test
    void shouldReadNoOtherFilesForAnotherPolicy() throws Exception {
        FilesRead read = read();
        Files.writeString(folder.resolve("secret.txt"), "the secret\n");
        byte[] other = ("<relaycontrol><routing><domains file=\"secret.txt\" action=\"relay\"/><domains file=\"..\" action=\"relay\"/>"
            + "<domains file=\"relay.txt\" action=\"relay\"/></routing><policy/></relaycontrol>").getBytes(StandardCharsets.UTF_8);

        PolicyException refused = catchThrowableOfType(PolicyException.class,
            () -> PolicyLoader.load(file, Instant.now(), Map.of(file, other), read));

        assertThat(refused).hasMessage("relaycontrol.xml:1: the list file 'secret.txt' is none of the policy in force, and not read for "
            + "another; send its content along\nrelaycontrol.xml:1: the list file '..' is none of the policy in force, and not read for "
            + "another; send its content along");
    }
}
