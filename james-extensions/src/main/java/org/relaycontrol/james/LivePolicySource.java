package org.relaycontrol.james;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.relaycontrol.policy.RelayPolicies;

/**
 * A policy source that reads a policy file, again when it changes, and says how that went. Implementations are thread-safe.
 */
public interface LivePolicySource extends PolicySource {

    /** What is in force now, and how the last loads went. Never blocks. */
    PolicyStatus status();

    /**
     * Loads the file now, whether it has changed or not, and puts it in force if it has no problem. Waits until no file of it is being
     * written. Blocks until it is loaded and proved: call it on no thread of SMTP.
     *
     * @param replaced absolute paths of files that were just renamed to where they are, whole: for them it does not wait
     * @return the status after it
     */
    PolicyStatus reload(Set<Path> replaced);

    /**
     * Loads and proves what the file would be with other contents in place of those of some files. Nothing comes into force. Of other files
     * it reads those of the policy in force alone, so that what it tells of problems shows nobody a file that is no part of it. Blocks.
     *
     * @param inPlaceOf the content to read in place of a file's, by its absolute path
     * @throws RefusedPolicyException with all problems, if there is any
     */
    ProvedPolicies prove(Map<Path, byte[]> inPlaceOf) throws RefusedPolicyException;

    /** The policy file, absolute. */
    Path file();

    /**
     * Calls the listener with the new status after each load, successful or not, one call at a time. The new policies are in force
     * already. Listeners must be quick and must not throw.
     */
    void onLoad(Consumer<PolicyStatus> listener);

    @Override
    default RelayPolicies current() {
        return status().inForce().policies();
    }
}
