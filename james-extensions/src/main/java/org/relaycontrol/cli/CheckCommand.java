package org.relaycontrol.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.relaycontrol.analysis.Permission;
import org.relaycontrol.analysis.PolicySummary;
import org.relaycontrol.analysis.PublicSuffixes;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.format.Json;
import org.relaycontrol.format.PolicySummaryJson;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code check}: whether James takes a policy file; its problems and warnings, and who may relay where.
 */
@Command(
    name = "check",
    sortOptions = false,
    description = "Checks a policy file and the list files it names: all problems and warnings, and who may relay where.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:no problem; with --strict, no warning either",
        "1:James would refuse the file; with --strict, or warn",
        "2:the file cannot be read"},
    footerHeading = "%nExamples:%n",
    footer = {
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml",
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml --strict --json",
        "  java -jar james-relay-control.jar check conf/relaycontrol.xml \\",
        "      --local-domain ratest.com --local-domain huntsville.ratest.com"})
final class CheckCommand implements Callable<Integer> {

    private static final int FIRST_FEW = 8;

    private final Streams streams;

    @Parameters(paramLabel = "FILE", description = "The policy file, relaycontrol.xml.")
    private Path file;

    @Option(names = "--strict", description = "Warnings count as problems.")
    private boolean strict;

    @Option(names = "--local-domain", paramLabel = "DOMAIN", description = {
        "A domain of James's DomainList; may be repeated. If given, these are all there are, and what disagrees with the policy is "
            + "warned of."})
    private List<String> localDomains = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    CheckCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws UnusableInputException {
        CheckedPolicy checked = check();
        boolean refused = !checked.problems().isEmpty() || strict && !checked.warnings().isEmpty();
        if (json) {
            streams.printLine(Json.of(toJson(refused, checked)));
        } else {
            print(refused, checked);
        }
        return refused ? Main.NO : Main.YES;
    }

    private CheckedPolicy check() throws UnusableInputException {
        Set<DomainName> hosted = LocalDomainOptions.parse(localDomains);
        try {
            return CheckedPolicy.of(PolicyLoader.load(file), hosted);
        } catch (PolicyException e) {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new UnusableInputException(e);
            }
            return CheckedPolicy.of(e.problems());
        }
    }

    private void print(boolean refused, CheckedPolicy checked) {
        checked.problems().forEach(problem -> streams.printLine(problem.toString()));
        checked.warnings().forEach(warning -> streams.printLine(warning.toString()));
        streams.printLine((refused ? "refused: " : "accepted: ") + count(checked.problems().size(), "problem") + ", "
            + count(checked.warnings().size(), "warning"));
        checked.summaries().forEach(this::print);
        if (!checked.summaries().isEmpty()) {
            streams.printLine("");
            streams.printLine("Holds if James sees the real addresses of clients: behind address translation or a proxy without the PROXY "
                + "protocol");
            streams.printLine("it does not. Public suffix list of " + PublicSuffixes.version() + ".");
        }
    }

    private static String count(int number, String noun) {
        return (number == 0 ? "no" : String.valueOf(number)) + " " + noun + (number == 1 ? "" : "s");
    }

    private void print(PolicySummary summary) {
        RelayPolicy policy = summary.policy();
        streams.printLine("");
        streams.printLine("policy " + policy.name() + " (" + policy.rule() + "), " + summary.listeners());
        if (!policy.isEnforced()) {
            printField("enforced", "no: James's own rules decide, and this is what the policy would do");
        }
        printField("may connect", summary.mayConnectText());
        for (Action action : Action.values()) {
            printField(name(action), summary.entriesText(action));
        }
        printField("others", others(policy.routing()));
        if (!summary.senders().isEmpty()) {
            printField("senders", summary.sendersText());
        }
        if (!summary.recipientsText().isEmpty()) {
            printField("recipients", summary.recipientsText());
        }
        List<Permission> permissions = summary.permissions();
        printField("may relay", permissions.isEmpty() ? "to others: nobody" : "to others:");
        permissions.forEach(permission -> printField("", permission.toString()));
        if (!summary.privateClients().isEmpty()) {
            printField("rests on", "client addresses that are not public: " + networks(summary.privateClients().cidrs()));
        }
        if (!summary.internalAddresses().isEmpty()) {
            printField("rests on", "the server's own addresses: " + networks(summary.internalAddresses().stream()
                .map(NetworkSet.Listed::network).collect(Collectors.toList())));
        }
    }

    private void printField(String label, String text) {
        streams.printLine(String.format("  %-11s  %s", label, text));
    }

    private static String name(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private static String others(RoutingList routing) {
        String hosted = "inbound where James's DomainList has them, else ";
        if (!routing.reroute()) {
            return hosted + "refused: reroute is off";
        }
        NextHops smartHost = routing.smartHost();
        return hosted + "relayed by " + (smartHost == null ? "their MX" : smartHost.toString());
    }

    private static String networks(List<Network> networks) {
        String first = networks.stream().limit(FIRST_FEW).map(Network::toString).collect(Collectors.joining(", "));
        return networks.size() > FIRST_FEW ? first + " and " + (networks.size() - FIRST_FEW) + " more" : first;
    }

    private static Map<String, Object> toJson(boolean refused, CheckedPolicy checked) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("refused", refused);
        object.put("problems", map(checked.problems(), CheckedPolicy.Remark::toJson));
        object.put("warnings", map(checked.warnings(), CheckedPolicy.Remark::toJson));
        object.put("policies", map(checked.summaries(), PolicySummaryJson::of));
        object.put("public_suffix_list", PublicSuffixes.version());
        return object;
    }

    private static <T> List<Object> map(List<T> values, Function<T, Object> mapping) {
        return values.stream().map(mapping).collect(Collectors.toList());
    }
}
