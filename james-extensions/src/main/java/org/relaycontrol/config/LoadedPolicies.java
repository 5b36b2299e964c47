package org.relaycontrol.config;

import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Policies without problems, and what else their files say. Immutable.
 */
public final class LoadedPolicies {

    private final RelayPolicies policies;
    private final List<Warning> warnings;
    private final List<AcceptedWarning> accepted;
    private final FilesRead files;
    private final List<ManagedListUse> managedLists;
    private final NavigableSet<Instant> expiries;
    private final @Nullable Loading again;
    private final boolean unauthenticatedWrites;

    LoadedPolicies(RelayPolicies policies, List<Warning> warnings, List<AcceptedWarning> accepted, FilesRead files,
                   List<ManagedListUse> managedLists, NavigableSet<Instant> expiries, @Nullable Loading again,
                   boolean unauthenticatedWrites) {
        this.policies = policies;
        this.files = files;
        this.managedLists = managedLists;
        this.expiries = expiries;
        this.again = again;
        this.unauthenticatedWrites = unauthenticatedWrites;
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

    /** Where the policy file uses managed lists, in its order. */
    public List<ManagedListUse> managedLists() {
        return managedLists;
    }

    /** When the first of the entries expires that expire after this instant. */
    public Optional<Instant> nextExpiry(Instant after) {
        return Optional.ofNullable(expiries.higher(after));
    }

    /**
     * The policies without the entries that have expired, from the same files, whatever has become of them.
     *
     * @throws PolicyException with all problems, if there is any without these entries
     */
    public LoadedPolicies at(Instant now) throws PolicyException {
        return again == null ? this : again.load(now);
    }

    /** Whether the policy may be changed by webadmin where that has no authentication. */
    public boolean allowsUnauthenticatedWrites() {
        return unauthenticatedWrites;
    }

    /** Loads the same files. */
    @FunctionalInterface
    interface Loading {

        LoadedPolicies load(Instant now) throws PolicyException;
    }
}
