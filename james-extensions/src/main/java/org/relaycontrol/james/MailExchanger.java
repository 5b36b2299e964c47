package org.relaycontrol.james;

/**
 * One MX record: a host that takes mail for a domain, and how much it is preferred (lower is better). Immutable.
 */
public final class MailExchanger {

    private final int preference;
    private final String host;

    MailExchanger(int preference, String host) {
        this.preference = preference;
        this.host = host;
    }

    /** Lower values are tried first (RFC 5321 section 5.1). */
    public int preference() {
        return preference;
    }

    /** The host name, lower-case, without trailing dot; empty in a null MX. */
    public String host() {
        return host;
    }

    /** Whether this says that the domain takes no mail (RFC 7505). */
    public boolean isNull() {
        return host.isEmpty();
    }

    @Override
    public String toString() {
        return preference + " " + (isNull() ? "." : host);
    }
}
