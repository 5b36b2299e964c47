package org.relaycontrol.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.cli.probe.AddressReport;
import org.relaycontrol.cli.probe.Literals;
import org.relaycontrol.cli.probe.Mailbox;
import org.relaycontrol.cli.probe.OpenRelayProbe;
import org.relaycontrol.cli.probe.Patience;
import org.relaycontrol.cli.probe.ProbeSettings;
import org.relaycontrol.format.Json;
import org.relaycontrol.policy.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code probe}: whether a running server relays for strangers.
 */
@Command(
    name = "probe",
    sortOptions = false,
    description = {
        "Asks a running server, in every way known, to relay for a stranger: all tests of nmap, Nessus, abuse.net and MAPS, and more; "
            + "after EHLO, after RSET, after a recipient that it accepts, after a failed AUTH and after STARTTLS; at its IPv4 and its IPv6 "
            + "address.",
        "PROBE ONLY SERVERS THAT YOU RUN, or whose owner has asked you to: others will take it for an attack, and may block your address. "
            + "Run it from an address that may not relay.",
        "Nothing is sent: it stops after RCPT, unless --send is given."},
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
        "0:closed: no test would relay",
        "1:open: some test would relay",
        "2:not known: the server did not answer, put tests off, or the input is unusable"},
    footerHeading = "%nExamples:%n",
    footer = {
        "  java -jar james-relay-control.jar probe mail.ratest.com \\",
        "      --local-domain ratest.com --brief",
        "  java -jar james-relay-control.jar probe [2001:db8::25]:587 --json \\",
        "      --user alice@ratest.com --password-file wrong-password.txt",
        "  java -jar james-relay-control.jar probe mail.ratest.com --send \\",
        "      --from me@home.example --to me@elsewhere.example",
        "",
        "\"Would relay\" means that the server accepted a recipient whose domain is not its",
        "own. \"Accepted as local\" means that the outside address was in the local part of",
        "one of its own addresses: whether a catch-all or an alias sends such mail on, SMTP",
        "does not show. With --send, look into the mailbox of --to: the subject of each",
        "message that arrives there names the test that relayed."})
final class ProbeCommand implements Callable<Integer> {

    private static final String DEFAULT_TO = "relaytest@example.net";

    private final Streams streams;

    @Parameters(paramLabel = "HOST[:PORT]", description = "The server: a name or an address (IPv6 in brackets if a port follows). Default "
        + "port: 25.")
    private String target = "";

    @Option(names = "--from", paramLabel = "ADDRESS", defaultValue = "relaytest@example.com",
        description = "An outside sender. Default: ${DEFAULT-VALUE}; a server may demand one whose domain takes mail.")
    private String from = "";

    @Option(names = "--to", paramLabel = "ADDRESS",
        description = "An outside recipient; with --send, one of your own. Default: " + DEFAULT_TO + ".")
    private @Nullable String to;

    @Option(names = "--local-domain", paramLabel = "DOMAIN", description = "A domain whose mail the server takes; may be repeated.")
    private List<String> localDomains = new ArrayList<>();

    @Option(names = "--local-recipient", paramLabel = "ADDRESS",
        description = "A recipient that the server accepts. Default: the postmaster of the first --local-domain. With --send it may get "
            + "mail, too.")
    private @Nullable String localRecipient;

    @Option(names = "--server-name", paramLabel = "NAME", description = "The server's host name. Default: the one it greets with.")
    private @Nullable String serverName;

    @Option(names = "--server-address", paramLabel = "IP",
        description = "The server's own address, where address translation hides it. Default: the one that is probed.")
    private @Nullable String serverAddress;

    @Option(names = "--helo", paramLabel = "NAME", description = "The name to say in EHLO. Default: the address, in brackets.")
    private @Nullable String helo;

    @Option(names = "--source", paramLabel = "IP", description = "The address to connect from.")
    private @Nullable String source;

    @Option(names = "--user", paramLabel = "NAME", description = "Who fails to authenticate. Default: the local recipient.")
    private @Nullable String user;

    @Option(names = "--password-file", paramLabel = "FILE",
        description = "Its first line is the password to fail with. Default: a random one.")
    private @Nullable Path passwordFile;

    @Option(names = "--ipv4", description = "Probe the IPv4 address only.")
    private boolean ipv4;

