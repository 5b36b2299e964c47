package org.relaycontrol.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.config.Problem;
import org.relaycontrol.config.Warning;
import org.relaycontrol.policy.Rule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code check}: whether a policy file would be loaded; its problems and warnings.
 */
@Command(
    name = "check",
    sortOptions = false,
    description = "Checks a policy file and the list files it names: all problems and warnings.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:no problem; with --strict, no warning either",
        "1:James would refuse the file; with --strict, or warn",
        "2:the file cannot be read"},
    footerHeading = "%nExamples:%n",
    footer = {
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml",
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml --strict --json"})
final class CheckCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "FILE", description = "The policy file, relaycontrol.xml.")
    private Path file;

    @Option(names = "--strict", description = "Warnings count as problems.")
    private boolean strict;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    CheckCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws UnusableInputException {
        List<Problem> problems = List.of();
        List<Warning> warnings = List.of();
        try {
            LoadedPolicies loaded = PolicyLoader.load(file);
            warnings = loaded.warnings();
        } catch (PolicyException e) {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new UnusableInputException(e);
            }
            problems = e.problems();
        }
        boolean refused = !problems.isEmpty() || strict && !warnings.isEmpty();
        if (json) {
            streams.printLine(Json.of(toJson(refused, problems, warnings)));
        } else {
            print(refused, problems, warnings);
        }
        return refused ? Main.NO : Main.YES;
    }

    private void print(boolean refused, List<Problem> problems, List<Warning> warnings) {
        problems.forEach(problem -> streams.printLine(problem.toString()));
        warnings.forEach(warning -> streams.printLine(warning.toString()));
        streams.printLine((refused ? "refused: " : "accepted: ") + count(problems.size(), "problem") + ", "
            + count(warnings.size(), "warning"));
    }

    private static String count(int number, String noun) {
        return (number == 0 ? "no" : String.valueOf(number)) + " " + noun + (number == 1 ? "" : "s");
    }

    private static Map<String, Object> toJson(boolean refused, List<Problem> problems, List<Warning> warnings) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("refused", refused);
        List<Object> all = new ArrayList<>();
        problems.forEach(problem -> all.add(located(problem.where(), problem.text())));
        object.put("problems", all);
        List<Object> warned = new ArrayList<>();
        for (Warning warning : warnings) {
            Map<String, Object> one = located(warning.problem().where(), warning.problem().text());
            one.put("name", warning.name());
            warned.add(one);
        }
        object.put("warnings", warned);
        return object;
    }

    private static Map<String, Object> located(Rule where, String text) {
        Map<String, Object> located = new LinkedHashMap<>();
        located.put("file", where.file());
        located.put("line", where.line());
        located.put("text", text);
        return located;
    }
}
