package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.relaycontrol.james.ClientHostNames;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.RelayPolicies;

/**
 * The client host name of each session, looked up once a connection (once more if a PROXY header changes its ends), and only if the
 * policy's decisions for the client depend on it.
 */
@Singleton
public class SessionHosts {

    private final ClientHostNames names;

    /** Looks up by these. */
    @Inject
    public SessionHosts(ClientHostNames names) {
        this.names = names;
    }

    /** What is known now. Starts the look-up if it is worth while and was not started. Never waits. */
    ClientHost now(Connection connection, RelayPolicies policies) {
        HostLookUp lookUp = connection.hostLookUp();
        if (!lookUp.isStarted() && !lookUp.isNeedlessFor(policies)) {
            if (policies.dependsOnHost(connection.client(), connection.localAddress(), connection.localPort())) {
                lookUp.start(names.lookUp(connection.clientAddress()));
            } else {
                lookUp.needlessFor(policies);
            }
        }
        return lookUp.now();
    }
}
