package org.relaycontrol.smtp;

import java.net.InetAddress;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProxyInformation;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.User;

/**
 * What the policy needs to know of an SMTP session as it is now: where its client connects from and to (behind PROXY, what the header says,
 * once it was read), the port that James listens on, and who has authenticated. Immutable.
 */
final class Connection {

    private final InetAddress clientAddress;
    private final IpAddress client;
    private final IpAddress localAddress;
    private final int localPort;
    private final @Nullable User user;

    private Connection(InetAddress clientAddress, InetAddress localAddress, int localPort, @Nullable User user) {
        this.clientAddress = clientAddress;
        this.client = IpAddress.of(clientAddress);
        this.localAddress = IpAddress.of(localAddress);
        this.localPort = localPort;
        this.user = user;
    }

    static Connection of(SMTPSession session) {
        Username username = session.getUsername();
        return new Connection(session.getRemoteAddress().getAddress(), localAddress(session), session.getLocalAddress().getPort(),
            username == null ? null : User.of(username.asString()));
    }

    /** The address that the client connected to: behind PROXY one of the proxy's, not the one of James that the proxy connects to. */
    private static InetAddress localAddress(SMTPSession session) {
        ProxyInformation header = header(session);
        return (header == null ? session.getLocalAddress() : header.getDestination()).getAddress();
    }

    /** What the PROXY header says, or null if there was none: James throws if it is asked for one then. */
    private static @Nullable ProxyInformation header(SMTPSession session) {
        boolean read = session instanceof ProtocolSessionImpl
            && !((ProtocolSessionImpl) session).getProtocolTransport().getRemoteAddress().equals(session.getRemoteAddress());
        return read ? session.getProxyInformation().orElse(null) : null;
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
