package org.relaycontrol.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the client's host name: the name (first reverse name that resolves forward to the same address), that it has none, or
 * nothing yet. Immutable.
 */
public final class ClientHost {

    /** The look-up has not succeeded: the client may have any name, or none. */
    public static final ClientHost UNKNOWN = new ClientHost(null, false);
    /** The client has no confirmed name. */
    public static final ClientHost NONE = new ClientHost(null, true);

    private final @Nullable DomainName name;
    private final boolean known;

    private ClientHost(@Nullable DomainName name, boolean known) {
        this.name = name;
        this.known = known;
    }

    /** The client has this confirmed name. */
    public static ClientHost named(DomainName name) {
        return new ClientHost(name, true);
    }

    /** The name, or null for {@link #NONE} and {@link #UNKNOWN}. */
    public @Nullable DomainName name() {
        return name;
    }

    /** Whether it is known which name the client has, if any. */
    public boolean isKnown() {
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClientHost && known == ((ClientHost) other).known && Objects.equals(name, ((ClientHost) other).name);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, known);
    }

    /** The name, {@code none} or {@code unknown}. */
    @Override
    public String toString() {
        if (name != null) {
            return name.toString();
        }
        return known ? "none" : "unknown";
    }
}
