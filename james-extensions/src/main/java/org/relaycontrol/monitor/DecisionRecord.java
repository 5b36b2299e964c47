package org.relaycontrol.monitor;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
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

    /** Longer than most lines. */
    private static final int USUAL_LENGTH = 256;

    private final long millis;
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
        this.millis = builder.millis;
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
     * @param millis when it was decided, in milliseconds since 1970
     * @param client where the client connects from
     * @param local {@code address:port} that it connected to
     * @param session James's name of the session
     */
    public static Builder builder(long millis, DecidedBy reason, IpAddress client, String local, String session) {
        return new Builder(millis, reason, client, local, session);
    }

    /** When it was decided, to the millisecond. */
    public Instant time() {
        return Instant.ofEpochMilli(millis);
    }

    long millis() {
        return millis;
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
        tell(fields::put);
        return fields;
    }

    private void tell(BiConsumer<String, @Nullable Object> field) {
        field.accept("verdict", reason.verdict());
        field.accept("reason", reason);
        field.accept("policy", policy);
        field.accept("enforce", enforced);
        field.accept("rule", rule);
        field.accept("client", client);
        field.accept("host", host);
        field.accept("local", local);
        field.accept("user", user);
        field.accept("sender", sender);
        field.accept("recipient", recipient);
        field.accept("session", session);
    }

    /** The {@code key=value} line of the log: the fields without those that say nothing, so that floods fill less of a disk. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(USUAL_LENGTH);
        tell((key, value) -> {
            if (says(value)) {
                line.append(line.length() == 0 ? "" : " ").append(key).append('=').append(LogValue.of(value));
            }
        });
        return line.toString();
    }

    /** Whether there is something to tell: not of what is absent, of a host name that nobody looked up, and of what is done as usual. */
    private static boolean says(@Nullable Object value) {
        return value != null && value != ClientHost.UNKNOWN && value != Boolean.TRUE;
    }

    /** Collects what is known of a decision. */
    public static final class Builder {

        private final long millis;
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

        private Builder(long millis, DecidedBy reason, IpAddress client, String local, String session) {
            this.millis = millis;
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
