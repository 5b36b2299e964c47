package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code bad-configs} is refused with exactly the problems of its {@code expected.txt}; each of {@code good-configs} loads
 * with exactly the warnings of its own.
 */
class ConfigsTest {

    private static final Locale LOCALE = Locale.getDefault();

    /** The XML parser speaks the language of the machine. */
    @BeforeAll
    static void speakEnglish() {
        Locale.setDefault(Locale.ENGLISH);
    }

    @AfterAll
    static void speakAsBefore() {
        Locale.setDefault(LOCALE);
    }

    static List<Path> badConfigs() throws IOException {
        return folders("bad-configs");
    }

    static List<Path> goodConfigs() throws IOException {
        return folders("good-configs");
    }

    private static List<Path> folders(String name) throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("src/test/resources", name))) {
            return folders.sorted().collect(Collectors.toList());
        }
    }

    @ParameterizedTest
    @MethodSource("badConfigs")
    void shouldReportEveryProblemOfABadConfig(Path folder) throws IOException {
        PolicyException refused = catchThrowableOfType(PolicyException.class, () -> PolicyLoader.load(folder.resolve("relaycontrol.xml")));

        assertThat(refused).isNotNull();
        assertThat(refused.problems().stream().map(Problem::toString)).containsExactlyElementsOf(expected(folder));
        assertThat(refused).hasMessage(String.join("\n", expected(folder)));
    }

    @ParameterizedTest
    @MethodSource("goodConfigs")
    void shouldReportEveryWarningOfAGoodConfig(Path folder, @TempDir Path copy) throws Exception {
        copyWithSecretPasswords(folder, copy);

        LoadedPolicies loaded = PolicyLoader.load(copy.resolve("relaycontrol.xml"));

        assertThat(loaded.warnings().stream().map(Warning::toString)).containsExactlyElementsOf(expected(folder));
    }

    /** A checkout cannot say who may read a file. */
    private static void copyWithSecretPasswords(Path folder, Path copy) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.collect(Collectors.toList())) {
                Path copied = Files.copy(file, copy.resolve(file.getFileName()));
                if (copied.toString().endsWith(".password")) {
                    Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rw-------"));
                }
            }
        }
    }

    static List<Path> samples() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("../conf-samples"))) {
            return folders.filter(Files::isDirectory).sorted().collect(Collectors.toList());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldLoadEverySampleWithoutWarning(Path folder) throws Exception {
        assertThat(PolicyLoader.load(folder.resolve("relaycontrol.xml")).warnings()).isEmpty();
    }

    private static List<String> expected(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("expected.txt"), StandardCharsets.UTF_8);
    }
}
