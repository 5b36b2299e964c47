package org.relaycontrol.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Users and whole domains of users ({@code @domain}), each with the {@link Rule} that lists it. Immutable.
 */
public final class UserList {

    /** The list without any user. */
    public static final UserList EMPTY = builder().build();

    private final Map<String, Rule> rules;

    private UserList(Map<String, Rule> rules) {
        this.rules = rules;
    }

    /** A builder of an empty list. */
    public static Builder builder() {
        return new Builder();
    }

    /** The rule that lists the user, else the one that lists its domain, else null. */
    public @Nullable Rule find(User user) {
        Rule rule = rules.get(user.name());
        return rule != null || user.atDomain().isEmpty() ? rule : rules.get(user.atDomain());
    }

    /** Whether nobody is listed. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** The users and {@code @domain}s in lower case, in the order of the configuration, with their rules. */
    public Map<String, Rule> listed() {
        return rules;
    }

    /** Collects users. */
    public static final class Builder {

        private final Map<String, Rule> rules = new LinkedHashMap<>();

        private Builder() {
        }

        /**
         * Adds a user name or {@code @domain}.
         *
         * @return the rule that lists it already, or null
         * @throws IllegalArgumentException if it is empty or just {@code @}
         */
        public @Nullable Rule add(String userOrDomain, Rule rule) {
            if (userOrDomain.equals("@")) {
                throw new IllegalArgumentException("'@' names no domain; write @example.com for all of its users");
            }
            return rules.putIfAbsent(User.of(userOrDomain).name(), rule);
        }

        /** The list of what was added. */
        public UserList build() {
            return new UserList(Collections.unmodifiableMap(new LinkedHashMap<>(rules)));
        }
    }
}
