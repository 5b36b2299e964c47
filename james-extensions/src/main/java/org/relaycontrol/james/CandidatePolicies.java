package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.apache.james.filesystem.api.FileSystem;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.ServerSockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The candidate policies of {@code conf/relaycontrol.candidate.xml}, if that file is there; loaded again whenever it or a file it names
 * changes, as the running policy is. While it has problems, there is no candidate. Thread-safe.
 */
@Singleton
public class CandidatePolicies {

    private static final Logger LOGGER = LoggerFactory.getLogger(CandidatePolicies.class);

    private static final String FOLDER = FileSystem.FILE_PROTOCOL_AND_CONF;
    private static final String NAME = "relaycontrol.candidate.xml";

    private final Path file;
    private final Clock clock;
    private final WatchedPolicies watched;
    private volatile @Nullable Candidate candidate;
    private volatile @Nullable FailedLoad failure;

    /** Reads the candidate, if there is one, and again when it changes. */
    @Inject
    public CandidatePolicies(FileSystem fileSystem, ReloadThread reloadThread, ThisServer thisServer) throws FileNotFoundException {
        this(fileSystem.getFile(FOLDER).toPath().resolve(NAME).toAbsolutePath(), Clock.systemUTC(), thisServer);
        reloadThread.repeat(this::reloadIfChanged);
    }

    CandidatePolicies(Path file, Clock clock, ServerSockets sockets) {
        this.file = file;
        this.clock = clock;
        this.watched = new WatchedPolicies(file, clock, System::nanoTime, sockets);
        apply(watched.first());
    }

    /** Takes one look at the files, and loads what has changed. */
    synchronized void reloadIfChanged() {
        PolicyLoad load = watched.poll();
        // While the file is refused there is no candidate of which an entry could expire.
        if (load != null && !(load.isExpiry() && candidate == null)) {
            apply(load);
        }
    }

    private void apply(PolicyLoad load) {
        ProvedPolicies policies = load.policies();
        if (policies != null) {
            candidate = new Candidate(policies, clock.instant());
            failure = null;
            LOGGER.info("Candidate policy {}, SHA-256 {}, is compared with the running one: {}", file, policies.files().sha256(),
                PolicyCounts.of(policies.policies()));
            return;
        }
        boolean ended = candidate != null;
        candidate = null;
        if (Files.exists(file)) {
            failure = new FailedLoad(clock.instant(), load.problems());
            LOGGER.warn("The candidate policy has problems, nothing is compared:\n{}", load.text());
        } else {
            failure = null;
            if (ended) {
                LOGGER.info("Candidate policy {} is gone", file);
            }
        }
    }

    /** The candidate, or null if there is none. Never blocks. */
    public @Nullable Candidate current() {
        return candidate;
    }

    /** Why there is no candidate although there is a file. */
    public Optional<FailedLoad> failure() {
        return Optional.ofNullable(failure);
    }

    /** The candidate's file, absolute, whether it is there or not. */
    public Path file() {
        return file;
    }
}
