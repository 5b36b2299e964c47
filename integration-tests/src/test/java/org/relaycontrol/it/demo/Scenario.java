package org.relaycontrol.it.demo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A folder of {@code conf-samples}: the next hops it names, and a mail of each kind to send to it. */
public enum Scenario {
    /** Nothing is relayed. */
    CLOSED("closed", List.of(),
        example("inbound: accepted and delivered here", "alice@ratest.com"),
        example("no such user: refused at RCPT", "nobody@ratest.com"),
        example("another domain: refused at RCPT", "someone@else.example")),

    /** A routing list. */
    MX_GATEWAY("mx-gateway", List.of("mail.robichaux.net"),
        example("inbound: accepted and delivered here", "alice@ratest.com"),
        example("relayed: arrives at the next hop", "paul@robichaux.net"),
        example("no such recipient at the next hop: refused at RCPT", "nobody@robichaux.net"),
        example("rejected domain: refused at RCPT", "someone@spam.example"),
        example("any other domain: refused at RCPT", "someone@else.example")),

    /** Users and the office network relay. */
    MAIL_CLIENTS("mail-clients", List.of("smtp.isp.example"),
        example("inbound from a stranger: accepted", "--server", "127.0.0.2:2525", "alice@ratest.com"),
        example("a stranger to another domain: refused at RCPT", "--server", "127.0.0.2:2525", "someone@else.example"),
        example("authenticated: relayed by the smart host", "--server", "127.0.0.2:2525", "--user", "alice@ratest.com", "alice-secret",
            "--from", "alice@ratest.com", "someone@else.example"),
        example("from the office network: relayed", "--server", "127.0.0.2:2525", "--source", "127.168.1.8", "someone@else.example"),
        example("connected to the internal address: relayed", "--server", "127.0.0.1:2525", "someone@else.example"),
        example("never, though authenticated: refused at RCPT", "--server", "127.0.0.2:2525", "--user", "mallory@ratest.com",
            "mallory-secret", "--from", "mallory@ratest.com", "someone@else.example")),

    /** Port 25 for the world, port 587 for users. */
    TWO_VIRTUAL_SERVERS("two-virtual-servers", List.of("smtp.isp.example", "mail.robichaux.net"),
        example("inbound: accepted and delivered here", "alice@ratest.com"),
        example("relay domain: arrives at its next hop", "paul@robichaux.net"),
        example("any other domain on the first server: refused at RCPT", "someone@else.example"),
        example("nothing on the second server without authentication", "--server", "127.0.0.1:2587", "alice@ratest.com"),
        example("authenticated on the second server: relayed by the smart host", "--server", "127.0.0.1:2587", "--user",
            "alice@ratest.com", "alice-secret", "--from", "alice@ratest.com", "someone@else.example")),

    /** Inner hosts relay by a smart host. */
    INTERNAL_SMART_HOST("internal-smart-host", List.of("smtp.isp.example"),
        example("an inner host, inbound: accepted and delivered here", "--source", "127.168.10.5", "alice@ratest.com"),
        example("an inner host to anywhere: relayed by the smart host", "--source", "127.168.10.5", "someone@else.example"),
        example("anyone else: refused at connect", "alice@ratest.com")),

    /** The same for many messages a second. */
    HIGH_VOLUME_RELAY("high-volume-relay", List.of("smtp.isp.example"), INTERNAL_SMART_HOST.examples);

    private final String folder;
    private final List<String> nextHops;
    private final List<Example> examples;

    Scenario(String folder, List<String> nextHops, Example... examples) {
        this(folder, nextHops, List.of(examples));
    }

    Scenario(String folder, List<String> nextHops, List<Example> examples) {
        this.folder = folder;
        this.nextHops = nextHops;
        this.examples = examples;
    }

    /**
     * The scenario of this name.
     *
     * @throws IllegalArgumentException if there is none, with the names there are
     */
    public static Scenario named(String folder) {
        return Arrays.stream(values())
            .filter(scenario -> scenario.folder.equals(folder))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no scenario '" + folder + "'; choose one of "
                + Arrays.stream(values()).map(Scenario::folder).collect(Collectors.joining(", "))));
    }

    /** Its name below {@code conf-samples}. */
    public String folder() {
        return folder;
    }

    /** The next hops its relaycontrol.xml names, as they are written there. */
    public List<String> nextHops() {
        return nextHops;
    }

    /** One mail of each kind. */
    public List<Example> examples() {
        return examples;
    }

    private static Example example(String title, String... arguments) {
        return new Example(title, List.of(arguments));
    }

    /** A mail to send: arguments of {@link SendMail}. */
    public static final class Example {
        private final String title;
        private final List<String> arguments;

        Example(String title, List<String> arguments) {
            this.title = title;
            this.arguments = arguments;
        }

        public String title() {
            return title;
        }

        public List<String> arguments() {
            return arguments;
        }
    }
}
