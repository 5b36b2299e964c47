package org.relaycontrol.policy;

import java.util.Locale;

/**
 * Where mail is handed on to: {@code host[:port]}, {@code IPv4[:port]} or {@code [IPv6][:port]}, whose addresses alone are looked up, or
 * {@code mx:domain}, the mail exchangers of a domain. Asks no DNS. Immutable; equal if they lead to the same place, however written.
 */
public final class NextHop {

    /** RFC 5321 section 4.5.4.2. */
    public static final int DEFAULT_PORT = 25;

    private static final int MAX_PORT = 65535;
    private static final int MAX_PORT_DIGITS = 5;
    private static final String MX = "mx:";
    private static final String EXAMPLES = "write host, host:port, [IPv6]:port or mx:domain";

    /** What the host of a next hop is. */
    public enum Kind {
        /** An IPv4 or IPv6 address. */
        ADDRESS,
        /** A host name: A and AAAA records are looked up, MX records are not. */
        HOST,
        /** A domain whose MX records are looked up. */
        MX
    }

    private final String text;
    private final Kind kind;
    private final String host;
    private final int port;

    private NextHop(String text, Kind kind, String host, int port) {
        this.text = text;
        this.kind = kind;
        this.host = host;
        this.port = port;
    }

    /** The mail exchangers of a domain, {@code mx:domain}. */
    public static NextHop mx(DomainName domain) {
        if (domain.isLiteral()) {
            throw new IllegalArgumentException("'" + domain + "' is an address, which has no MX; write " + MX + " and a domain");
        }
        return new NextHop(MX + domain, Kind.MX, domain.toString(), DEFAULT_PORT);
    }

    /**
     * Reads one next hop; white space around it is dropped.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it is none
     */
    public static NextHop parse(String text) {
        String hop = text.strip();
        if (hop.isEmpty()) {
            throw new IllegalArgumentException("the next hop is empty; " + EXAMPLES);
        }
        if (hop.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("'" + hop + "' contains white space; separate next hops with commas");
        }
        if (hop.indexOf(';') >= 0) {
            throw new IllegalArgumentException("'" + hop + "' contains a semicolon; separate next hops with commas");
        }
        int scheme = hop.indexOf("://");
        if (scheme >= 0) {
            throw new IllegalArgumentException("'" + hop + "' is a URL; write " + (scheme + 3 < hop.length() ? hop.substring(scheme + 3)
                : "host:port"));
        }
        if (hop.toLowerCase(Locale.ROOT).startsWith(MX)) {
            return parseMx(hop);
        }
        return hop.charAt(0) == '[' ? parseBracketed(hop) : parsePlain(hop);
    }

    private static NextHop parseMx(String hop) {
        String domain = hop.substring(MX.length());
        if (domain.isEmpty()) {
            throw new IllegalArgumentException("'" + hop + "' names no domain; write mx:example.com");
        }
        if (domain.charAt(0) == '[' || isNumeric(domain)) {
            throw new IllegalArgumentException("'" + hop + "' is an address, which has no MX; write " + domain);
        }
        int colon = domain.indexOf(':');
        if (colon >= 0) {
            throw new IllegalArgumentException("'" + hop + "' has a port, but mail exchangers listen on port " + DEFAULT_PORT + "; write "
                + MX + domain.substring(0, colon) + ", or " + domain + " for the host of that name");
        }
        return new NextHop(hop, Kind.MX, DomainName.of(domain).toString(), DEFAULT_PORT);
    }

    private static NextHop parseBracketed(String hop) {
        int end = hop.indexOf(']');
        if (end < 0) {
            throw new IllegalArgumentException("'" + hop + "' lacks the closing bracket; write an IPv6 address like [2001:db8::1]:25");
        }
        String inner = hop.substring(1, end);
        String rest = hop.substring(end + 1);
        if (inner.toLowerCase(Locale.ROOT).startsWith("ipv6:")) {
            throw new IllegalArgumentException("'" + hop + "' is written like an address literal; write ["
                + inner.substring("ipv6:".length()) + "]" + rest);
        }
        if (inner.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + hop + "' has brackets around something else than an IPv6 address; write "
                + (inner.isEmpty() ? "[2001:db8::1]:25" : inner + rest));
        }
        if (!rest.isEmpty() && rest.charAt(0) != ':') {
            throw new IllegalArgumentException("'" + hop + "' has '" + rest + "' after the bracket; write [" + inner + "]:port");
        }
        if (inner.indexOf('%') >= 0) {
            throw new IllegalArgumentException("'" + hop + "' has a zone id; write an address that is not link-local");
        }
        IpAddress address = IpAddress.parse(inner);
        return new NextHop(hop, Kind.ADDRESS, address.toString(), rest.isEmpty() ? DEFAULT_PORT : parsePort(rest.substring(1), hop));
    }

    private static NextHop parsePlain(String hop) {
        int colon = hop.indexOf(':');
        if (colon != hop.lastIndexOf(':')) {
            throw tooManyColons(hop);
        }
        String host = colon < 0 ? hop : hop.substring(0, colon);
        if (host.isEmpty()) {
            throw new IllegalArgumentException("'" + hop + "' has no host; " + EXAMPLES);
        }
        if (host.indexOf('@') >= 0) {
            throw new IllegalArgumentException("'" + hop + "' is a mail address; write the host alone");
        }
        int port = colon < 0 ? DEFAULT_PORT : parsePort(hop.substring(colon + 1), hop);
        if (isNumeric(host)) {
            return new NextHop(hop, Kind.ADDRESS, IpAddress.parse(host).toString(), port);
        }
        return new NextHop(hop, Kind.HOST, DomainName.of(host).toString(), port);
    }

    private static IllegalArgumentException tooManyColons(String hop) {
        try {
            IpAddress.parse(hop);
            return new IllegalArgumentException("'" + hop + "' is an IPv6 address without brackets; write [" + hop + "]");
        } catch (IllegalArgumentException e) {
            return new IllegalArgumentException("'" + hop + "' has more than one colon; " + EXAMPLES);
        }
    }

    /** Whether this can only be meant as an IPv4 address: digits and dots. */
    private static boolean isNumeric(String host) {
        return host.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
    }

    private static int parsePort(String port, String hop) {
        boolean digits = !port.isEmpty() && port.length() <= MAX_PORT_DIGITS && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || port.charAt(0) == '0' || Integer.parseInt(port) > MAX_PORT) {
            throw new IllegalArgumentException("'" + hop + "' has the port '" + port + "'; write a port from 1 to " + MAX_PORT);
        }
        return Integer.parseInt(port);
    }

    /** What {@link #host()} is. */
    public Kind kind() {
        return kind;
    }

    /** The host or domain in canonical form (lower-case A-labels, no trailing dot), or the address, an IPv6 one without brackets. */
    public String host() {
        return host;
    }

    /** The TCP port, 1 to 65535. */
    public int port() {
        return port;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof NextHop)) {
            return false;
        }
        NextHop that = (NextHop) other;
        return kind == that.kind && port == that.port && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return (kind.hashCode() * 31 + host.hashCode()) * 31 + port;
    }

    /** The next hop as written. */
    @Override
    public String toString() {
        return text;
    }
}
