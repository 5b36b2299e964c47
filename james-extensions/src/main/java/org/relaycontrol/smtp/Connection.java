package org.relaycontrol.smtp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
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
 * once it was read), the port that James listens on, and who has authenticated, with the look-up of the client's host name. Immutable but
 * for that look-up and the text of the latest sender.
 */
final class Connection {

    private static final AttachmentKey<Connection> KEY = AttachmentKey.of("org.relaycontrol.Connection", Connection.class);

    private final InetSocketAddress remote;
    private final @Nullable Username username;
    private final IpAddress client;
    private final IpAddress localAddress;
    private final int localPort;
    private final @Nullable User user;
    private final String listener;
    private final String sessionId;
    private final HostLookUp hostLookUp;
    private @Nullable MaybeSender sender;
    private String senderText = "";

    private Connection(SMTPSession session, @Nullable Connection before) {
        this.remote = session.getRemoteAddress();
        this.username = session.getUsername();
        this.client = IpAddress.of(remote.getAddress());
        this.localAddress = IpAddress.of(localAddress(session));
        this.localPort = session.getLocalAddress().getPort();
        this.user = username == null ? null : User.of(username.asString());
        this.listener = (localAddress.isIpv4() ? localAddress.toString() : "[" + localAddress + "]") + ":" + localPort;
        this.sessionId = session.getSessionID();
        this.hostLookUp = before != null && before.isBetween(client, localAddress, localPort) ? before.hostLookUp : new HostLookUp();
    }

    private boolean isBetween(IpAddress from, IpAddress to, int port) {
        return client.equals(from) && localAddress.equals(to) && localPort == port;
    }

    /** The session as it is now; made anew only if a PROXY header was read or the client has authenticated since the last time. */
    static Connection of(SMTPSession session) {
        Connection known = session.getAttachment(KEY, State.Connection).orElse(null);
        if (known != null && known.isOf(session.getRemoteAddress(), session.getUsername())) {
            return known;
        }
        Connection now = new Connection(session, known);
        session.setAttachment(KEY, now, State.Connection);
        return now;
    }

    // James keeps these objects for as long as they are true.
    @SuppressWarnings("ReferenceEquality")
    private boolean isOf(InetSocketAddress remoteNow, @Nullable Username usernameNow) {
        return remote == remoteNow && username == usernameNow;
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
        return remote.getAddress();
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

    HostLookUp hostLookUp() {
        return hostLookUp;
    }

    Envelope envelope(ClientHost host, Recipient recipient) {
        return Envelope.smtp(client, localAddress, localPort, user, host, recipient);
    }

    /**
     * The text of a sender, made once for all recipients of a mail transaction: James hands over the same object with each of them. For
     * the session's thread alone.
     */
    @SuppressWarnings("ReferenceEquality")
    String text(MaybeSender ofTransaction) {
        if (sender != ofTransaction) {
            sender = ofTransaction;
            senderText = ofTransaction.asString();
        }
        return senderText;
    }

    /** {@code address:port} that the client connected to. */
    String listener() {
        return listener;
    }

    /** James's name of the session. */
    String sessionId() {
        return sessionId;
    }
}
