package org.relaycontrol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.RelayPolicies;

/**
 * One jar for James 3.8 and 3.9: Java 11 class files that name neither generation of the mail and inject packages, which James 3.9 renamed.
 * The bytes of each class file are searched, so that names in descriptors, signatures, {@code throws} clauses and texts count.
 */
class BytecodeTest {

    private static final List<String> FORBIDDEN = List.of("javax/mail", "javax.mail", "jakarta/mail", "jakarta.mail",
        "javax/inject", "javax.inject", "jakarta/inject", "jakarta.inject");
    private static final int MAGIC = 0xcafebabe;
    private static final int JAVA_11 = 55;

    @Test
    void shouldNotNameTheMailAndInjectPackages() throws Exception {
        Map<Path, List<String>> named = new TreeMap<>();
        for (Path file : classFiles(RelayPolicies.class)) {
            List<String> names = forbiddenIn(Files.readAllBytes(file));
            if (!names.isEmpty()) {
                named.put(file.getFileName(), names);
            }
        }
        assertThat(named).isEmpty();
    }

    @Test
    void shouldBeJava11() throws Exception {
        for (Path file : classFiles(RelayPolicies.class)) {
            byte[] bytes = Files.readAllBytes(file);
            assertThat(number(bytes, 0) << 16 | number(bytes, 2)).as("%s", file).isEqualTo(MAGIC);
            assertThat(number(bytes, 6)).as("%s", file).isEqualTo(JAVA_11);
        }
    }

    /** This class file does name them, in the list above. */
    @Test
    void shouldFindTheNamesInThisClass() throws Exception {
        Path here = classFiles(BytecodeTest.class).stream().filter(file -> file.endsWith("BytecodeTest.class")).findFirst().orElseThrow();
        assertThat(forbiddenIn(Files.readAllBytes(here))).isEqualTo(FORBIDDEN);
    }

    private static List<String> forbiddenIn(byte[] classFile) {
        String bytes = new String(classFile, StandardCharsets.ISO_8859_1);
        return FORBIDDEN.stream().filter(bytes::contains).collect(Collectors.toList());
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static List<Path> classFiles(Class<?> member) throws URISyntaxException {
        Path root = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> classFiles = files.filter(file -> file.toString().endsWith(".class")).collect(Collectors.toList());
            assertThat(classFiles).isNotEmpty();
            return classFiles;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
