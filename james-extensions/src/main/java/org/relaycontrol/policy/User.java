package org.relaycontrol.policy;

import java.util.Locale;

/**
 * An authenticated user: James's full user name, compared without case. An address that stands for its domain is written without
 * brackets, as James does, and one of IPv6 in the form of {@link DomainName}. Immutable.
 */
public final class User {

    private final String name;
    private final String domain;

    private User(String name, String domain) {
        this.name = name;
        this.domain = domain;
    }

    /**
     * The user of that name.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public static User of(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the user name is empty; write James's full user name");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        int at = lower.lastIndexOf('@');
        if (at < 0) {
            return new User(lower, "");
        }
        String domain = "@" + domain(lower.substring(at + 1));
        return new User(lower.substring(0, at) + domain, domain);
    }

    private static String domain(String written) {
        boolean bracketed = written.startsWith("[") && written.endsWith("]");
        String address = bracketed ? written.substring(1, written.length() - 1) : written;
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            String literal = DomainName.of("[" + address + "]").toString();
            return literal.substring(1, literal.length() - 1).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    /** The name in lower case. */
    public String name() {
        return name;
    }

    /** {@code @domain} in lower case, or empty where the name has no domain. */
    String atDomain() {
        return domain;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof User && name.equals(((User) other).name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
