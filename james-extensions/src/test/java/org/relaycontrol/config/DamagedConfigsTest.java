package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever octets a policy file has, it is loaded or refused with problems that say where and what to write, and nothing else happens.
 */
class DamagedConfigsTest {

    private static final int FILES = 2000;
    private static final List<String> PIECES = List.of("<", ">", "/>", "</", "\"", "&", "&#xD800;", "<!--", "-->", "<![CDATA[", "]]>", "<?",
        "?>", "<!DOCTYPE a [", "<!ENTITY a 'b'>", "\u0000", "\ufeff", "\u2028", "\r", "\n", "version='1.1'", "encoding='UTF-16'");

    @TempDir
    Path folder;

    @Test
    void shouldRefuseOrLoadWhateverIsThere() throws IOException {
        List<Path> intact;
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources"))) {
            intact = files.filter(file -> file.endsWith("relaycontrol.xml")).sorted().collect(Collectors.toList());
        }
        Random random = new Random(1999027);
        Path damaged = folder.resolve("relaycontrol.xml");
        int refused = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] octets = damage(Files.readAllBytes(intact.get(random.nextInt(intact.size()))), random);
            Files.write(damaged, octets);
            try {
                PolicyLoader.load(damaged);
            } catch (PolicyException e) {
                refused++;
                assertThat(e.problems()).isNotEmpty().allSatisfy(problem ->
                    assertThat(problem.toString()).matches("relaycontrol\\.xml:[1-9][0-9]*: [^;].*; .+"));
            }
        }
        assertThat(refused).isGreaterThan(FILES / 2);
    }

    private static byte[] damage(byte[] octets, Random random) throws IOException {
        int at = random.nextInt(octets.length + 1);
        int lost = random.nextInt(Math.min(20, octets.length - at + 1));
        ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        damaged.write(octets, 0, at);
        damaged.write(random.nextBoolean()
            ? PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8)
            : new byte[] {(byte) random.nextInt()});
        damaged.write(octets, at + lost, octets.length - at - lost);
        return damaged.toByteArray();
    }
}
