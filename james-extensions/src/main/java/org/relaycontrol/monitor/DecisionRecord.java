package org.relaycontrol.monitor;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.User;

/**
 * What was decided for a recipient, or for a connection, and all that is logged of it. Holds no policy, which may be large. Immutable.
 */
public final class DecisionRecord {

    private final Instant time;
    private final DecidedBy reason;
    private final @Nullable String policy;
    private final boolean enforced;
    private final @Nullable Rule rule;
    private final IpAddress client;
    private final ClientHost host;
    private final String local;
    private final @Nullable User user;
    private final @Nullable String sender;
    private final @Nullable String recipient;
    private final String session;

    private DecisionRecord(Builder builder) {
        this.time = builder.time;
        this.reason = builder.reason;
        this.policy = builder.policy;
        this.enforced = builder.enforced;
        this.rule = builder.rule;
        this.client = builder.client;
        this.host = builder.host;
        this.local = builder.local;
        this.user = builder.user;
        this.sender = builder.sender;
        this.recipient = builder.recipient;
        this.session = builder.session;
    }

    /**
     * A record of what is known in any case.
     *
     * @param time when it was decided
     * @param client where the client connects from
     * @param local {@code address:port} that it connected to
     * @param session James's name of the session
     */
    public static Builder builder(Instant time, DecidedBy reason, IpAddress client, String local, String session) {
        return new Builder(time, reason, client, local, session);
    }

    /** When it was decided. */
    public Instant time() {
        return time;
    }

    /** Why. */
    public DecidedBy reason() {
        return reason;
    }

    /** The name of the policy that decided, or null. */
    public @Nullable String policy() {
        return policy;
    }

    /** Whether that was done; otherwise it was left to James's own rules. */
    public boolean isEnforced() {
        return enforced;
    }

    /** Where the client connects from. */
    public IpAddress client() {
        return client;
    }

    /** The recipient as James hands it over, or null for a connection. */
    public @Nullable String recipient() {
        return recipient;
    }

    /** The fields in the order in which they are logged; the values are null where something is absent. */
    public Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("verdict", reason.verdict());
        fields.put("reason", reason);
        fields.put("policy", policy);
        fields.put("enforce", enforced);
        fields.put("rule", rule);
        fields.put("client", client);
        fields.put("host", host);
        fields.put("local", local);
        fields.put("user", user);
        fields.put("sender", sender);
        fields.put("recipient", recipient);
        fields.put("session", session);
        return fields;
    }

    /** The same fields as the {@code key=value} line of the log. One expression, which fills one string: it is made at every RCPT. */
    @Override
    public String toString() {
        return "verdict=" + reason.verdict()
            + " reason=" + reason
            + " policy=" + LogValue.of(policy)
            + " enforce=" + enforced
            + " rule=" + LogValue.of(rule)
            + " client=" + client
            + " host=" + host
            + " local=" + local
            + " user=" + LogValue.of(user)
            + " sender=" + LogValue.of(sender)
            + " recipient=" + LogValue.of(recipient)
            + " session=" + LogValue.of(session);
    }

    /** Collects what is known of a decision. */
    public static final class Builder {

        private final Instant time;
        private final DecidedBy reason;
        private final IpAddress client;
        private final String local;
        private final String session;
        private ClientHost host = ClientHost.UNKNOWN;
        private @Nullable String policy;
        private boolean enforced = true;
        private @Nullable Rule rule;
        private @Nullable User user;
        private @Nullable String sender;
        private @Nullable String recipient;

        private Builder(Instant time, DecidedBy reason, IpAddress client, String local, String session) {
            this.time = time;
            this.reason = reason;
            this.client = client;
            this.local = local;
            this.session = session;
        }

        /** The policy and the line that decided. */
        public Builder by(@Nullable RelayPolicy decider, @Nullable Rule where) {
            policy = decider == null ? null : decider.name();
            rule = where;
            return this;
        }

        /** Whether what was decided was done. */
        public Builder enforced(boolean done) {
            enforced = done;
            return this;
        }

        /** What was known of the client's host name. */
        public Builder host(ClientHost known) {
            host = known;
            return this;
        }

        /** Who has authenticated. */
        public Builder user(@Nullable User authenticated) {
            user = authenticated;
            return this;
        }

        /** The envelope as James hands it over. */
        public Builder envelope(String from, String to) {
            sender = from;
            recipient = to;
            return this;
        }

        /** The record. */
        public DecisionRecord build() {
            return new DecisionRecord(this);
        }
    }
}
