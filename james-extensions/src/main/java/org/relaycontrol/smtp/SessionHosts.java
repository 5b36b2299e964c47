package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.relaycontrol.james.ClientHostNames;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicies;

/**
 * The client host name of each session, looked up once a connection, and only if the policy's decisions for the client depend on it.
 */
@Singleton
public class SessionHosts {

    private static final AttachmentKey<LookUp> LOOK_UP = AttachmentKey.of("org.relaycontrol.ClientHost", LookUp.class);
    private static final AttachmentKey<Needless> NEEDLESS = AttachmentKey.of("org.relaycontrol.ClientHostNeedless", Needless.class);

    private final ClientHostNames names;

    /** Looks up by these. */
    @Inject
    public SessionHosts(ClientHostNames names) {
        this.names = names;
    }

    /** What is known now. Starts the look-up if it is worth while and was not started. Never waits. */
    ClientHost now(SMTPSession session, Connection connection, RelayPolicies policies) {
        LookUp lookUp = session.getAttachment(LOOK_UP, State.Connection).orElse(null);
        if (lookUp == null || !lookUp.client.equals(connection.client())) {
            if (isNeedless(session, connection, policies)) {
                return ClientHost.UNKNOWN;
            }
            lookUp = new LookUp(connection.client(), names.lookUp(connection.clientAddress()));
            session.setAttachment(LOOK_UP, lookUp, State.Connection);
        }
        return lookUp.host.getNow(ClientHost.UNKNOWN);
    }

    private static boolean isNeedless(SMTPSession session, Connection connection, RelayPolicies policies) {
        Needless known = session.getAttachment(NEEDLESS, State.Connection).orElse(null);
        if (known != null && known.isFor(connection, policies)) {
            return true;
        }
        boolean needless = !policies.dependsOnHost(connection.client(), connection.localAddress(), connection.localPort());
        if (needless) {
            session.setAttachment(NEEDLESS, new Needless(connection, policies), State.Connection);
        }
        return needless;
    }

    /** What is known after waiting for the look-up that was started, if one was, within its {@link Patience}. */
    ClientHost await(SMTPSession session) {
        return session.getAttachment(LOOK_UP, State.Connection).map(LookUp::await).orElse(ClientHost.UNKNOWN);
    }

    /** No decision of these policies, which may be large and gone, for this connection depends on the client's name. Immutable. */
    private static final class Needless {

        private final Connection connection;
        private final WeakReference<RelayPolicies> policies;

        private Needless(Connection connection, RelayPolicies policies) {
            this.connection = connection;
            this.policies = new WeakReference<>(policies);
        }

        // Others of the same content are asked again, which is no more than slow.
        @SuppressWarnings("ReferenceEquality")
        private boolean isFor(Connection other, RelayPolicies others) {
            return connection == other && policies.get() == others;
        }
    }

    /** A look-up and how long its session may still wait for it. Confined to the session. */
    private static final class LookUp {

        private final IpAddress client;
        private final CompletableFuture<ClientHost> host;
        private final Patience patience = new Patience();

        private LookUp(IpAddress client, CompletableFuture<ClientHost> host) {
            this.client = client;
            this.host = host;
        }

        private ClientHost await() {
            return patience.await(host, ClientHost.UNKNOWN);
        }
    }
}
