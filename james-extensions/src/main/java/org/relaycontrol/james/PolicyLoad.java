package org.relaycontrol.james;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.FilesRead;

/**
 * What is to be in force from now on, or why it is refused: the files as they are now, or, when an entry has expired, what was in force
 * before without it, whatever the files say now. Immutable.
 */
final class PolicyLoad {

    private final @Nullable ProvedPolicies policies;
    private final List<Remark> problems;
    private final FilesRead files;
    private final boolean expiry;

    private PolicyLoad(@Nullable ProvedPolicies policies, List<Remark> problems, FilesRead files, boolean expiry) {
        this.policies = policies;
        this.problems = List.copyOf(problems);
        this.files = files;
        this.expiry = expiry;
    }

    static PolicyLoad of(ProvedPolicies policies) {
        return new PolicyLoad(policies, List.of(), policies.files(), false);
    }

    static PolicyLoad refused(RefusedPolicyException e) {
        return new PolicyLoad(null, e.problems(), e.files(), false);
    }

    static PolicyLoad refused(Remark problem, FilesRead files) {
        return new PolicyLoad(null, List.of(problem), files, false);
    }

    /** The same, since an entry has expired. */
    PolicyLoad asExpiry() {
        return new PolicyLoad(policies, problems, files, true);
    }

    /** Whether it is what was in force before, without what has expired. Else it is what the files say. */
    boolean isExpiry() {
        return expiry;
    }

    /** The policies, or null if they are refused. */
    @Nullable ProvedPolicies policies() {
        return policies;
    }

    /** All problems, one a line; of very many the first ones and how many more there are. */
    String text() {
        return RefusedPolicyException.text(problems);
    }

    /** Why they are refused; empty if they are not. */
    List<Remark> problems() {
        return problems;
    }

    /** The files that were read. */
    FilesRead files() {
        return files;
    }
}
