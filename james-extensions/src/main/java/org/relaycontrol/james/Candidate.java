package org.relaycontrol.james;

import java.time.Instant;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Policies that do not rule, but are compared with those that do on real mail. Each time the file is loaded is a candidate of its own, told
 * from others by identity. Immutable.
 */
public final class Candidate {

    private final ProvedPolicies proved;
    private final Instant since;

    Candidate(ProvedPolicies proved, Instant since) {
        this.proved = proved;
        this.since = since;
    }

    /** The policies. */
    public RelayPolicies policies() {
        return proved.policies();
    }

    /** The policies with their warnings and files. */
    public ProvedPolicies proved() {
        return proved;
    }

    /** Since when they are compared. */
    public Instant since() {
        return since;
    }
}
