package org.relaycontrol.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.relaycontrol.cli.probe.ScriptedServer;

/**
 * Every text that is printed, as recorded in {@code src/test/resources/cli/*.txt}: after a line {@code $ arguments} what that run prints,
 * what goes to standard error marked {@code 2>}, and at the end its exit status. File names are those of the same folder; one that ends in
 * {@code .smtp} is the script of a server that runs meanwhile. With {@code -Dtranscripts.record=true} the files are written anew.
 */
class TranscriptsTest {

    private static final Path FOLDER = Path.of("src/test/resources/cli").toAbsolutePath();
    private static final String COMMAND = "$";
    private static final Pattern SERVER = Pattern.compile("\\S+\\.smtp");
    private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|(\\S+)");

    @TestFactory
    Stream<DynamicNode> shouldPrintAsRecorded() throws Exception {
        List<Path> transcripts;
        try (Stream<Path> files = Files.list(FOLDER)) {
            transcripts = files.filter(file -> file.toString().endsWith(".txt")).sorted().collect(Collectors.toList());
        }
        assertThat(transcripts).isNotEmpty();
        List<DynamicNode> nodes = new ArrayList<>();
        for (Path transcript : transcripts) {
            nodes.add(dynamicContainer(transcript.getFileName().toString(), tests(transcript)));
        }
        return nodes.stream();
    }

    private static List<DynamicNode> tests(Path transcript) throws Exception {
        List<String> recorded = new ArrayList<>();
        for (String line : Files.readString(transcript).split("\n", -1)) {
            if (line.startsWith(COMMAND)) {
                recorded.add(line);
            } else {
                int last = recorded.size() - 1;
                recorded.set(last, recorded.get(last) + "\n" + line);
            }
        }
        if (Boolean.getBoolean("transcripts.record")) {
            StringBuilder anew = new StringBuilder();
            for (String record : recorded) {
                anew.append(run(command(record))).append("\n\n");
            }
            Files.writeString(transcript, anew.toString().strip() + "\n");
        }
        return recorded.stream()
            .map(record -> dynamicTest(command(record), () -> assertThat(run(command(record))).isEqualTo(record.strip())))
            .collect(Collectors.toList());
    }

    private static String command(String record) {
        return record.substring(0, record.indexOf('\n'));
    }

    private static String run(String command) throws Exception {
        Matcher script = SERVER.matcher(command);
        if (!script.find()) {
            return run(command, command);
        }
        try (ScriptedServer server = ScriptedServer.of(FOLDER.resolve(script.group()))) {
            return run(command, command.replace(script.group(), server.target())).replace(server.target(), script.group());
        }
    }

    private static String run(String recorded, String command) throws Exception {
        List<String> arguments = new ArrayList<>();
        byte[] input = new byte[0];
        Matcher matcher = ARGUMENT.matcher(command.substring(COMMAND.length()));
        while (matcher.find()) {
            String argument = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            if (argument.startsWith("<")) {
                input = Files.readAllBytes(FOLDER.resolve(argument.substring(1)));
            } else {
                arguments.add(argument.matches(".*\\.(xml|csv)") ? FOLDER.resolve(argument).toString() : argument);
            }
        }
        CommandLineRun run = CommandLineRun.withInput(input, arguments.toArray(new String[0]));
        StringBuilder text = new StringBuilder(recorded).append('\n').append(run.out());
        if (!run.err().isEmpty()) {
            for (String line : run.err().strip().split("\n", -1)) {
                text.append("2> ").append(line).append('\n');
            }
        }
        assertThat(run.outBytes()).isEqualTo(run.out().getBytes(StandardCharsets.UTF_8));
        return text.append("status ").append(run.status()).toString().replace(FOLDER + "/", "").replace("\r\n", "\n");
    }
}
