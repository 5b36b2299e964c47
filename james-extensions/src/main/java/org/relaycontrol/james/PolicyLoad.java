package org.relaycontrol.james;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.FilesRead;

/**
 * How loading a policy file went: policies, or the problems for which they are refused. Immutable.
 */
final class PolicyLoad {

    private final @Nullable ProvedPolicies policies;
    private final List<Remark> problems;
    private final FilesRead files;

    private PolicyLoad(@Nullable ProvedPolicies policies, List<Remark> problems, FilesRead files) {
        this.policies = policies;
        this.problems = List.copyOf(problems);
        this.files = files;
    }

    static PolicyLoad of(ProvedPolicies policies) {
        return new PolicyLoad(policies, List.of(), policies.files());
    }

    static PolicyLoad refused(RefusedPolicyException e) {
        return new PolicyLoad(null, e.problems(), e.files());
    }

    static PolicyLoad refused(Remark problem, FilesRead files) {
        return new PolicyLoad(null, List.of(problem), files);
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
