package org.relaycontrol.james;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policies that are in force, since when, and, which is another matter, whether their files say the same now; how loading the files
 * went since James started. Immutable.
 */
public final class PolicyStatus {

    private final ProvedPolicies inForce;
    private final Instant loadedAt;
    private final long loads;
    private final long failedLoads;
    private final @Nullable FailedLoad lastFailure;
    private final boolean stale;

    private PolicyStatus(ProvedPolicies inForce, Instant loadedAt, long loads, long failedLoads, @Nullable FailedLoad lastFailure,
                         boolean stale) {
        this.inForce = inForce;
        this.loadedAt = loadedAt;
        this.loads = loads;
        this.failedLoads = failedLoads;
        this.lastFailure = lastFailure;
        this.stale = stale;
    }

    /** These policies are the first. */
    static PolicyStatus first(ProvedPolicies inForce, Instant now) {
        return new PolicyStatus(inForce, now, 1, 0, null, false);
    }

    /** After the policies of the files as they are now took the place of those in force. */
    PolicyStatus loaded(ProvedPolicies policies, Instant now) {
        return new PolicyStatus(policies, now, loads + 1, failedLoads, lastFailure, false);
    }

    /** After an entry of the policies in force has expired: these are the others. The files say what they said. */
    PolicyStatus expired(ProvedPolicies policies, Instant now) {
        return new PolicyStatus(policies, now, loads + 1, failedLoads, lastFailure, stale);
    }

    /** After the file was refused. */
    PolicyStatus failed(FailedLoad failure) {
        return new PolicyStatus(inForce, loadedAt, loads, failedLoads + 1, failure, true);
    }

    /** The policies in force, their warnings and files. */
    public ProvedPolicies inForce() {
        return inForce;
    }

    /** Since when they are in force. */
    public Instant loadedAt() {
        return loadedAt;
    }

    /** How often policies came into force, the first time included. */
    public long loads() {
        return loads;
    }

    /** How often the file was refused. */
    public long failedLoads() {
        return failedLoads;
    }

    /** The last time that the file was refused, if it ever was. */
    public Optional<FailedLoad> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Whether the file as it is now was refused, so that the policies in force are older than it. */
    public boolean isStale() {
        return stale;
    }
}
