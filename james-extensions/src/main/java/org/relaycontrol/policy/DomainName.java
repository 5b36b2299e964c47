package org.relaycontrol.policy;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A mail domain in canonical form: lower-case A-labels without trailing dot, or an address literal in brackets
 * ({@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}; a bare dotted quad is the literal). Asks no DNS. Immutable.
 */
public final class DomainName {

    /** RFC 1035 section 2.3.4, in octets. */
    static final int MAX_LABEL = 63;
    /** RFC 1035 section 2.3.4 allows 255 octets on the wire, which is 253 characters of text. */
    static final int MAX_NAME = 253;

    /** The full stops of RFC 3490 section 3.1 besides the one of ASCII. */
    private static final char IDEOGRAPHIC_FULL_STOP = 0x3002;
    private static final char FULLWIDTH_FULL_STOP = 0xff0e;
    private static final char HALFWIDTH_IDEOGRAPHIC_FULL_STOP = 0xff61;

    private static final String IPV6_TAG = "ipv6:";

    private final String name;
    /** The name once more, as tables look for it: they need not wait for another object's memory. */
    private final byte[] octets;
    private final int hash;

    private DomainName(String name) {
        this.name = name;
        this.octets = name.getBytes(StandardCharsets.ISO_8859_1);
        this.hash = name.hashCode();
    }

