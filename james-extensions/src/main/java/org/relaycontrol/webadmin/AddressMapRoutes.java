package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.james.webadmin.Routes;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.AddressMap;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import spark.Request;
import spark.Service;

/**
 * {@code GET /relaycontrol/policies/{policy}/addresses?within=}: a network divided into 256 equal parts, and which share of each may relay,
 * never relays, or may not connect. For a drawing of who may relay.
 */
@Singleton
public class AddressMapRoutes implements Routes {

    private static final String EVERY_IPV4 = "0.0.0.0/0";

    private final Access access;
    private final PolicySource policySource;
    private final Map<RelayPolicy, AddressMap> maps = new HashMap<>();
    private @Nullable RelayPolicies mapped;

    /** Shows the policy in force. */
    @Inject
    public AddressMapRoutes(Access access, PolicySource policySource) {
        this.access = access;
        this.policySource = policySource;
    }

    @Override
    public String getBasePath() {
        return PoliciesRoutes.BASE;
    }

    @Override
    public void define(Service service) {
        service.get(PoliciesRoutes.BASE + "/:policy/addresses", access.read((request, response) -> addresses(request)));
    }

    private Object addresses(Request request) {
        Page.allow(request, "within");
        String name = request.params("policy");
        String within = Page.text(request, "within");
        Network network = Network.parse(within == null ? EVERY_IPV4 : within);
        RelayPolicies policies = policySource.current();
        RelayPolicy policy = policies.policies().stream().filter(one -> one.name().equals(name)).findFirst()
            .orElseThrow(() -> RequestException.notFound("there is no policy '" + name + "'"));
        List<Object> parts = new ArrayList<>();
        for (AddressMap.Part part : map(policies, policy).divide(network)) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("network", part.network());
            for (AddressMap.Kind kind : AddressMap.Kind.values()) {
                object.put(RoutingEntryJson.lower(kind), part.share(kind));
            }
            parts.add(object);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("within", network);
        object.put("parts", parts);
        return object;
    }

    /** The map of a policy: made once, since long lists take a moment. */
    private synchronized AddressMap map(RelayPolicies policies, RelayPolicy policy) {
        if (policies != mapped) {
            maps.clear();
            mapped = policies;
        }
        return maps.computeIfAbsent(policy, missing -> AddressMap.of(policies, missing));
    }
}
