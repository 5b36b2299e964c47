package org.relaycontrol.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a decision is made of: the client, the listener it connected to, the authenticated user, the recipient, and what is known of it.
 * Immutable.
 */
public final class Envelope {

    private final @Nullable IpAddress client;
    private final @Nullable IpAddress localAddress;
    private final int localPort;
    private final @Nullable User user;
    private final ClientHost host;
    private final Recipient recipient;
    private final RecipientStatus recipientStatus;
    private final @Nullable Boolean assumedListed;

    private Envelope(@Nullable IpAddress client, @Nullable IpAddress localAddress, int localPort, @Nullable User user, ClientHost host,
                     Recipient recipient, RecipientStatus recipientStatus, @Nullable Boolean assumedListed) {
        this.client = client;
        this.localAddress = localAddress;
        this.localPort = localPort;
        this.user = user;
        this.host = host;
        this.recipient = recipient;
        this.recipientStatus = recipientStatus;
        this.assumedListed = assumedListed;
    }

    /**
     * A recipient named in an SMTP session.
     *
     * @param client where the client connects from
     * @param localAddress the server's address that the client connected to
     * @param localPort the server's port that the client connected to
     * @param user who has authenticated, or null
     * @param host what is known of the client's host name
     */
    public static Envelope smtp(IpAddress client, IpAddress localAddress, int localPort, @Nullable User user, ClientHost host,
                                Recipient recipient) {
        return new Envelope(Objects.requireNonNull(client), Objects.requireNonNull(localAddress), localPort, user, host, recipient,
            RecipientStatus.UNASKED, null);
    }

    /**
     * A recipient of a mail in the mailet container, where there is no listener and no look-up of the host name.
     *
     * @param client where the mail came from by SMTP, or null if it did not come by SMTP
     * @param user who had authenticated, or null
     */
    public static Envelope spooled(@Nullable IpAddress client, @Nullable User user, Recipient recipient) {
        return new Envelope(client, null, 0, user, ClientHost.UNKNOWN, recipient, RecipientStatus.UNASKED, null);
    }

    /** Where the client connects from, or null for a mail that did not come by SMTP. */
    public @Nullable IpAddress client() {
        return client;
    }

    /** The server's address that the client connected to, or null in the mailet container. */
    public @Nullable IpAddress localAddress() {
        return localAddress;
    }

    /** The server's port that the client connected to, or 0 in the mailet container. */
    public int localPort() {
        return localPort;
    }

    /** Who has authenticated, or null. */
    public @Nullable User user() {
        return user;
    }

    /** What is known of the client's host name. */
    public ClientHost host() {
        return host;
    }

    /** The recipient. */
    public Recipient recipient() {
        return recipient;
    }

    /** What somebody who was asked knows of whether the recipient exists; where nobody is to be asked, it does not count. */
    public RecipientStatus recipientStatus() {
        return recipientStatus;
    }

    /** Whether it is a recipient of a mail in the mailet container. */
    boolean isSpooled() {
        return localAddress == null;
    }

    /** This envelope with what is now known of the client's host name. */
    public Envelope withHost(ClientHost known) {
        return new Envelope(client, localAddress, localPort, user, known, recipient, recipientStatus, assumedListed);
    }

    /** This envelope with what is now known of whether the recipient exists. */
    public Envelope withRecipientStatus(RecipientStatus known) {
        return new Envelope(client, localAddress, localPort, user, host, recipient, known, assumedListed);
    }

    /** This envelope as if every list of recipients had its recipient, or none: for who asks what is done whoever is listed. */
    public Envelope withListed(boolean listed) {
        return new Envelope(client, localAddress, localPort, user, host, recipient, recipientStatus, listed);
    }

    /** Whether the recipient is in the list. */
    boolean isListed(RecipientList recipients) {
        return assumedListed == null ? recipients.contains(recipient) : assumedListed;
    }
}
