package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.it.harness.DnsServer;
import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.LoopbackConfiguration;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/**
 * The test vectors over SMTP: each envelope is tried on a running James, by a client with the address the vector gives it.
 *
 * <p>Addresses, of the policy and of the envelopes, are moved to loopback by {@link LoopbackConfiguration#onLoopback(String)}; a client
 * that appears with several host names gets an address for each. What loopback or James cannot express is left out, by
 * {@link Vector#expressible()}: the unit tests have all of it.
 */
class VectorsIT {
    private static final Pattern FIELD = Pattern.compile("\"((?:[^\"]|\"\")*)\"|([^,]*)");
    private static final String PASSWORD = "vector-secret";

    @ParameterizedTest
    @CsvSource({"restrictions,24", "routing-list,37", "virtual-servers,28"})
    void shouldDecideOverSmtpAsTheVectorsSay(String folder, int expressible) {
        List<Vector> vectors = Vector.read(folder).stream().filter(Vector::expressible).collect(Collectors.toList());
        assertThat(vectors).hasSize(expressible);
        try (DnsServer dns = DnsServer.listening("127.0.0.1", 0)) {
            Map<Vector, String> clients = clients(vectors, dns);
            try (RelayServer server = server(folder, vectors, dns)) {
                SoftAssertions.assertSoftly(softly -> vectors.forEach(vector -> {
                    int logged = server.packLogSize();
                    SmtpReply reply = reply(server, vector, clients.get(vector));
                    softly.assertThat(reply.toString()).as(vector.toString()).matches(vector.expectedReply());
                    if (vector.expectedReplyMatches(reply)) {
                        String line = server.awaitPackLog(logged, "verdict=" + vector.verdict, "reason=" + vector.reason,
                            "client=" + clients.get(vector));
                        softly.assertThat(line).as(vector.toString()).contains(vector.loggedTexts());
                    }
                }));
            }
        }
    }

    private static RelayServer server(String folder, List<Vector> vectors, DnsServer dns) {
        Set<String> hosted = new TreeSet<>(Set.of("local.example", "ratest.com", "other.example"));
        vectors.stream().filter(vector -> vector.route.equals("inbound")).map(Vector::domain).forEach(hosted::add);
        Set<String> listeners = vectors.stream().map(vector -> "0.0.0.0:" + vector.port()).collect(Collectors.toCollection(TreeSet::new));
        RelayServer.Builder builder = RelayServer.sample("mail-clients", "vectors-" + folder)
            .dns(dns)
            .conf(conf -> conf
                .write("relaycontrol.xml", resource(folder + "/relaycontrol.xml"))
                .replace("logback.xml", "<logger name=\"org.relaycontrol\" level=\"INFO\"/>",
                    "<logger name=\"org.relaycontrol\" level=\"DEBUG\"/>")
                .replace("domainlist.xml", "<domainname>ratest.com</domainname>",
                    hosted.stream().map(name -> "<domainname>" + name + "</domainname>").collect(Collectors.joining()))
                .replace("domainlist.xml", "<defaultDomain>ratest.com</defaultDomain>", "<defaultDomain>local.example</defaultDomain>")
                .replace("smtpserver.xml", "0.0.0.0:25,0.0.0.0:587", String.join(",", listeners))
                .replace("smtpserver.xml", "<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>")
                .replace("smtpserver.xml", "<verifyIdentity>true</verifyIdentity>", "<verifyIdentity>false</verifyIdentity>"));
        for (String user : List.of("alice@ratest.com", "bob@ratest.com", "mallory@ratest.com", "eve@other.example")) {
            builder.user(user, PASSWORD);
        }
        nextHops(folder).forEach(hop -> builder.nextHop(hop, "127.0.0.1:" + FreePorts.next()));
        return builder.start();
    }

    private static Set<String> nextHops(String folder) {
        Set<String> hops = new TreeSet<>();
        Matcher matcher = Pattern.compile("(?:nextHop|smartHost)=\"([^\"]*)\"").matcher(resource(folder + "/relaycontrol.xml"));
        while (matcher.find()) {
            hops.addAll(List.of(matcher.group(1).split(",")));
        }
        return hops;
    }

    /** The client address of each vector; its host name is put into the DNS. */
    private static Map<Vector, String> clients(List<Vector> vectors, DnsServer dns) {
        Map<Vector, String> clients = new LinkedHashMap<>();
        Map<String, String> addresses = new LinkedHashMap<>();
        for (Vector vector : vectors) {
            String address = addresses.computeIfAbsent(vector.client + " " + vector.clientHost, any -> {
                String free = LoopbackConfiguration.onLoopback(vector.client);
                while (addresses.containsValue(free)) {
                    free = vector.nextStranger(free);
                }
                return free;
            });
            clients.put(vector, address);
        }
        clients.forEach((vector, address) -> {
            if (vector.clientHost.isEmpty()) {
                dns.fail(DnsServer.reverse(address));
            } else if (!vector.clientHost.equals("-")) {
                dns.host(vector.clientHost, address);
            }
        });
        return clients;
    }

