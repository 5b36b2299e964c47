package org.relaycontrol.policy;

import java.util.Locale;

/**
 * An authenticated user: James's full user name, compared without case. An address that stands for its domain is written without
 * brackets, as James does, and one of IPv6 in its shortest form, whichever form the name has. Immutable.
 */
public final class User {

    private static final String IPV6 = "ipv6:";

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
        String domain = written.startsWith("[") && written.endsWith("]") ? written.substring(1, written.length() - 1) : written;
        if (!domain.startsWith(IPV6)) {
            return domain;
        }
        try {
            return IPV6 + IpAddress.parse(domain.substring(IPV6.length()));
        } catch (IllegalArgumentException e) {
            return domain;
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
