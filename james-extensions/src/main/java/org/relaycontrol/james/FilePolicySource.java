package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.james.filesystem.api.FileSystem;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of {@code conf/relaycontrol.xml}. Any problem when James starts, to be an open relay among them, keeps James from starting:
 * it logs them all and throws.
 */
@Singleton
public class FilePolicySource implements LivePolicySource {

    private static final Logger LOGGER = LoggerFactory.getLogger(FilePolicySource.class);

    private static final String POLICY_FILE = FileSystem.FILE_PROTOCOL_AND_CONF + "relaycontrol.xml";

    private final Path file;
    private final List<Consumer<PolicyStatus>> listeners = new CopyOnWriteArrayList<>();
    private volatile PolicyStatus status;

    /**
     * Reads the policy.
     *
     * @throws IllegalStateException with the first problem, if there is any
     */
    @Inject
    public FilePolicySource(FileSystem fileSystem) throws FileNotFoundException {
        file = fileSystem.getFile(POLICY_FILE).toPath().toAbsolutePath();
        try {
            status = PolicyStatus.first(ProvedPolicies.load(file, Map.of()), Instant.now());
        } catch (RefusedPolicyException e) {
            // James prints what a component throws up to three times, in a stack trace each: the list is readable here alone.
            LOGGER.error("The relay policy has problems, James does not start:\n{}", e.getMessage());
            throw new IllegalStateException("the relay policy has " + e.problems().size() + " problem(s), first: " + e.problems().get(0)
                + " (all of them are in the log above)");
        }
        logInForce(status);
    }

    private void logInForce(PolicyStatus now) {
        now.inForce().warnings().forEach(warning -> LOGGER.warn("{}", warning));
        LOGGER.info("Relay policy {} in force: {}", file, now.inForce().policies().policies().stream()
            .map(FilePolicySource::summary)
            .collect(Collectors.joining(", ")));
    }

    private static String summary(RelayPolicy policy) {
        return "\"" + policy.name() + "\" for " + (policy.listeners().isEmpty() ? "every listener no other names" : policy.listeners());
    }

    @Override
    public synchronized PolicyStatus reload() {
        PolicyStatus next = load();
        status = next;
        listeners.forEach(listener -> listener.accept(next));
        return next;
    }

    private PolicyStatus load() {
        try {
            PolicyStatus next = status.loaded(ProvedPolicies.load(file, Map.of()), Instant.now());
            logInForce(next);
            return next;
        } catch (RefusedPolicyException e) {
            LOGGER.error("The relay policy has problems, the one before stays in force:\n{}", e.getMessage());
            return status.failed(new FailedLoad(Instant.now(), e.problems()));
        }
    }

    @Override
    public ProvedPolicies prove(Map<Path, byte[]> inPlaceOf) throws RefusedPolicyException {
        return ProvedPolicies.load(file, inPlaceOf);
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public void onLoad(Consumer<PolicyStatus> listener) {
        listeners.add(listener);
    }

    @Override
    public PolicyStatus status() {
        return status;
    }

    @Override
    public RelayPolicies current() {
        return status.inForce().policies();
    }

    @Override
    public Set<String> acceptedWarnings() {
        return status.inForce().acceptedWarnings();
    }
}