    /** The reply that refuses, or the one to RCPT. */
    private static SmtpReply reply(RelayServer server, Vector vector, String client) {
        try (SmtpClient smtp = SmtpClient.connect(client, vector.localOnLoopback(), server.port(vector.port()))) {
            if (smtp.greeting().code() != 220) {
                return smtp.greeting();
            }
            smtp.ehlo();
            if (!vector.auth.isEmpty()) {
                assertThat(smtp.auth(vector.auth, PASSWORD).code()).isEqualTo(235);
            }
            SmtpReply mail = smtp.mail("sender@elsewhere.example");
            return mail.code() == 250 ? smtp.rcpt(vector.recipient) : mail;
        }
    }

    private static String resource(String name) {
        try (InputStream in = VectorsIT.class.getResourceAsStream("/vectors/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One line of expected.csv. */
    private static final class Vector {
        private final String client;
        private final String local;
        private final String auth;
        private final String clientHost;
        private final String recipient;
        private final String verdict;
        private final String reason;
        private final String route;

        private Vector(List<String> fields) {
            this.client = fields.get(0).replace("::ffff:", "");
            this.local = fields.get(1);
            this.auth = fields.get(2);
            this.clientHost = fields.get(3);
            this.recipient = fields.get(4);
            this.verdict = fields.get(5);
            this.reason = fields.get(6);
            this.route = fields.get(7);
        }

        static List<Vector> read(String folder) {
            return resource(folder + "/expected.csv").lines().skip(1).map(line -> new Vector(fields(line))).collect(Collectors.toList());
        }

        private static List<String> fields(String line) {
            List<String> fields = new ArrayList<>();
            Matcher matcher = FIELD.matcher(line);
            int at = 0;
            while (at <= line.length() && matcher.find(at)) {
                fields.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1).replace("\"\"", "\""));
                at = matcher.end() + 1;
            }
            return fields;
        }

        /** Not the IPv6 clients, which loopback has but one of; not names with a trailing dot, which James refuses itself. */
        boolean expressible() {
            return !client.contains(":") && !recipient.endsWith(".");
        }

        /** Another stranger for a second host name: the vectors' policies name no address of 198.51.100.0/24. */
        String nextStranger(String address) {
            if (!client.startsWith("198.51.100.")) {
                throw new IllegalStateException(client + " appears with several host names");
            }
            int dot = address.lastIndexOf('.');
            return address.substring(0, dot + 1) + (Integer.parseInt(address.substring(dot + 1)) + 1);
        }

        String localOnLoopback() {
            return LoopbackConfiguration.onLoopback(local.substring(0, local.indexOf(':')));
        }

        int port() {
            return Integer.parseInt(local.substring(local.indexOf(':') + 1));
        }

        String domain() {
            return recipient.substring(recipient.lastIndexOf('@') + 1).replaceAll("[\\[\\]]", "");
        }

        boolean expectedReplyMatches(SmtpReply reply) {
            return reply.toString().matches(expectedReply());
        }

        /** A pattern; for inbound recipients without a mailbox James's own check, which comes after ours, says so. */
        String expectedReply() {
            switch (verdict.equals("permit") ? route : reason) {
                case "inbound":
                    return "250 .*|550 5\\.1\\.1 .*";
                case "relay":
                    return "250 .*";
                case "connection-refused":
                case "no-policy":
                    return "554 .* connection refused";
                case "authentication-required":
                    return "530 5\\.7\\.0 .*";
                case "domain-rejected":
                    return "550 5\\.7\\.1 .* is not accepted here";
                case "dns-unavailable":
                    return "451 4\\.4\\.3 .*";
                case "not-permitted":
                    return "(550 5\\.7\\.1 Unable to relay|530 5\\.7\\.0 Authentication required to relay) for " + Pattern.quote(recipient);
                default:
                    return "550 5\\.7\\.1 Unable to relay for " + Pattern.quote(recipient);
            }
        }

        /** The recipient as James hands it over, address literals without brackets; left out if quotes in it are escaped in the log. */
        List<String> loggedTexts() {
            boolean refused = reason.equals("connection-refused") || reason.equals("no-policy");
            boolean escaped = recipient.contains("\"");
            return refused || escaped
                ? List.of("local=" + localOnLoopback())
                : List.of("local=" + localOnLoopback(), recipient.replaceAll("[\\[\\]]", ""), "sender=sender@elsewhere.example");
        }

        @Override
        public String toString() {
            return String.join(",", client, local, auth, clientHost, recipient, verdict, reason);
        }
    }
}
