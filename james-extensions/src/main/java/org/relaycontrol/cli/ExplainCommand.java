package org.relaycontrol.cli;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Explanation;
import org.relaycontrol.format.EnvelopeReader;
import org.relaycontrol.format.ExplanationJson;
import org.relaycontrol.format.Json;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Sender;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code explain}: what is decided for an envelope, and why; or what is decided for each envelope of a CSV file.
 */
@Command(
    name = "explain",
    sortOptions = false,
    description = "Says what a policy decides for a recipient, and why, step by step; or decides each row of a CSV file.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:the recipient is permitted; with --batch, every row was decided",
        "1:it is denied or deferred",
        "2:the input is unusable; with --batch, a row of it"},
    footerHeading = "%nExamples:%n",
    footer = {
        "  java -jar james-relay-control.jar explain conf/relaycontrol.xml \\",
        "      --client 198.51.100.7 --to user@robichaux.net",
        "  java -jar james-relay-control.jar explain conf/relaycontrol.xml \\",
        "      --client 2001:db8::7 --client-host - --local 192.0.2.25:587 \\",
        "      --auth alice@ratest.com --to user@example.com",
        "  java -jar james-relay-control.jar explain conf/relaycontrol.xml \\",
        "      --batch envelopes.csv --local-domain ratest.com > decided.csv",
        "",
        "The CSV has a header row that names the columns client, auth and recipient, and",
        "local, client_host, sender and recipient_known (yes, no or unknown) where they",
        "are needed, in any order. Others are copied, too. Added are verdict, reason, route, next_hop, policy and rule. A row",
        "that cannot be decided has the verdict error and the problem as reason."})
