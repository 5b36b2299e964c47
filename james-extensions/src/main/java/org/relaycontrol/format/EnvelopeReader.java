package org.relaycontrol.format;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.User;

/**
 * Reads envelopes from the texts of options, of a CSV row or of a request. Immutable.
 */
public final class EnvelopeReader {

    /** The listener where none is given. */
    public static final String DEFAULT_LOCAL = "127.0.0.1:25";
    /** A client host name that says there is none. */
    private static final String NO_HOST = "-";
    private static final String NULL_SENDER = "<>";
    private static final int MAX_PORT = 65535;

    private final DomainName defaultDomain;

    /** Recipients and senders without {@code @} are at the default domain. */
    public EnvelopeReader(DomainName defaultDomain) {
        this.defaultDomain = defaultDomain;
    }

    /**
     * The envelope.
     *
     * @param client an IP address
     * @param local {@code IP:port}, {@code [IPv6]:port}, or empty for {@value #DEFAULT_LOCAL}
     * @param auth the authenticated user, or empty
     * @param clientHost the confirmed host name, {@code -} for none, or empty for unknown
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public Envelope read(String client, String local, String auth, String clientHost, String recipient) {
        if (client.isEmpty()) {
            throw new IllegalArgumentException("the client is empty; write its IP address");
        }
        IpAddress clientAddress = IpAddress.parse(client);
        String listener = local.isEmpty() ? DEFAULT_LOCAL : local;
        int colon = listener.lastIndexOf(':');
        return Envelope.smtp(clientAddress, address(listener, colon), port(listener, colon), user(auth), host(clientHost),
            Recipient.parse(recipient, defaultDomain));
    }

    /**
     * The sender, or null for the null sender and where it is not known.
     *
     * @param address an address; one without {@code @} is at the default domain; empty or {@code <>} for null
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public @Nullable Sender sender(String address) {
        if (address.isEmpty() || address.equals(NULL_SENDER)) {
            return null;
        }
        return address.indexOf('@') < 0 ? Sender.of(address, defaultDomain) : Sender.parse(address);
    }

    /**
     * What is known of whether the recipient exists.
     *
     * @param text {@code yes}, {@code no}, {@code unknown} (nobody could tell), or empty: nobody has been asked
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public RecipientStatus recipientStatus(String text) {
        switch (text) {
            case "":
                return RecipientStatus.UNASKED;
            case "yes":
                return RecipientStatus.KNOWN;
            case "no":
                return RecipientStatus.UNKNOWN;
            case "unknown":
                return RecipientStatus.UNDETERMINED;
            default:
                throw new IllegalArgumentException("whether the recipient is known is '" + text
                    + "'; write yes, no or unknown, or nothing");
        }
    }

    private static IpAddress address(String listener, int colon) {
        boolean bracketed = listener.startsWith("[") && colon > 0 && listener.charAt(colon - 1) == ']';
        if (colon <= 0 || !bracketed && listener.indexOf(':') != colon) {
            throw notAListener(listener);
        }
        return IpAddress.parse(bracketed ? listener.substring(1, colon - 1) : listener.substring(0, colon));
    }

    private static int port(String listener, int colon) {
        int port = 0;
        for (int i = colon + 1; i < listener.length() && port <= MAX_PORT; i++) {
            char c = listener.charAt(i);
            if (c < '0' || c > '9') {
                throw notAListener(listener);
            }
            port = port * 10 + (c - '0');
        }
        if (port < 1 || port > MAX_PORT) {
            throw notAListener(listener);
        }
        return port;
    }

    private static IllegalArgumentException notAListener(String listener) {
        return new IllegalArgumentException("'" + listener + "' is not an address and port; write one like 192.0.2.25:25 or "
            + "[2001:db8::25]:25");
    }

    private static @Nullable User user(String auth) {
        return auth.isEmpty() ? null : User.of(auth);
    }

    private static ClientHost host(String clientHost) {
        if (clientHost.equals(NO_HOST)) {
            return ClientHost.NONE;
        }
        return clientHost.isEmpty() ? ClientHost.UNKNOWN : ClientHost.named(DomainName.of(clientHost));
    }
}
