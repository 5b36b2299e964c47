package org.relaycontrol.config;

import java.util.List;
import java.util.stream.Collectors;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Policies without problems, and what else their files say. Immutable.
 */
public final class LoadedPolicies {

    private final RelayPolicies policies;
    private final List<Warning> warnings;
    private final List<AcceptedWarning> accepted;
    private final FilesRead files;

    LoadedPolicies(RelayPolicies policies, List<Warning> warnings, List<AcceptedWarning> accepted, FilesRead files) {
        this.policies = policies;
        this.files = files;
        this.accepted = List.copyOf(accepted);
        this.warnings = warnings.stream()
            .filter(warning -> accepted.stream().noneMatch(accept -> accept.warning().equals(warning.name())))
            .collect(Collectors.toUnmodifiableList());
    }

    /** The policies. */
    public RelayPolicies policies() {
        return policies;
    }

    /** What is allowed, but probably not meant, without what the policy file silences. */
    public List<Warning> warnings() {
        return warnings;
    }

    /** The kinds of warning that the policy file silences. */
    public List<AcceptedWarning> accepted() {
        return accepted;
    }

    /** The files that were read. */
    public FilesRead files() {
        return files;
    }
}
