package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Distribution;

/** What keeps one jar good for James 3.8 and 3.9, and what is in it of others: no more than it says, each with its licence. */
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

    @Test
    void shouldContainNothingOfOthersButWhatTheNoticeNames() throws IOException {
        try (JarFile jar = new JarFile(Distribution.packJar().toFile())) {
            String notice = text(jar, "META-INF/NOTICE");
            assertThat(notice).contains("Mozilla Public License, v. 2.0", "Apache License, Version 2.0", "Apache HttpClient\nCopyright");
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0, January 2004");
            assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName))
                .allSatisfy(name -> assertThat(name)
                    .matches("org/relaycontrol/.*|META-INF/(MANIFEST\\.MF|LICENSE|NOTICE|maven/org\\.relaycontrol/.*)"));
            assertThat(bundled(jar)).containsExactlyInAnyOrder("picocli", "publicsuffix")
                .allSatisfy(folder -> assertThat(notice).contains("org/relaycontrol/shaded/" + folder));
            assertThat(text(jar, "org/relaycontrol/shaded/publicsuffix/list/effective_tld_names.dat"))
                .startsWith("// This Source Code Form is subject to the terms of the Mozilla Public");
        }
    }

    @Test
    void shouldBundleWhatTheBillOfMaterialsLists() throws IOException {
        assumeTrue(System.getenv("CI") != null || Files.exists(Distribution.packContents()), "the build was offline");
        JsonNode contents = new ObjectMapper().readTree(Distribution.packContents().toFile());
        assertThat(contents.get("bomFormat").textValue()).isEqualTo("CycloneDX");
        assertThat(contents.get("components")).extracting(component -> component.get("name").textValue())
            .containsExactlyInAnyOrder("picocli", "httpclient5");
        assertThat(contents.get("components")).allSatisfy(component ->
            assertThat(component.get("licenses").get(0).get("license").get("id").textValue()).isEqualTo("Apache-2.0"));
    }

    private static Set<String> bundled(JarFile jar) {
        String shaded = "org/relaycontrol/shaded/";
        return jar.stream().map(JarEntry::getName).filter(name -> name.startsWith(shaded) && name.length() > shaded.length())
            .map(name -> name.substring(shaded.length()).split("/")[0]).collect(Collectors.toSet());
    }

    private static String text(JarFile jar, String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<JarEntry> classes(JarFile jar) {
        return jar.stream()
            .filter(entry -> entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class"))
            .collect(Collectors.toList());
    }
}
