package org.relaycontrol.cli;

import java.nio.file.Path;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;

/**
 * Loads policy files for commands that need a policy without problems.
 */
final class PolicyInput {

    private PolicyInput() {
    }

    /**
     * The policies of a file, an open relay included: why it is one can be asked.
     *
     * @throws UnusableInputException with all problems
     */
    static LoadedPolicies load(Path file) throws UnusableInputException {
        try {
            return PolicyLoader.load(file);
        } catch (PolicyException e) {
            throw new UnusableInputException(e);
        }
    }
}
