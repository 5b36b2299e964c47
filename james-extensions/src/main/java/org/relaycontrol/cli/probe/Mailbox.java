package org.relaycontrol.cli.probe;

import java.util.regex.Pattern;

/**
 * An ordinary mail address, {@code localPart@domain}. Immutable.
 */
public final class Mailbox {

    private static final Pattern LOCAL_PART = Pattern.compile("[A-Za-z0-9.#$&'*+/=?^_`{|}~-]+");
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

    private final String localPart;
    private final String domain;

    private Mailbox(String localPart, String domain) {
        this.localPart = localPart;
        this.domain = domain;
    }

    /**
     * Reads an address without quotes, routes and brackets.
     *
     * @throws IllegalArgumentException if it is none; the message says so
     */
    public static Mailbox parse(String address) {
        int at = address.indexOf('@');
        if (at < 1 || !LOCAL_PART.matcher(address.substring(0, at)).matches() || !isDomain(address.substring(at + 1))) {
            throw new IllegalArgumentException(Printable.of(address) + " is no plain mail address; write user@domain");
        }
        return new Mailbox(address.substring(0, at), address.substring(at + 1));
    }

    /** Whether this is a domain name of ASCII letters, digits and hyphens. */
    public static boolean isDomain(String name) {
        return DOMAIN.matcher(name).matches();
    }

    String localPart() {
        return localPart;
    }

    String domain() {
        return domain;
    }

    /** {@code localPart@domain}. */
    @Override
    public String toString() {
        return localPart + "@" + domain;
    }
}
