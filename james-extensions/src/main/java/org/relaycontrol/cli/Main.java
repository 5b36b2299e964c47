package org.relaycontrol.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: {@code java -jar james-relay-control.jar COMMAND}.
 */
@Command(
    name = "java -jar james-relay-control.jar",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Main.Version.class,
    description = "Checks, explains and compares relay policies (relaycontrol.xml), and probes running servers for open relays.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:yes", "1:no", "2:the input is unusable"},
    footerHeading = "%nExamples:%n",
    footer = {
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml",
        "  java -jar james-relay-control.jar COMMAND --help"})
public final class Main implements Callable<Integer> {

    static final int YES = 0;
    static final int NO = 1;
    static final int UNUSABLE = 2;
    static final String NOT_WRITTEN = "the output cannot be written";

    @Spec
    private @Nullable CommandSpec spec;

    private Main() {
    }

    /** Runs a command and exits with its status. */
    public static void main(String[] args) {
        System.exit(run(Streams.system(), args));
    }

    /** Runs a command; returns its exit status. */
    static int run(Streams streams, String... args) {
        int status = commandLine(streams).execute(args);
        if (streams.out().checkError() && status != UNUSABLE) {
            streams.err().print(NOT_WRITTEN + "\n");
            return UNUSABLE;
        }
        return status;
    }

    static CommandLine commandLine(Streams streams) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.addSubcommand(new CheckCommand(streams));
        commandLine.addSubcommand(new ExplainCommand(streams));
        commandLine.addSubcommand(new DiffCommand(streams));
        commandLine.addSubcommand(new ProbeCommand(streams));
        commandLine.addSubcommand(new CompletionCommand(streams));
        return commandLine
            .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8))
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
            .setParameterExceptionHandler(Main::printMisuse)
            .setExecutionExceptionHandler(Main::printUnusableInput);
    }

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not run by the command line");
        }
        throw new ParameterException(spec.commandLine(), "Which command? There are "
            + String.join(", ", spec.subcommands().keySet()));
    }

    private static int printMisuse(ParameterException misuse, String[] args) {
        CommandLine command = misuse.getCommandLine();
        PrintWriter err = command.getErr();
        err.print(misuse.getMessage() + "\n");
        UnmatchedArgumentException.printSuggestions(misuse, err);
        err.print("Try '" + command.getCommandSpec().qualifiedName() + " --help'\n");
        err.flush();
        return UNUSABLE;
    }

    private static int printUnusableInput(Exception problem, CommandLine command, ParseResult parsed) throws Exception {
        if (!(problem instanceof UnusableInputException)) {
            throw problem;
        }
        command.getErr().print(problem.getMessage() + "\n");
        command.getErr().flush();
        return UNUSABLE;
    }

    /** The version that the build wrote into the jar's manifest. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"James Relay Control " + (version == null ? "(not run from the jar)" : version)};
        }
    }
}
