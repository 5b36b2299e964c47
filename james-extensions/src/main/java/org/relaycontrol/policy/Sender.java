package org.relaycontrol.policy;

/**
 * The sender of a mail, RFC 5321's reverse-path, where it is not null: compared without case, with quotes and quoted pairs of the local
 * part resolved. Immutable. A null sender is no {@code Sender}.
 */
public final class Sender {

    private final String address;
    private final DomainName domain;

    private Sender(String address, DomainName domain) {
        this.address = address;
        this.domain = domain;
    }

    /** A sender whose address James has taken apart already. */
    public static Sender of(String localPart, DomainName domain) {
        return new Sender(LocalPart.compared(localPart) + "@" + domain, domain);
    }

    /**
     * Reads an address without angle brackets.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static Sender parse(String text) {
        int at = Recipient.lastUnquotedAt(text);
        if (at <= 0) {
            throw new IllegalArgumentException("'" + text + "' is no address; write one like user@example.com");
        }
        return of(text.substring(0, at), DomainName.of(text.substring(at + 1)));
    }

    /** The domain. */
    public DomainName domain() {
        return domain;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sender && address.equals(((Sender) other).address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    /** {@code local part@domain} in the form that is compared: lower case, without quotes. */
    @Override
    public String toString() {
        return address;
    }
}
