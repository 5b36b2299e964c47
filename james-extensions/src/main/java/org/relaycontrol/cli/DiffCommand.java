package org.relaycontrol.cli;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.relaycontrol.analysis.Difference;
import org.relaycontrol.format.DifferenceJson;
import org.relaycontrol.format.Json;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diff}: what two policy files decide differently.
 */
@Command(
    name = "diff",
    sortOptions = false,
    description = {
        "Says what two policy files decide differently: who, to where, before and after. Exact: if it prints nothing, they decide "
            + "alike, whoever sends what to whom.",
        "What concerns most strangers comes first."},
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:no difference",
        "1:there are differences",
        "2:one of the files is unusable"},
    footerHeading = "%nExample:%n",
    footer = {
        "  git show main:conf/relaycontrol.xml > /tmp/main.xml",
        "  java -jar james-relay-control.jar diff /tmp/main.xml conf/relaycontrol.xml"})
final class DiffCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(index = "0", paramLabel = "OLD", description = "The policy file before.")
    private Path before;

    @Parameters(index = "1", paramLabel = "NEW", description = "The policy file after.")
    private Path after;

    @Mixin
    private final LocalDomainOptions localDomains = new LocalDomainOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    DiffCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws UnusableInputException {
        RelayPolicies old = PolicyInput.load(before).policies();
        RelayPolicies changed = PolicyInput.load(after).policies();
        Set<DomainName> hosted = localDomains.domains();
        Difference difference = hosted.isEmpty() ? Difference.of(old, changed) : Difference.of(old, changed, hosted);
        if (json) {
            streams.printLine(Json.of(DifferenceJson.of(difference)));
        } else {
            difference.regions().forEach(region -> streams.printLine(region.toString()));
        }
        return difference.regions().isEmpty() ? Main.YES : Main.NO;
    }
}