final class ExplainCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "FILE", description = "The policy file, relaycontrol.xml.")
    private Path file;

    @Option(names = "--client", paramLabel = "IP", description = "The address the client connects from.")
    private @Nullable String client;

    @Option(names = "--local", paramLabel = "IP:PORT",
        description = "The address and port it connects to; " + EnvelopeReader.DEFAULT_LOCAL + " if not given. The policy follows from it.")
    private @Nullable String local;

    @Option(names = "--auth", paramLabel = "USER", description = "The user it has authenticated as.")
    private @Nullable String auth;

    @Option(names = "--client-host", paramLabel = "NAME",
        description = "Its confirmed host name; - if it has none; not known if not given.")
    private @Nullable String clientHost;

    @Option(names = "--from", paramLabel = "ADDRESS", description = "The sender: the next hop may depend on it, who may relay never does.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "ADDRESS", description = "The recipient.")
    private @Nullable String to;

    @Option(names = "--recipient-known", paramLabel = "yes|no|unknown", description = "What whoever is asked by verify= says of the "
        + "recipient; unknown if nobody can tell. Nobody is asked if not given.")
    private @Nullable String recipientKnown;

    @Option(names = "--batch", paramLabel = "CSV", description = "Decide each row of a CSV file, in place of one recipient; - is standard "
        + "input.")
    private @Nullable String batch;

    @Mixin
    private final LocalDomainOptions localDomains = new LocalDomainOptions();

    @Option(names = "--hosted",
        description = "The local domains are all that James hosts: an inbound recipient elsewhere is refused, as James does.")
    private boolean hosted;

    @Option(names = "--json", description = "Print JSON; with --batch, an object a line.")
    private boolean json;

    ExplainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws UnusableInputException {
        checkOptions();
        RelayPolicies policies = PolicyInput.load(file).policies();
        return batch == null ? explainOne(policies) : explainBatch(policies, batch);
    }

    private void checkOptions() throws UnusableInputException {
        if (batch == null && (client == null || to == null)) {
            throw new UnusableInputException((client == null ? "--client IP" : "--to ADDRESS")
                + " is missing; give --client and --to, or --batch");
        }
        if (batch != null) {
            List<String> others = new ArrayList<>();
            addIfGiven("--client", client, others);
            addIfGiven("--local", local, others);
            addIfGiven("--auth", auth, others);
            addIfGiven("--client-host", clientHost, others);
            addIfGiven("--from", from, others);
            addIfGiven("--to", to, others);
            addIfGiven("--recipient-known", recipientKnown, others);
            if (!others.isEmpty()) {
                throw new UnusableInputException(String.join(", ", others) + " cannot go with --batch, whose rows say that");
            }
        }
    }

    private static void addIfGiven(String option, @Nullable String value, List<String> given) {
        if (value != null) {
            given.add(option);
        }
    }

    private int explainBatch(RelayPolicies policies, String csv) throws UnusableInputException {
        BatchExplainer explainer = new BatchExplainer(policies, new EnvelopeReader(localDomains.defaultDomain()),
            localDomains.domains()::contains, hosted);
        boolean standardInput = csv.equals("-");
        String name = standardInput ? "standard input" : String.valueOf(Path.of(csv).getFileName());
        try (InputStream in = standardInput ? streams.in() : new FileInputStream(csv)) {
            String errors = json ? explainer.toJson(in, name, streams.out()) : explainer.toCsv(in, name, streams.out());
            if (errors == null) {
                return Main.YES;
            }
            throw new UnusableInputException(errors);
        } catch (FileNotFoundException e) {
            throw new UnusableInputException("cannot read " + e.getMessage());
        } catch (IOException e) {
            throw new UnusableInputException("cannot read " + name + ": " + e.getMessage());
        }
    }

    private int explainOne(RelayPolicies policies) throws UnusableInputException {
        Explanation explanation = Explanation.of(policies, envelope(), sender(), localDomains.domains()::contains, hosted);
        Decision decision = explanation.decision();
        if (json) {
            streams.printLine(Json.of(ExplanationJson.of(explanation)));
        } else {
            print(explanation);
        }
        return decision.isPermit() ? Main.YES : Main.NO;
    }

    private Envelope envelope() throws UnusableInputException {
        EnvelopeReader reader = new EnvelopeReader(localDomains.defaultDomain());
        try {
            return reader.read(orEmpty(client), orEmpty(local), orEmpty(auth), orEmpty(clientHost), orEmpty(to))
                .withRecipientStatus(reader.recipientStatus(orEmpty(recipientKnown)));
        } catch (IllegalArgumentException e) {
            throw new UnusableInputException(e);
        }
    }

    private @Nullable Sender sender() throws UnusableInputException {
        try {
            return new EnvelopeReader(localDomains.defaultDomain()).sender(orEmpty(from));
        } catch (IllegalArgumentException e) {
            throw new UnusableInputException(e);
        }
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }

    private void print(Explanation explanation) {
        Decision decision = explanation.decision();
        streams.printLine(decision.verdict() + " " + decision.reason() + (explanation.rule() == null ? "" : ", by " + explanation.rule()));
        streams.printLine("");
        streams.printLine("  policy    " + (decision.policy() == null ? "none" : decision.policy().name()));
        if (!decision.isEnforced()) {
            streams.printLine("  enforced  no: James's own rules decide, and this is what the policy would do");
        }
        streams.printLine("  reply     " + String.join("\n            ", explanation.replies()));
        if (decision.isPermit()) {
            streams.printLine("  route     " + decision.route());
        }
        if (decision.route() == Decision.Route.RELAY) {
            streams.printLine("  next hop  " + nextHop(explanation));
        }
        streams.printLine("");
        int width = explanation.steps().stream().mapToInt(step -> step.test().length()).max().orElse(0);
        for (Explanation.Step step : explanation.steps()) {
            streams.printLine(String.format("  %-2s  %-" + width + "s  %s", step.number(), step.test(), finding(step)));
        }
    }

    private static String finding(Explanation.Step step) {
        String finding = step.finding();
        if (step.rule() != null && !finding.contains(step.rule().toString())) {
            finding += " (" + step.rule() + ")";
        }
        return step.reason() == null ? finding : finding + " => " + step.reason();
    }

    private static String nextHop(Explanation explanation) {
        NextHops nextHops = explanation.nextHops();
        return nextHops == null ? "the MX of " + explanation.recipient().domain() : nextHops.toString();
    }
}
