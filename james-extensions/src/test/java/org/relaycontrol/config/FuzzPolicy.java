package org.relaycontrol.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.RelayPolicies;

/** The policy by which fuzz targets decide. */
public final class FuzzPolicy {

    /** How the addresses of the clients begin that may relay. */
    public static final String CLIENTS = "192.0.2.";

    /** ratest.com is the server's, relay.example is relayed for everybody. */
    public static final RelayPolicies POLICIES = load(
        "<relaycontrol><policy><routing>"
            + "<domain name='ratest.com' action='inbound'/><domain name='relay.example' action='relay'/>"
            + "<domain name='route.example' action='route' match='exact'/><domain name='spam.example' action='reject' reply='no'/>"
            + "</routing><restrictions><authenticated><user>alice@ratest.com</user></authenticated>"
            + "<clients><network>" + CLIENTS + "0/24</network></clients>"
            + "<never><network>192.0.2.66</network><domain>never.example</domain></never></restrictions></policy></relaycontrol>");

    private FuzzPolicy() {
    }

    /** What it decides. */
    public static Decision decide(Envelope envelope) {
        return POLICIES.decide(envelope, domain -> false, false);
    }

    private static RelayPolicies load(String text) {
        Path file = Path.of("relaycontrol.xml").toAbsolutePath();
        try {
            return PolicyLoader.load(file, Instant.EPOCH, Map.of(file, text.getBytes(StandardCharsets.UTF_8)),
                new FilesRead(Map.of(), Map.of())).policies();
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }
}
