package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Distribution;

/** What keeps one jar good for James 3.8 and 3.9. */
class JarIT {
    private static final List<String> FORBIDDEN = List.of("javax/mail", "jakarta/mail", "javax/inject", "jakarta/inject",
        "javax.mail", "jakarta.mail", "javax.inject", "jakarta.inject");

    @Test
    void shouldNameNoMailOrInjectType() throws IOException {
        try (JarFile jar = new JarFile(Distribution.packJar().toFile())) {
            for (JarEntry entry : classes(jar)) {
                String constants = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(FORBIDDEN).as(entry.getName()).noneMatch(constants::contains);
            }
        }
    }

    @Test
    void shouldBeJava11Bytecode() throws IOException {
        try (JarFile jar = new JarFile(Distribution.packJar().toFile())) {
            for (JarEntry entry : classes(jar)) {
                assertThat(jar.getInputStream(entry).readNBytes(8)[7]).as(entry.getName()).isLessThanOrEqualTo((byte) 55);
            }
        }
    }

    @Test
    void shouldBundleNoClassThatJamesShips() throws IOException {
        Set<String> james = new HashSet<>();
        try (Stream<Path> libraries = Files.list(Distribution.folder().resolve("james-server-memory-app.lib"))) {
            for (Path library : libraries.collect(Collectors.toList())) {
                try (JarFile jar = new JarFile(library.toFile())) {
                    classes(jar).forEach(entry -> james.add(entry.getName()));
                }
            }
        }
        assertThat(james).contains("org/apache/james/MemoryJamesServerMain.class").noneMatch(name -> name.startsWith("org/relaycontrol/"));
        try (JarFile jar = new JarFile(Distribution.packJar().toFile())) {
            assertThat(classes(jar)).isNotEmpty().extracting(JarEntry::getName).doesNotContainAnyElementsOf(james);
        }
    }

    private static List<JarEntry> classes(JarFile jar) {
        return jar.stream()
            .filter(entry -> entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class"))
            .collect(Collectors.toList());
    }
}
