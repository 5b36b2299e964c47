package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;

/**
 * The strangers whom the open-relay proof counts are those whom the decision lets relay anywhere, at every edge of everything listed.
 */
class StrangersTest {

    private static final Pattern NETWORK = Pattern.compile("<network>([^<]*)</network>");
    private static final List<String> LOCAL_ADDRESSES = List.of("10.1.1.1", "192.0.2.25", "8.8.4.4", "2001:db8::25", "2001:db8::26",
        "2001:db8:0:1::");
    private static final List<Integer> PORTS = List.of(25, 587, 2525);
    private static final List<Network> PUBLIC_CLIENTS = List.of(Network.parse("8.8.8.0/24"), Network.parse("2600::/12"));
    private static final Recipient UNLISTED = Recipient.of("user", DomainName.of("elsewhere.invalid"));

    @Property(tries = 300)
    void shouldCountWhomTheDecisionPermits(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        String file = RandomPolicyFile.text(random)
            .replace("198.51.100.0/24", "8.8.0.0/16")
            .replace("10.1.0.0/255.255.0.0", "64:ff9b::/96")
            .replace("<network>10.1.1.1</network>\n</internalAddresses>", random.nextBoolean()
                ? "<network>8.8.4.4</network>\n<network>10.1.1.1</network>\n</internalAddresses>"
                : "<network>10.1.1.1</network>\n</internalAddresses>");
        boolean declared = random.nextBoolean();
        if (declared) {
            file = file.replace("<restrictions>", "<restrictions publicClients='8.8.8.0/24 2600::/12'>");
        }
        RelayPolicies policies = EnvelopeGrid.load(file);
        Relaying relaying = Relaying.of(policies);
        for (IpAddress client : edges(file)) {
            for (RelayPolicy policy : policies.policies()) {
                boolean asked = PublicAddresses.ALL.contains(client)
                    && !(declared && hasRestrictions(policy) && PUBLIC_CLIENTS.stream().anyMatch(network -> network.contains(client)));
                assertThat(relaying.strangers(policy).contains(client)).as(file + "\n" + policy + " " + client)
                    .isEqualTo(asked && mayRelayAnywhere(policies, policy, client));
            }
        }
    }

    /** Without any, there is no place for {@code publicClients}. */
    private static boolean hasRestrictions(RelayPolicy policy) {
        return !policy.restrictions().rule().equals(policy.rule());
    }

    private static boolean mayRelayAnywhere(RelayPolicies policies, RelayPolicy policy, IpAddress client) {
        for (String local : LOCAL_ADDRESSES) {
            IpAddress address = IpAddress.parse(local);
            for (int port : PORTS) {
                Decision decision = policies.decide(Envelope.smtp(client, address, port, null, ClientHost.NONE, UNLISTED),
                    domain -> false, false);
                boolean reached = decision.reason() != Decision.Reason.INTERNAL_ADDRESS || local.equals("8.8.4.4");
                if (policy.equals(decision.policy()) && decision.isPermit() && reached) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Set<IpAddress> edges(String file) {
        List<AddressSet> sets = new ArrayList<>(List.of(PublicAddresses.ALL, AddressSet.of(PUBLIC_CLIENTS)));
        Matcher networks = NETWORK.matcher(file);
        while (networks.find()) {
            sets.add(AddressSet.of(List.of(Network.parse(networks.group(1)))));
        }
        Set<IpAddress> edges = new LinkedHashSet<>();
        for (AddressSet set : sets) {
            set.intervals().forEach(interval -> edges.addAll(List.of(interval.first(), interval.last())));
            set.complement().intervals().forEach(interval -> edges.addAll(List.of(interval.first(), interval.last())));
        }
        return edges;
    }
}
