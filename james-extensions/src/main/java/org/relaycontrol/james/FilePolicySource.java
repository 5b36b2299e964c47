package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.james.filesystem.api.FileSystem;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of {@code conf/relaycontrol.xml}, read once when James starts. Any problem keeps James from starting: it logs them all and
 * throws.
 */
@Singleton
public class FilePolicySource implements PolicySource {

    private static final Logger LOGGER = LoggerFactory.getLogger(FilePolicySource.class);

    private static final String POLICY_FILE = FileSystem.FILE_PROTOCOL_AND_CONF + "relaycontrol.xml";

    private final RelayPolicies policies;

    /**
     * Reads the policy.
     *
     * @throws IllegalStateException with all problems, if there is any
     */
    @Inject
    public FilePolicySource(FileSystem fileSystem) throws FileNotFoundException {
        Path file = fileSystem.getFile(POLICY_FILE).toPath();
        try {
            LoadedPolicies loaded = PolicyLoader.load(file);
            loaded.warnings().forEach(warning -> LOGGER.warn("{}", warning));
            policies = loaded.policies();
        } catch (PolicyException e) {
            // James prints what a component throws up to three times, in a stack trace each: the list is readable here alone.
            LOGGER.error("The relay policy has problems, James does not start:\n{}", e.getMessage());
            throw new IllegalStateException("the relay policy has " + e.problems().size() + " problem(s), first: " + e.problems().get(0)
                + " (all of them are in the log above)");
        }
        LOGGER.info("Relay policy {} in force: {}", file, policies.policies().stream()
            .map(FilePolicySource::summary)
            .collect(Collectors.joining(", ")));
    }

    private static String summary(RelayPolicy policy) {
        return "\"" + policy.name() + "\" for " + (policy.listeners().isEmpty() ? "every listener no other names" : policy.listeners());
    }

    @Override
    public RelayPolicies current() {
        return policies;
    }
}
