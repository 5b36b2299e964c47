package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.james.filesystem.api.FileSystem;
import org.relaycontrol.analysis.ServerSockets;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy of {@code conf/relaycontrol.xml}, loaded again whenever it or a file it names changes. Any problem when James starts, to be an
 * open relay among them, keeps James from starting: it logs them all and throws. Later, a file with problems changes nothing.
 */
@Singleton
public class FilePolicySource implements LivePolicySource {

    private static final Logger LOGGER = LoggerFactory.getLogger(FilePolicySource.class);

    private static final String POLICY_FILE = FileSystem.FILE_PROTOCOL_AND_CONF + "relaycontrol.xml";

    private final Path file;
    private final Clock clock;
    private final ServerSockets sockets;
    private final WatchedPolicies watched;
    private final List<Consumer<PolicyStatus>> listeners = new CopyOnWriteArrayList<>();
    private volatile PolicyStatus status;

    /**
     * Reads the policy, and again when it changes.
     *
     * @throws IllegalStateException with the first problem, if there is any
     */
    @Inject
    public FilePolicySource(FileSystem fileSystem, ReloadThread reloadThread, ThisServer thisServer) throws FileNotFoundException {
        this(fileSystem.getFile(POLICY_FILE).toPath().toAbsolutePath(), Clock.systemUTC(), thisServer);
        reloadThread.repeat(this::reloadIfChanged);
    }

    FilePolicySource(Path file, Clock clock, ServerSockets sockets) {
        this.file = file;
        this.clock = clock;
        this.sockets = sockets;
        this.watched = new WatchedPolicies(file, clock, System::nanoTime, sockets);
        PolicyLoad first = watched.first();
        ProvedPolicies policies = first.policies();
        if (policies == null) {
            // James prints what a component throws up to three times, in a stack trace each: the list is readable here alone.
            LOGGER.error("The relay policy has problems, James does not start:\n{}", first.text());
            throw new IllegalStateException("the relay policy has " + first.problems().size() + " problem(s), first: "
                + first.problems().get(0) + " (all of them are in the log above)");
        }
        status = PolicyStatus.first(policies, clock.instant());
        policies.warnings().forEach(warning -> LOGGER.warn("{}", warning));
        LOGGER.info("Relay policy {} in force: {}; {}", file, governed(policies.policies()), PolicyCounts.of(policies.policies()));
    }

    private static String governed(RelayPolicies policies) {
        return policies.policies().stream()
            .map(policy -> "\"" + policy.name() + "\" for " + listeners(policy))
            .collect(Collectors.joining(", "));
    }

    private static Object listeners(RelayPolicy policy) {
        return policy.listeners().isEmpty() ? "every listener no other names" : policy.listeners();
    }

    /** Takes one look at the files, and loads what has changed. */
    synchronized void reloadIfChanged() {
        PolicyLoad load = watched.poll();
        if (load != null) {
            apply(load);
        }
    }

    @Override
    public synchronized PolicyStatus reload(Set<Path> replaced) {
        return apply(watched.reload(replaced));
    }

    private PolicyStatus apply(PolicyLoad load) {
        PolicyStatus before = status;
        PolicyStatus after = after(before, load);
        status = after;
        if (load.policies() == null) {
            LOGGER.error(load.isExpiry()
                ? "An entry has expired, but without it the relay policy has problems, so the one before stays in force:\n{}"
                : "The relay policy has problems, the one before stays in force:\n{}", load.text());
        } else {
            logSwap(before.inForce(), load.policies(), load.isExpiry() ? " without what has expired" : "");
        }
        listeners.forEach(listener -> listener.accept(after));
        return after;
    }

    private PolicyStatus after(PolicyStatus before, PolicyLoad load) {
        Instant now = clock.instant();
        ProvedPolicies policies = load.policies();
        if (policies != null) {
            return load.isExpiry() ? before.expired(policies, now) : before.loaded(policies, now);
        }
        // That an entry cannot expire is news only where the files are not refused already: they say what matters, and come first.
        return load.isExpiry() && before.isStale() ? before : before.failed(new FailedLoad(now, load.problems()));
    }

    private void logSwap(ProvedPolicies before, ProvedPolicies after, String what) {
        Set<String> known = new HashSet<>();
        before.warnings().forEach(warning -> known.add(warning.withoutLine()));
        after.warnings().stream()
            .filter(warning -> !known.contains(warning.withoutLine()))
            .forEach(warning -> LOGGER.warn("{}", warning));
        LOGGER.info("Relay policy {} in force{}, SHA-256 {}: {}; {}", file, what, after.files().sha256(), governed(after.policies()),
            PolicyCounts.of(after.policies()).changesSince(PolicyCounts.of(before.policies())));
    }

    @Override
    public ProvedPolicies prove(Map<Path, byte[]> inPlaceOf) throws RefusedPolicyException {
        return status.inForce().with(file, clock.instant(), inPlaceOf, sockets);
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
