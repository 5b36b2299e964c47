package org.relaycontrol.james;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.james.core.MailAddress;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision.Route;

/**
 * What the SMTP hook has permitted, recipient by recipient, carried by the mail as an attribute: the route and the policy that gave it. A
 * stamp says nothing of recipients it does not list, since aliases and other mailets change recipients. Immutable.
 */
public final class Stamp {

    private static final AttributeName ATTRIBUTE = AttributeName.of("org.relaycontrol.Stamp");

    private final Map<String, Permission> permissions;

    private Stamp(Map<String, Permission> permissions) {
        this.permissions = permissions;
    }

    /** The stamp that lists nobody. */
    public static Stamp empty() {
        return new Stamp(Map.of());
    }

    /** The mail's stamp; one that lists nobody if it carries none. */
    @SuppressWarnings("unchecked")
    public static Stamp of(Mail mail) {
        Optional<Object> carried = mail.getAttribute(ATTRIBUTE).map(attribute -> attribute.getValue().value());
        if (carried.isEmpty()) {
            return empty();
        }
        Map<String, Permission> permissions = new HashMap<>();
        ((Map<String, AttributeValue<?>>) carried.get()).forEach(
            (recipient, value) -> permissions.put(recipient, Permission.parse((String) value.value())));
        return new Stamp(permissions);
    }

    /** A stamp that lists these recipients. */
    public static Stamp of(Map<MailAddress, Permission> permissions) {
        Map<String, Permission> byKey = new HashMap<>();
        permissions.forEach((recipient, permission) -> byKey.put(key(recipient), permission));
        return new Stamp(byKey);
    }

    /** What was permitted for the recipient, or null if it is not listed. */
    public @Nullable Permission permission(MailAddress recipient) {
        return permissions.get(key(recipient));
    }

    /** Puts the stamp on a mail, in place of the one it carries. */
    public void applyTo(Mail mail) {
        Map<String, AttributeValue<?>> values = new HashMap<>();
        permissions.forEach((recipient, permission) -> values.put(recipient, AttributeValue.of(permission.toString())));
        mail.setAttribute(new Attribute(ATTRIBUTE, AttributeValue.of(values)));
    }

    /** James compares addresses without case. */
    private static String key(MailAddress recipient) {
        return recipient.asString().toLowerCase(Locale.ROOT);
    }

    /** The route that was permitted for a recipient, and the policy that did. */
    public static final class Permission {

        private final Route route;
        private final String policy;

        private Permission(Route route, String policy) {
            this.route = route;
            this.policy = policy;
        }

        /** The permission that the policy of that name gave. */
        public static Permission of(Route route, String policy) {
            return new Permission(route, policy);
        }

        private static Permission parse(String text) {
            int space = text.indexOf(' ');
            return new Permission(Route.valueOf(text.substring(0, space).toUpperCase(Locale.ROOT)), text.substring(space + 1));
        }

        /** Where the recipient goes. */
        public Route route() {
            return route;
        }

        /** The name of the policy. */
        public String policy() {
            return policy;
        }

        /** {@code route policy}, as it is stored. */
        @Override
        public String toString() {
            return route + " " + policy;
        }
    }
}
