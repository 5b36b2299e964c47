package org.relaycontrol.cli.probe;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the caller says of the battery. Immutable.
 */
public final class ProbeSettings {

    private static final String POSTMASTER = "postmaster";

    private final Mailbox from;
    private final Mailbox to;
    private final List<String> localDomains;
    private final @Nullable Mailbox localRecipient;
    private final @Nullable String serverName;
    private final @Nullable String serverLiteral;
    private final @Nullable String helo;
    private final @Nullable InetAddress source;
    private final @Nullable String user;
    private final String password;
    private final boolean send;

    private ProbeSettings(Builder builder) {
        this.from = builder.from;
        this.to = builder.to;
        this.localDomains = List.copyOf(builder.localDomains);
        this.localRecipient = builder.localRecipient;
        this.serverName = builder.serverName;
        this.serverLiteral = builder.serverLiteral;
        this.helo = builder.helo;
        this.source = builder.source;
        this.user = builder.user;
        this.password = builder.password;
        this.send = builder.send;
    }

    /**
     * Begins with the least that must be said.
     *
     * @param from an outside sender
     * @param to an outside recipient
     * @param password a password that the server refuses
     */
    public static Builder of(Mailbox from, Mailbox to, String password) {
        return new Builder(from, to, password);
    }

    Mailbox from() {
        return from;
    }

    Mailbox to() {
        return to;
    }

    List<String> localDomains() {
        return localDomains;
    }

    /** A recipient that the server should accept. */
    String permitted() {
        if (localRecipient != null) {
            return localRecipient.toString();
        }
        return localDomains.isEmpty() ? POSTMASTER : POSTMASTER + "@" + localDomains.get(0);
    }

    /** Whether the caller has named that recipient, who may then get mail. */
    boolean namesPermitted() {
        return localRecipient != null;
    }

    @Nullable String serverName() {
        return serverName;
    }

    @Nullable String serverLiteral() {
        return serverLiteral;
    }

    @Nullable String helo() {
        return helo;
    }

    @Nullable InetAddress source() {
        return source;
    }

    String user() {
        return user == null ? permitted() : user;
    }

    String password() {
        return password;
    }

    /** Whether a message is sent where a recipient was accepted. */
    boolean send() {
        return send;
    }

    /** Collects what is optional; each null is the default. */
    public static final class Builder {

        private final Mailbox from;
        private final Mailbox to;
        private final String password;
        private List<String> localDomains = List.of();
        private @Nullable Mailbox localRecipient;
        private @Nullable String serverName;
        private @Nullable String serverLiteral;
        private @Nullable String helo;
        private @Nullable InetAddress source;
        private @Nullable String user;
        private boolean send;

        private Builder(Mailbox from, Mailbox to, String password) {
            this.from = from;
            this.to = to;
            this.password = password;
        }

        /** Domains whose mail the server takes. Default: none is known. */
        public Builder localDomains(List<String> domains) {
            this.localDomains = domains;
            return this;
        }

        /** A recipient that the server accepts. Default: the postmaster of the first local domain, or just {@code postmaster}. */
        public Builder localRecipient(@Nullable Mailbox recipient) {
            this.localRecipient = recipient;
            return this;
        }

        /** The server's host name. Default: the one it greets with. */
        public Builder serverName(@Nullable String name) {
            this.serverName = name;
            return this;
        }

        /** The server's address as an address literal, with brackets. Default: the address that the probe connects to. */
        public Builder serverLiteral(@Nullable String literal) {
            this.serverLiteral = literal;
            return this;
        }

        /** The name for EHLO. Default: the literal of the address that the probe connects from. */
        public Builder helo(@Nullable String name) {
            this.helo = name;
            return this;
        }

        /** The address to connect from. Default: the system's choice. */
        public Builder source(@Nullable InetAddress address) {
            this.source = address;
            return this;
        }

        /** Who fails to authenticate. Default: the local recipient. */
        public Builder user(@Nullable String name) {
            this.user = name;
            return this;
        }

        /** Sends a message wherever a recipient was accepted. */
        public Builder send(boolean sent) {
            this.send = sent;
            return this;
        }

        /** What was collected. */
        public ProbeSettings build() {
            return new ProbeSettings(this);
        }
    }
}
