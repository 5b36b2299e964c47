package org.relaycontrol.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.james.core.Username;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.User;

/**
 * What the policy needs to know of an SMTP session as it is now: where its client connects from (behind PROXY, what the header says, once
 * it was read), the listener it connected to, and who has authenticated. Immutable.
 */
final class Connection {

    private final InetAddress clientAddress;
    private final IpAddress client;
    private final IpAddress localAddress;
    private final int localPort;
    private final @Nullable User user;

    private Connection(InetAddress clientAddress, InetSocketAddress local, @Nullable User user) {
        this.clientAddress = clientAddress;
        this.client = IpAddress.of(clientAddress);
        this.localAddress = IpAddress.of(local.getAddress());
        this.localPort = local.getPort();
        this.user = user;
    }

    static Connection of(SMTPSession session) {
        Username username = session.getUsername();
        return new Connection(session.getRemoteAddress().getAddress(), session.getLocalAddress(),
            username == null ? null : User.of(username.asString()));
    }

    /** The client's address, as DNS wants it. */
    InetAddress clientAddress() {
        return clientAddress;
    }

    IpAddress client() {
        return client;
    }

    IpAddress localAddress() {
        return localAddress;
    }

    int localPort() {
        return localPort;
    }

    @Nullable User user() {
        return user;
    }

    Envelope envelope(ClientHost host, Recipient recipient) {
        return Envelope.smtp(client, localAddress, localPort, user, host, recipient);
    }

    /** {@code address:port} that the client connected to. */
    String listener() {
        return (localAddress.isIpv4() ? localAddress.toString() : "[" + localAddress + "]") + ":" + localPort;
    }
}