    @Option(names = "--ipv6", description = "Probe the IPv6 address only.")
    private boolean ipv6;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "30",
        description = "How long to wait for each reply. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Option(names = "--max-time", paramLabel = "SECONDS", defaultValue = "1800",
        description = "When to give up. Default: ${DEFAULT-VALUE}.")
    private int maxTime;

    @Option(names = "--put-off-is-refused",
        description = "Replies 4xx are refusals, as they are with Postfix's defer_unauth_destination.")
    private boolean putOffIsRefused;

    @Option(names = "--send", description = "Send a harmless, marked message wherever a recipient was accepted. Needs --to.")
    private boolean send;

    @Option(names = "--brief", description = "Leave tests that were refused out of the table.")
    private boolean brief;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ProbeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws UnusableInputException {
        ProbeSettings settings = settings();
        List<InetSocketAddress> addresses = ProbeTarget.addresses(target, ipv4, ipv6, address("--source", source));
        List<AddressReport> reports = new ArrayList<>();
        String mark = "[relay test " + UUID.randomUUID().toString().substring(0, 8) + "]";
        try (Patience patience = new Patience(seconds("--timeout", timeout), seconds("--max-time", maxTime))) {
            for (InetSocketAddress address : addresses) {
                reports.add(OpenRelayProbe.run(address, settings, patience, mark));
            }
        }
        ProbeReport report = new ProbeReport(target, reports, putOffIsRefused, brief);
        if (json) {
            streams.printLine(Json.of(report.toJson()));
        } else {
            report.lines().forEach(streams::printLine);
            if (send) {
                streams.printLine("Messages have the subject " + mark + ".");
            }
        }
        return report.status();
    }

    private static Duration seconds(String option, int seconds) throws UnusableInputException {
        if (seconds < 1) {
            throw new UnusableInputException(option + " " + seconds + " is no time; write 1 or more seconds");
        }
        return Duration.ofSeconds(seconds);
    }

    private ProbeSettings settings() throws UnusableInputException {
        if (send && to == null) {
            throw new UnusableInputException("--to ADDRESS is missing; with --send it must be a mailbox of your own");
        }
        InetAddress own = address("--server-address", serverAddress);
        return ProbeSettings.of(mailbox("--from", from), mailbox("--to", to == null ? DEFAULT_TO : to), password())
            .localDomains(names("--local-domain", localDomains))
            .localRecipient(localRecipient == null ? null : mailbox("--local-recipient", localRecipient))
            .serverName(serverName == null ? null : names("--server-name", List.of(serverName)).get(0))
            .serverLiteral(own == null ? null : Literals.of(own))
            .helo(helo == null ? null : word("--helo", helo))
            .source(address("--source", source))
            .user(user)
            .send(send)
            .build();
    }

    private String password() throws UnusableInputException {
        if (passwordFile == null) {
            return UUID.randomUUID().toString();
        }
        try {
            List<String> lines = Files.readAllLines(passwordFile);
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException e) {
            throw new UnusableInputException(passwordFile + " cannot be read; name a text file whose first line is the password");
        }
    }

    private static Mailbox mailbox(String option, String address) throws UnusableInputException {
        try {
            return Mailbox.parse(address);
        } catch (IllegalArgumentException e) {
            throw new UnusableInputException(option + ": " + e.getMessage());
        }
    }

    private static List<String> names(String option, List<String> names) throws UnusableInputException {
        for (String name : names) {
            if (!Mailbox.isDomain(name)) {
                throw new UnusableInputException(option + ": " + name + " is no domain; write the name alone, as in example.com");
            }
        }
        return names;
    }

    private static String word(String option, String text) throws UnusableInputException {
        if (!text.matches("[!-~]+")) {
            throw new UnusableInputException(option + ": this is no name; write a host name or an address in brackets");
        }
        return text;
    }

    private static @Nullable InetAddress address(String option, @Nullable String text) throws UnusableInputException {
        if (text == null) {
            return null;
        }
        try {
            return InetAddress.getByName(IpAddress.parse(text).toString());
        } catch (IllegalArgumentException | UnknownHostException e) {
            throw new UnusableInputException(option + ": " + e.getMessage());
        }
    }
}
