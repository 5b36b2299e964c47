package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.ClientsSeen;
import org.relaycontrol.analysis.Finding;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once for each policy that comes into force, where all clients of this server are hidden behind one private address that may relay.
 * Until clients are seen to come from elsewhere; then it costs nothing more.
 */
@Singleton
public class HiddenClients {

    private static final Logger LOGGER = LoggerFactory.getLogger(HiddenClients.class);

    private final PolicySource policySource;
    /** Written without a lock: what is lost, because two clients were greeted at once, the next one makes up for. */
    private volatile ClientsSeen seen = ClientsSeen.NONE;
    private volatile @Nullable Warned warned;

    /** Warns where the running policy lets them relay. */
    @Inject
    public HiddenClients(PolicySource policySource) {
        this.policySource = policySource;
    }

    /** Whether {@link #greeted} still has something to learn. */
    public boolean isWatching() {
        return !seen.areVisible();
    }

    /** A client has said HELO or EHLO with this name. */
    public void greeted(IpAddress client, IpAddress localAddress, int localPort, String helo) {
        ClientsSeen now = seen.with(client, helo);
        seen = now;
        RelayPolicies policies = policySource.current();
        if (!isWarnedOf(policies)) {
            Finding finding = now.warning(policies, localAddress, localPort);
            if (finding != null && !policySource.acceptedWarnings().contains(finding.kind().toString())) {
                warn(policies, finding);
            }
        }
    }

    private boolean isWarnedOf(RelayPolicies policies) {
        Warned last = warned;
        return last != null && last.policies == policies;
    }

    private synchronized void warn(RelayPolicies policies, Finding finding) {
        if (!isWarnedOf(policies)) {
            warned = new Warned(policies, Remark.of(finding));
            LOGGER.warn("{}", finding);
        }
    }

    /** The warning, if it is true of the policy in force. */
    public Optional<Remark> warning() {
        Warned last = warned;
        return last == null || last.policies != policySource.current() || !isWatching() ? Optional.empty() : Optional.of(last.warning);
    }

    private static final class Warned {

        private final RelayPolicies policies;
        private final Remark warning;

        Warned(RelayPolicies policies, Remark warning) {
            this.policies = policies;
            this.warning = warning;
        }
    }
}
