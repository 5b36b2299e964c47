package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.User;

/**
 * The test vectors of the decision table: each folder's policy decides its envelopes as expected.
 */
class VectorsTest {

    private static final Path VECTORS = Path.of("src/test/resources/vectors");
    private static final DomainName LOCAL = DomainName.of("local.example");

    @TestFactory
    List<DynamicTest> shouldDecideAsExpected() throws Exception {
        List<Path> folders;
        try (Stream<Path> files = Files.list(VECTORS)) {
            folders = files.filter(Files::isDirectory).sorted().collect(Collectors.toList());
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders) {
            RelayPolicies policies = PolicyLoader.load(folder.resolve("relaycontrol.xml")).policies();
            List<Map<String, String>> envelopes = Csv.read(folder.resolve("envelopes.csv"));
            List<Map<String, String>> expected = Csv.read(folder.resolve("expected.csv"));
            assertThat(expected).hasSameSizeAs(envelopes);
            for (int i = 0; i < envelopes.size(); i++) {
                Map<String, String> envelope = envelopes.get(i);
                Map<String, String> row = expected.get(i);
                tests.add(dynamicTest(folder.getFileName() + " " + envelope.values(),
                    () -> assertThat(decide(policies, envelope)).isEqualTo(row)));
            }
        }
        assertThat(tests).hasSizeGreaterThan(80);
        return tests;
    }

    private static Map<String, String> decide(RelayPolicies policies, Map<String, String> row) {
        String local = row.get("local");
        int colon = local.lastIndexOf(':');
        Envelope envelope = Envelope.smtp(
            IpAddress.parse(row.get("client")),
            IpAddress.parse(local.substring(0, colon)),
            Integer.parseInt(local.substring(colon + 1)),
            row.get("auth").isEmpty() ? null : User.of(row.get("auth")),
            clientHost(row.get("client_host")),
            Recipient.parse(row.get("recipient"), LOCAL));
        Decision decision = policies.decide(envelope, LOCAL::equals, false);
        Map<String, String> decided = new LinkedHashMap<>(row);
        decided.put("verdict", decision.verdict().toString());
        decided.put("reason", decision.reason().toString());
        decided.put("route", decision.route() == null ? "" : decision.route().toString());
        NextHops nextHops = decision.nextHops(envelope.recipient(), null);
        decided.put("next_hop", nextHops == null ? "" : nextHops.toString());
        return decided;
    }

    private static ClientHost clientHost(String text) {
        if (text.equals("-")) {
            return ClientHost.NONE;
        }
        return text.isEmpty() ? ClientHost.UNKNOWN : ClientHost.named(DomainName.of(text));
    }
}
