package org.relaycontrol.fuzz;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The inputs of {@code src/test/resources/fuzz}, a folder for each fuzz target, which has their beginnings and what was ever found: a file
 * that Jazzer writes goes there, and stays. {@code mvn -Pfuzz} goes on from them.
 */
class FoundCasesTest {

    private static final Path CASES = Path.of("src/test/resources/fuzz");

    static List<Path> cases() throws IOException {
        try (Stream<Path> files = Files.walk(CASES)) {
            return files.filter(Files::isRegularFile).sorted().map(CASES::relativize).collect(Collectors.toList());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldHold(Path found) throws Throwable {
        try {
            Class.forName("org.relaycontrol." + found.getParent()).getMethod("fuzzerTestOneInput", byte[].class)
                .invoke(null, (Object) Files.readAllBytes(CASES.resolve(found)));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
