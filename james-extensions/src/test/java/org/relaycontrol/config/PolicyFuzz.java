package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.relaycontrol.analysis.Analysis;
import org.relaycontrol.analysis.Difference;
import org.relaycontrol.fuzz.Invariants;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Fuzz target: any octets as policy file. It is refused with proper problems, or it loads, again to the same, and if the whole Internet may
 * relay, the analysis says that it is an open relay.
 */
public final class PolicyFuzz {

    private static final Path FILE = Path.of("relaycontrol.xml").toAbsolutePath();
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final List<IpAddress> STRANGERS = List.of(IpAddress.parse("8.8.8.8"), IpAddress.parse("91.1.2.3"),
        IpAddress.parse("151.9.9.9"), IpAddress.parse("200.3.2.1"));
    private static final Recipient UNLISTED = Recipient.parse("user@surely-unlisted.example", DomainName.of("example.net"));

    private PolicyFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] data) {
        RelayPolicies policies;
        try {
            policies = load(data);
            assertThat(Difference.of(policies, load(data)).isEmpty()).isTrue();
        } catch (PolicyException e) {
            Invariants.checkProblems("relaycontrol\\.xml", e.problems());
            return;
        }
        Analysis analysis = Analysis.of(policies, Map.of(), Set.of());
        boolean declared = new String(data, StandardCharsets.UTF_8).contains("publicClients");
        if (!declared && STRANGERS.stream().allMatch(stranger -> mayRelay(policies, stranger))) {
            assertThat(analysis.problems()).isNotEmpty();
        }
    }

    private static RelayPolicies load(byte[] data) throws PolicyException {
        return PolicyLoader.load(FILE, NOW, Map.of(FILE, data), new FilesRead(Map.of(), Map.of())).policies();
    }

    private static boolean mayRelay(RelayPolicies policies, IpAddress stranger) {
        Decision decision = policies.decide(
            Envelope.smtp(stranger, IpAddress.parse("203.0.113.25"), 25, null, ClientHost.NONE, UNLISTED), domain -> false, false);
        return decision.isPermit();
    }
}
