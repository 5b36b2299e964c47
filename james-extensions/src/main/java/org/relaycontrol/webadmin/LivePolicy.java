package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.Optional;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.PolicySource;

/**
 * The policy source, where it reads a policy file. An integrator's own source may keep the policy elsewhere.
 */
@Singleton
public class LivePolicy {

    private final PolicySource policySource;

    /** Of the policy in force. */
    @Inject
    public LivePolicy(PolicySource policySource) {
        this.policySource = policySource;
    }

    /** The source, if it reads a policy file. */
    Optional<LivePolicySource> find() {
        return policySource instanceof LivePolicySource ? Optional.of((LivePolicySource) policySource) : Optional.empty();
    }

    /**
     * The source.
     *
     * @throws RequestException if it reads no policy file
     */
    LivePolicySource get() {
        return find().orElseThrow(() -> RequestException.wrongState(RequestException.CONFLICT,
            "the policy does not come from a file: " + policySource.getClass().getName() + " is bound in its place"));
    }
}
