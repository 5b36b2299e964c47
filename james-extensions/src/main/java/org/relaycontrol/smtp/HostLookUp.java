package org.relaycontrol.smtp;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.RelayPolicies;

/**
 * The look-up of the host name of a connection's client, if there is one, and how long the session may still wait for it. Confined to the
 * session.
 */
final class HostLookUp {

    private final Patience patience = new Patience();
    private @Nullable CompletableFuture<ClientHost> answer;
    /** No decision of these policies, which may be large and gone, for this connection depends on the client's name. */
    private WeakReference<@Nullable RelayPolicies> needlessFor = new WeakReference<>(null);

    boolean isStarted() {
        return answer != null;
    }

    void start(CompletableFuture<ClientHost> lookUp) {
        answer = lookUp;
    }

    // Others of the same content are asked again, which is no more than slow.
    @SuppressWarnings("ReferenceEquality")
    boolean isNeedlessFor(RelayPolicies policies) {
        return needlessFor.get() == policies;
    }

    void needlessFor(RelayPolicies policies) {
        needlessFor = new WeakReference<>(policies);
    }

    /** What is known now. */
    ClientHost now() {
        return answer == null ? ClientHost.UNKNOWN : answer.getNow(ClientHost.UNKNOWN);
    }

    /** What is known after waiting for the look-up, if it was started, within the session's {@link Patience}. */
    ClientHost await() {
        return answer == null ? ClientHost.UNKNOWN : patience.await(answer, ClientHost.UNKNOWN);
    }
}
