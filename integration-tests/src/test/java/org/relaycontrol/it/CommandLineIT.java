package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.relaycontrol.it.harness.Distribution;

/** The jar in {@code extensions-jars/} run by itself: {@code java -jar}, in a process with nothing else on the class path. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineIT {

    @TempDir
    private Path folder;

    private Run run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
            Distribution.packJar().toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    private Run start(List<String> command) throws Exception {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("CLASSPATH");
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path policy() throws IOException {
        return Files.writeString(folder.resolve("relaycontrol.xml"), String.join("\n",
            "<relaycontrol>",
            "  <policy>",
            "    <routing><domain name='ratest.com' action='inbound'/></routing>",
            "    <restrictions><clients><network>192.168.1.0/24</network></clients></restrictions>",
            "  </policy>",
            "</relaycontrol>"));
    }

    Stream<String> samples() throws IOException {
        try (Stream<Path> samples = Files.list(Distribution.samples())) {
            return samples.filter(Files::isDirectory).map(sample -> sample.getFileName().toString()).sorted()
                .collect(Collectors.toList()).stream();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldFindNothingWrongWithASample(String sample) throws Exception {
        Run run = run("check", "--strict", Distribution.samples().resolve(sample).resolve("relaycontrol.xml").toString());
        assertThat(run.err).isEmpty();
        assertThat(run.status).as(run.out).isZero();
    }

    @ParameterizedTest
    @CsvSource({"user@ratest.com, 0, permit inbound", "user@else.example, 1, deny not-permitted"})
    void shouldExplain(String recipient, int status, String decision) throws Exception {
        Run run = run("explain", policy().toString(), "--client", "198.51.100.7", "--to", recipient);
        assertThat(run.err).isEmpty();
        assertThat(run.out).startsWith(decision + ", by relaycontrol.xml:");
        assertThat(run.status).isEqualTo(status);
    }

    @Test
    void shouldDecideManyRows() throws Exception {
        String row = "198.51.100.7,,user@ratest.com";
        Path csv = Files.writeString(folder.resolve("envelopes.csv"), "client,auth,recipient\n" + (row + "\n").repeat(100_000));
        Run run = run("explain", policy().toString(), "--batch", csv.toString());
        assertThat(run.err).isEmpty();
        assertThat(run.status).isZero();
        assertThat(run.out).startsWith("client,auth,recipient,verdict,reason,route,next_hop,policy,rule\n");
        assertThat(run.out.lines().skip(1)).hasSize(100_000).containsOnly(row + ",permit,inbound,inbound,,default,relaycontrol.xml:3");
    }

    @Test
    void shouldRefuseAPublicSuffixByTheListInTheJar() throws Exception {
        Path open = Files.writeString(folder.resolve("open.xml"),
            "<relaycontrol><policy><routing><domain name='co.uk' action='relay'/></routing></policy></relaycontrol>");
        Run run = run("check", open.toString());
        assertThat(run.out).contains("co.uk");
        assertThat(run.status).isEqualTo(1);
    }

    @Test
    void shouldSayWhatIsWrong() throws Exception {
        Run run = run("explain", "--clinet", "198.51.100.7");
        assertThat(run.out).isEmpty();
        assertThat(run.err).contains("Possible solutions: --client");
        assertThat(run.status).isEqualTo(2);
    }

    @Test
    void shouldKnowItsVersion() throws Exception {
        Run run = run("--version");
        assertThat("james-relay-control-" + run.out.strip().replace("James Relay Control ", "") + ".jar")
            .isEqualTo(Distribution.packJar().getFileName().toString());
    }

    @ParameterizedTest
    @CsvSource({"relaycontrol ch, check", "relaycontrol explain --client-, --client-host"})
    void shouldCompleteInBash(String typed, String completed) throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), run("completion").out, StandardCharsets.UTF_8);
        String last = typed.substring(typed.lastIndexOf(' ') + 1);
        Run bash = start(List.of("bash", "-c", "source " + script + "; COMP_WORDS=(" + typed + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
            + "COMP_LINE='" + typed + "'; COMP_POINT=${#COMP_LINE}; _complete_relaycontrol relaycontrol '" + last + "'; "
            + "printf '%s\\n' \"${COMPREPLY[@]}\""));
        assertThat(bash.out.lines().map(String::strip)).contains(completed);
    }

    /** What a process left behind. */
    private static final class Run {

        private final int status;
        private final String out;
        private final String err;

        Run(int status, String out, String err) {
            this.status = status;
            this.out = out;
            this.err = err;
        }
    }
}
