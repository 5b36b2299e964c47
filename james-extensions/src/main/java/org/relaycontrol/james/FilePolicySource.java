package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.james.filesystem.api.FileSystem;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Analysis;
import org.relaycontrol.analysis.Finding;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.config.Warning;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Rule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of {@code conf/relaycontrol.xml}, read once when James starts. Any problem, to be an open relay among them, keeps James from
 * starting: it logs them all and throws.
 */
@Singleton
public class FilePolicySource implements PolicySource {

    private static final Logger LOGGER = LoggerFactory.getLogger(FilePolicySource.class);

    private static final String POLICY_FILE = FileSystem.FILE_PROTOCOL_AND_CONF + "relaycontrol.xml";

    private final RelayPolicies policies;
    private final Set<String> acceptedWarnings;

    /**
     * Reads the policy.
     *
     * @throws IllegalStateException with the first problem, if there is any
     */
    @Inject
    public FilePolicySource(FileSystem fileSystem) throws FileNotFoundException {
        Path file = fileSystem.getFile(POLICY_FILE).toPath();
        LoadedPolicies loaded = load(file);
        policies = loaded.policies();
        loaded.warnings().forEach(warning -> LOGGER.warn("{}", warning));
        Map<String, Rule> accepted = new LinkedHashMap<>();
        loaded.accepted().forEach(accept -> accepted.putIfAbsent(accept.warning(), accept.rule()));
        acceptedWarnings = Set.copyOf(accepted.keySet());
        Analysis analysis = Analysis.of(policies, accepted, Warning.NAMES);
        if (!analysis.problems().isEmpty()) {
            throw refusal(analysis.problems(), analysis.problems().stream().map(Finding::toString).collect(Collectors.joining("\n")));
        }
        analysis.warnings().forEach(warning -> LOGGER.warn("{}", warning));
        LOGGER.info("Relay policy {} in force: {}", file, policies.policies().stream()
            .map(FilePolicySource::summary)
            .collect(Collectors.joining(", ")));
    }

    private static LoadedPolicies load(Path file) {
        try {
            return PolicyLoader.load(file);
        } catch (PolicyException e) {
            throw refusal(e.problems(), e.getMessage());
        }
    }

    private static IllegalStateException refusal(List<?> problems, @Nullable String text) {
        // James prints what a component throws up to three times, in a stack trace each: the list is readable here alone.
        LOGGER.error("The relay policy has problems, James does not start:\n{}", text);
        return new IllegalStateException("the relay policy has " + problems.size() + " problem(s), first: " + problems.get(0)
            + " (all of them are in the log above)");
    }

    private static String summary(RelayPolicy policy) {
        return "\"" + policy.name() + "\" for " + (policy.listeners().isEmpty() ? "every listener no other names" : policy.listeners());
    }

    @Override
    public RelayPolicies current() {
        return policies;
    }

    @Override
    public Set<String> acceptedWarnings() {
        return acceptedWarnings;
    }
}
