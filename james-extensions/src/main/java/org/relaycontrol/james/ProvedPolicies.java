package org.relaycontrol.james;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.relaycontrol.analysis.Analysis;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.config.FilesRead;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.ManagedListUse;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.config.Warning;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;

/**
 * Policies of files without problems that are proved to be no open relay, so that they may rule. Immutable.
 */
public final class ProvedPolicies {

    private final LoadedPolicies loaded;
    private final ServerSockets sockets;
    private final List<Remark> warnings;
    private final Set<String> acceptedWarnings;

    private ProvedPolicies(LoadedPolicies loaded, ServerSockets sockets, List<Remark> warnings, Set<String> acceptedWarnings) {
        this.loaded = loaded;
        this.sockets = sockets;
        this.warnings = List.copyOf(warnings);
        this.acceptedWarnings = acceptedWarnings;
    }

    /**
     * Loads and proves a policy file.
     *
     * @param now when: entries that have expired are left out
     * @param sockets where this server listens, for next hops that would lead back here
     * @throws RefusedPolicyException with all problems, if there is any
     */
    static ProvedPolicies load(Path policyFile, Instant now, ServerSockets sockets) throws RefusedPolicyException {
        try {
            return prove(PolicyLoader.load(policyFile, now), sockets);
        } catch (PolicyException e) {
            throw refused(e);
        }
    }

    /**
     * Loads and proves the policy file of these policies with other contents in place of those of some files.
     *
     * @param inPlaceOf the content to read in place of a file's, by its absolute path
     * @param sockets where this server listens, for next hops that would lead back here
     * @throws RefusedPolicyException with all problems, if there is any
     */
    ProvedPolicies with(Path policyFile, Instant now, Map<Path, byte[]> inPlaceOf, ServerSockets sockets) throws RefusedPolicyException {
        try {
            return prove(PolicyLoader.load(policyFile, now, inPlaceOf, files()), sockets);
        } catch (PolicyException e) {
            throw refused(e);
        }
    }

    /**
     * The policies without the entries that have expired, from the same files, whatever has become of them.
     *
     * @throws RefusedPolicyException with all problems, if there is any without these entries
     */
    ProvedPolicies at(Instant now) throws RefusedPolicyException {
        try {
            return prove(loaded.at(now), sockets);
        } catch (PolicyException e) {
            throw refused(e);
        }
    }

    private static RefusedPolicyException refused(PolicyException e) {
        return new RefusedPolicyException(e.problems().stream().map(Remark::of).collect(Collectors.toList()), e.files());
    }

    private static ProvedPolicies prove(LoadedPolicies loaded, ServerSockets sockets) throws RefusedPolicyException {
        Map<String, Rule> accepted = new LinkedHashMap<>();
        loaded.accepted().forEach(accept -> accepted.putIfAbsent(accept.warning(), accept.rule()));
        Analysis analysis = Analysis.of(loaded.policies(), accepted, Warning.NAMES, sockets);
        if (!analysis.problems().isEmpty()) {
            throw new RefusedPolicyException(analysis.problems().stream().map(Remark::of).collect(Collectors.toList()), loaded.files());
        }
        List<Remark> warnings = new ArrayList<>();
        loaded.warnings().forEach(warning -> warnings.add(Remark.of(warning)));
        analysis.warnings().forEach(finding -> warnings.add(Remark.of(finding)));
        return new ProvedPolicies(loaded, sockets, warnings, Set.copyOf(accepted.keySet()));
    }

    /** The policies. */
    public RelayPolicies policies() {
        return loaded.policies();
    }

    /** What is allowed but probably not meant, without what the policy file silences. */
    public List<Remark> warnings() {
        return warnings;
    }

    /** The names of the warnings that the policy file silences. */
    public Set<String> acceptedWarnings() {
        return acceptedWarnings;
    }

    /** Where the policy file uses managed lists, in its order. */
    public List<ManagedListUse> managedLists() {
        return loaded.managedLists();
    }

    /** When the first of the entries expires that expire after this instant. */
    public Optional<Instant> nextExpiry(Instant after) {
        return loaded.nextExpiry(after);
    }

    /** The files that were read. */
    public FilesRead files() {
        return loaded.files();
    }

    /** Whether the policy may be changed by webadmin where that has no authentication. */
    public boolean allowsUnauthenticatedWrites() {
        return loaded.allowsUnauthenticatedWrites();
    }
}