    /**
     * Reads a domain name or address literal.
     *
     * @throws IllegalArgumentException with the problem and what to write instead: empty, a label over 63 or a name over 253 octets, a
     *     character no domain has, a literal without an address, or a Unicode name that IDNA2003 and UTS #46 (non-transitional) may
     *     convert differently
     */
    public static DomainName of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the domain is empty; write a name like example.com");
        }
        if (text.charAt(0) == '[') {
            return literal(text);
        }
        String name = isAscii(text) ? text.toLowerCase(Locale.ROOT) : unicode(text);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        checkLabels(name, text);
        return isDottedQuad(name) ? literal("[" + name + "]") : new DomainName(name);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static DomainName literal(String text) {
        if (!text.endsWith("]") || text.length() < 3) {
            throw notALiteral(text);
        }
        String inner = text.substring(1, text.length() - 1);
        if (!inner.equals(inner.strip())) {
            throw notALiteral(text);
        }
        boolean tagged = inner.toLowerCase(Locale.ROOT).startsWith(IPV6_TAG);
        IpAddress address = IpAddress.parse(tagged ? inner.substring(IPV6_TAG.length()) : inner);
        if (tagged != inner.indexOf(':') >= 0 || tagged && inner.indexOf(':', IPV6_TAG.length()) < 0) {
            throw new IllegalArgumentException("'" + text + "' is not an address literal of RFC 5321; write " + literalOf(address));
        }
        return new DomainName(literalOf(address));
    }

    private static IllegalArgumentException notALiteral(String text) {
        return new IllegalArgumentException("'" + text + "' is not an address literal; write one like [192.0.2.1] or [IPv6:2001:db8::1]");
    }

    private static String literalOf(IpAddress address) {
        return address.isIpv4() ? "[" + address + "]" : "[IPv6:" + address + "]";
    }

    /** A name that is canonical already, as one that was made of a domain name. */
    static DomainName canonical(String name) {
        return new DomainName(name);
    }

    /** Whether part of an array of octets is for certain the canonical form of a name; it never is of a literal. */
    static boolean isCanonical(byte[] octets, int from, int to) {
        int label = 0;
        boolean number = true;
        for (int i = from; i < to; i++) {
            byte c = octets[i];
            if (c == '.') {
                if (label == 0 || label > MAX_LABEL) {
                    return false;
                }
                label = 0;
            } else {
                boolean digit = c >= '0' && c <= '9';
                if (!digit && (c < 'a' || c > 'z') && c != '-' && c != '_') {
                    return false;
                }
                number &= digit;
                label++;
            }
        }
        // Digits and dots alone may be an address.
        return label != 0 && label <= MAX_LABEL && to - from <= MAX_NAME && !number;
    }

    /** The literal of an address: {@code [192.0.2.1]} or {@code [IPv6:2001:db8::1]}. */
    public static DomainName literal(IpAddress address) {
        return new DomainName(literalOf(address));
    }

    /**
     * The A-labels of a Unicode name. The JDK knows IDNA2003 only. UTS #46 agrees wherever the name consists of letters, digits and marks
     * that neither treats specially, has labels that UTS #46 takes for valid, and, lower-cased and normalised, is what comes back from
     * IDNA2003's A-labels.
     */
    private static String unicode(String text) {
        if (!text.codePoints().allMatch(DomainName::convertsUniquely)) {
            throw ambiguous(text);
        }
        // Once more after lower-casing, which may decompose. NFKC makes every other full stop of RFC 3490 one of these two.
        String expected = Normalizer.normalize(Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT),
            Normalizer.Form.NFKC).replace(IDEOGRAPHIC_FULL_STOP, '.');
        String withoutRoot = expected.endsWith(".") ? expected.substring(0, expected.length() - 1) : expected;
        for (String label : withoutRoot.split("\\.", -1)) {
            checkUts46(label, text);
        }
        String ascii;
        try {
            ascii = IDN.toASCII(text);
        } catch (IllegalArgumentException e) {
            throw ambiguous(text);
        }
        if (!IDN.toUnicode(ascii).equals(expected)) {
            throw ambiguous(text);
        }
        return ascii.toLowerCase(Locale.ROOT);
    }

    /** Refuses a label without characters, and one that IDNA2003 takes and UTS #46 section 4.1 does not. */
    private static void checkUts46(String label, String text) {
        if (label.isEmpty()) {
            throw emptyLabel(text);
        }
        if (label.startsWith("-") || label.endsWith("-") || label.startsWith("--", 2) || isMark(label.codePointAt(0))) {
            throw ambiguous(text);
        }
    }

    private static boolean convertsUniquely(int c) {
        return c < 0x80 || c == IDEOGRAPHIC_FULL_STOP || c == FULLWIDTH_FULL_STOP || c == HALFWIDTH_IDEOGRAPHIC_FULL_STOP
            || (Character.isLetterOrDigit(c) || isMark(c)) && !isFiller(c);
    }

    private static boolean isMark(int c) {
        return Character.getType(c) == Character.NON_SPACING_MARK || Character.getType(c) == Character.COMBINING_SPACING_MARK;
    }

    /** The letters and marks without appearance: of Hangul, and the two inherent vowels of Khmer, which UTS #46 drops. */
    private static boolean isFiller(int c) {
        return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 || c == 0x17b4 || c == 0x17b5;
    }

    private static IllegalArgumentException ambiguous(String text) {
        return new IllegalArgumentException("'" + text + "' is a Unicode name that not every program converts alike; write the xn-- form");
    }

    private static IllegalArgumentException emptyLabel(String text) {
        return new IllegalArgumentException("'" + text + "' has an empty label; write a name like example.com");
    }

    private static void checkLabels(String name, String text) {
        int length = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                checkLabelLength(length, text);
                length = 0;
            } else if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
                length++;
            } else {
                throw new IllegalArgumentException("'" + text + "' has the character '" + printable(c)
                    + "', which no domain name has; write a name like example.com");
            }
        }
        checkLabelLength(length, text);
        if (name.length() > MAX_NAME) {
            throw new IllegalArgumentException("'" + text + "' has " + name.length() + " octets; write a name of at most " + MAX_NAME);
        }
    }

    private static String printable(char c) {
        return c < ' ' || c == 0x7f ? String.format("\\u%04x", (int) c) : String.valueOf(c);
    }

    private static void checkLabelLength(int length, String text) {
        if (length == 0) {
            throw emptyLabel(text);
        }
        if (length > MAX_LABEL) {
            throw new IllegalArgumentException("'" + text + "' has a label of " + length + " octets; write labels of at most " + MAX_LABEL);
        }
    }

    private static boolean isDottedQuad(String name) {
        int dots = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                dots++;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return dots == 3;
    }

    /** The octets of the canonical form, not to be changed. */
    byte[] octets() {
        return octets;
    }

    /** The hash of the canonical form as a string. */
    int hash() {
        return hash;
    }

    /** Whether this is an address literal. */
    public boolean isLiteral() {
        return name.charAt(0) == '[';
    }

    /** The domain directly above this one, or null: there is none above one label or an address literal. */
    public @Nullable DomainName parent() {
        int dot = isLiteral() ? -1 : name.indexOf('.');
        return dot < 0 ? null : new DomainName(name.substring(dot + 1));
    }

    /** Whether this is one label, like {@code com}. */
    public boolean isSingleLabel() {
        return !isLiteral() && name.indexOf('.') < 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DomainName && name.equals(((DomainName) other).name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** The canonical form. */
    @Override
    public String toString() {
        return name;
    }
}
