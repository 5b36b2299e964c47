package org.relaycontrol.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a managed list: a domain or a network, and attributes that say more than those of the policy file's element for all. Whether
 * they make sense, loading the policy tells. Immutable.
 */
public final class ManagedEntry {

    /** The attribute that says when the entry stops. */
    public static final String EXPIRES = "expires";

    private static final Pattern KEY = Pattern.compile("[A-Za-z]+");

    private final String name;
    private final Map<String, String> attributes;

    private ManagedEntry(String name, Map<String, String> attributes) {
        this.name = name;
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /**
     * An entry.
     *
     * @param name the domain or the network as it is to be written
     * @param attributes attributes of the {@code domain} element, {@link #EXPIRES} among them
     * @throws IllegalArgumentException with the problem and what to write instead, if this is not one line
     */
    public static ManagedEntry of(String name, Map<String, String> attributes) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == '#' || Character.isWhitespace(c) || Character.isISOControl(c))) {
            throw new IllegalArgumentException("'" + name + "' is no entry of a list; write a name without white space or #");
        }
        attributes.forEach((key, value) -> {
            if (!KEY.matcher(key).matches()) {
                throw new IllegalArgumentException("'" + key + "' is no attribute; write letters alone");
            }
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("the value of " + key + " is more than one line; remove the control characters");
            }
        });
        instant(attributes.get(EXPIRES));
        return new ManagedEntry(name, attributes);
    }

    static ManagedEntry of(ManagedLine line) {
        return new ManagedEntry(line.entry(), line.attributes());
    }

    /**
     * The instant that {@link #EXPIRES} means, or null for none.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it is none
     */
    static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is no instant; write one like 2027-01-31T18:00:00Z", e);
        }
    }

    /** The domain or the network as it is written. */
    public String name() {
        return name;
    }

    /** The attributes, in the order of the line. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** When it stops, if ever. Empty also where the file says something that is no instant. */
    public Optional<Instant> expires() {
        try {
            return Optional.ofNullable(instant(attributes.get(EXPIRES)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether it has stopped. */
    public boolean isExpired(Instant now) {
        return expires().filter(instant -> !instant.isAfter(now)).isPresent();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ManagedEntry && name.equals(((ManagedEntry) other).name)
            && attributes.equals(((ManagedEntry) other).attributes);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + attributes.hashCode();
    }

    /** The entry as a line. */
    @Override
    public String toString() {
        return new ManagedLine(name, attributes, "").toString();
    }
}
