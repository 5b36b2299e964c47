package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.RelayPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of {@code authorizedAddresses} in {@code smtpserver.xml}: James would relay for them, the pack permits them nothing.
 */
@Singleton
public class AuthorizedAddresses {

    private static final Logger LOGGER = LoggerFactory.getLogger(AuthorizedAddresses.class);

    /** The name by which the policy file silences the warning. */
    private static final String NAME = "authorized-addresses";

    private final ConfigurationProvider configurations;
    private final PolicySource policySource;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Looks into James's configuration. */
    @Inject
    public AuthorizedAddresses(ConfigurationProvider configurations, PolicySource policySource) {
        this.configurations = configurations;
        this.policySource = policySource;
    }

    /** Warns of each server that has them and the pack's handlers; the first time it is called. */
    void warnOnce() {
        // Where no policy is enforced they permit what they always have.
        boolean enforced = policySource.current().policies().stream().anyMatch(RelayPolicy::isEnforced);
        if (!warned.getAndSet(true) && enforced && !policySource.acceptedWarnings().contains(NAME)) {
            try {
                warnings(configurations.getConfiguration("smtpserver")).forEach(LOGGER::warn);
            } catch (ConfigurationException e) {
                LOGGER.warn("smtpserver.xml cannot be read a second time, to look for authorizedAddresses; {}", e.getMessage());
            }
        }
    }

    static List<String> warnings(HierarchicalConfiguration<ImmutableNode> smtpServers) {
        return smtpServers.configurationsAt("smtpserver").stream()
            .filter(AuthorizedAddresses::isControlled)
            .filter(server -> server.containsKey("authorizedAddresses"))
            .map(server -> "smtpserver.xml: authorizedAddresses " + String.join(",", server.getStringArray("authorizedAddresses"))
                + " of the server at " + String.join(",", server.getStringArray("bind")) + " permit nothing under Relay Control;"
                + " list the networks in relaycontrol.xml under restrictions/clients and remove them here ["
                + NAME + "]")
            .collect(Collectors.toList());
    }

    private static boolean isControlled(HierarchicalConfiguration<ImmutableNode> server) {
        return server.getBoolean("[@enabled]", true)
            && server.getString("handlerchain[@coreHandlersPackage]", "").startsWith(RelayControlHandlers.class.getName());
    }
}
