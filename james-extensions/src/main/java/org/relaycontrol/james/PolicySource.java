package org.relaycontrol.james;

import com.google.inject.ImplementedBy;
import java.util.Set;
import org.relaycontrol.policy.RelayPolicies;

/**
 * Where the policy comes from. By default it is read from {@code conf/relaycontrol.xml}; an integrator binds another source with a Guice
 * module listed in James's {@code extensions.properties}. Implementations are thread-safe.
 */
@ImplementedBy(FilePolicySource.class)
@FunctionalInterface
public interface PolicySource {

    /** The policy that is in force now. Never blocks. */
    RelayPolicies current();

    /** The names of the warnings that whoever wrote the policy does not want to see. */
    default Set<String> acceptedWarnings() {
        return Set.of();
    }
}
