package org.relaycontrol.policy;

/**
 * A recipient address (RFC 5321 {@code Mailbox}): the local part as it was sent, and the domain in canonical form. Immutable.
 */
public final class Recipient {

    private static final String IMCEA_SMTP = "imceasmtp-";
    private static final String IMCEA_SPACE = "imcea ";
    /** By the number of the character, less one, as a bit: {@code " ! % @}. */
    private static final long ROUTING_OR_QUOTING = 1L << '"' - 1 | 1L << '!' - 1 | 1L << '%' - 1 | 1L << '@' - 1;

    private final String localPart;
    private final DomainName domain;

    private Recipient(String localPart, DomainName domain) {
        this.localPart = localPart;
        this.domain = domain;
    }

    /** A recipient whose address James has taken apart already. */
    public static Recipient of(String localPart, DomainName domain) {
        return new Recipient(localPart, domain);
    }

    /**
     * Reads an address without angle brackets. The domain is what follows the last {@code @} outside quotes.
     *
     * @param defaultDomain the domain of an address without {@code @}
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static Recipient parse(String address, DomainName defaultDomain) {
        int at = lastUnquotedAt(address);
        if (at < 0) {
            if (address.isEmpty()) {
                throw new IllegalArgumentException("the recipient is empty; write an address like user@example.com");
            }
            return new Recipient(address, defaultDomain);
        }
        if (at == 0) {
            throw new IllegalArgumentException("'" + address + "' has no local part; write an address like user@example.com");
        }
        return new Recipient(address.substring(0, at), DomainName.of(address.substring(at + 1)));
    }

    /** Where the domain of an address begins: at its last {@code @} outside quotes; negative if there is none. */
    static int lastUnquotedAt(String address) {
        int at = -1;
        boolean quoted = false;
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '@' && !quoted) {
                at = i;
            }
        }
        // A quote that is never closed hides nothing.
        return quoted ? address.lastIndexOf('@') : at;
    }

    /** The local part, quotes and backslashes included. */
    public String localPart() {
        return localPart;
    }

    /** The local part as it is compared: quotes and quoted pairs resolved, in lower case. */
    public String comparedLocalPart() {
        return LocalPart.compared(localPart);
    }

    /**
     * The same without the recipient's tag: {@code user} for {@code user+tag}.
     *
     * @param delimiters each of its characters begins a tag, as in Postfix's {@code recipient_delimiter}; empty for none
     */
    public String comparedLocalPartWithoutTag(String delimiters) {
        String compared = comparedLocalPart();
        return compared.substring(0, LocalPart.lengthWithoutTag(compared, delimiters));
    }

    /** The domain. */
    public DomainName domain() {
        return domain;
    }

    /**
     * Whether the local part carries a route of the sender's own: with quotes and quoted pairs resolved it contains {@code %}, {@code !}
     * or {@code @}, or is an encapsulated address (begins with {@code IMCEASMTP-} or {@code IMCEA }, in any case). Microsoft MS99-027,
     * KB Q264330; Postfix {@code allow_untrusted_routing}.
     */
    public boolean isSenderRouted() {
        // Few local parts need to be read closely.
        boolean suspect = !localPart.isEmpty() && lower(localPart.charAt(0)) == 'i';
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            suspect |= c <= '@' && (1L << c - 1 & ROUTING_OR_QUOTING) != 0 || c == '\\';
        }
        return suspect && resolvesToRoute();
    }

    private boolean resolvesToRoute() {
        int position = 0;
        boolean imceaSmtp = true;
        boolean imceaSpace = true;
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '"') {
                continue;
            }
            if (c == '\\' && i + 1 < localPart.length()) {
                c = localPart.charAt(++i);
            }
            if (c == '%' || c == '!' || c == '@') {
                return true;
            }
            imceaSmtp &= position >= IMCEA_SMTP.length() || lower(c) == IMCEA_SMTP.charAt(position);
            imceaSpace &= position >= IMCEA_SPACE.length() || lower(c) == IMCEA_SPACE.charAt(position);
            position++;
        }
        return imceaSmtp && position >= IMCEA_SMTP.length() || imceaSpace && position >= IMCEA_SPACE.length();
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    /** {@code local part@domain}. */
    @Override
    public String toString() {
        return localPart + "@" + domain;
    }
}
