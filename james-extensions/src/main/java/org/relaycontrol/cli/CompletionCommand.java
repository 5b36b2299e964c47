package org.relaycontrol.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/**
 * {@code completion}: prints a script by which bash and zsh complete commands, options and file names.
 */
@Command(
    name = "completion",
    sortOptions = false,
    description = {
        "Prints a script by which bash and zsh complete the command line, under the name " + CompletionCommand.NAME + "."},
    footerHeading = "%nExample:%n",
    footer = {
        "  alias relaycontrol='java -jar /path/to/james-relay-control.jar'",
        "  source <(relaycontrol completion)"})
final class CompletionCommand implements Callable<Integer> {

    static final String NAME = "relaycontrol";

    private final Streams streams;

    CompletionCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        streams.out().print(AutoComplete.bash(NAME, Main.commandLine(streams)));
        return Main.YES;
    }
}
