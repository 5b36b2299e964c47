package org.relaycontrol.policy;

import java.util.Objects;

/**
 * Where mail is handed on to: {@code host[:port]}, {@code IPv4[:port]} or {@code [IPv6][:port]}, whose addresses alone are looked up, each
 * with {@code smtps:} before it for TLS from the first octet on (RFC 8314), or {@code mx:domain}, the mail exchangers of a domain. Asks no
 * DNS. Immutable; equal if they lead to the same place, however written.
 */
public final class NextHop {

    /** RFC 5321 section 4.5.4.2. */
    public static final int DEFAULT_PORT = 25;
    /** RFC 8314 section 7.3: the port of {@code smtps:} hosts that name none. */
    public static final int DEFAULT_SMTPS_PORT = 465;

    private static final int MAX_PORT = 65535;
    private static final int MAX_PORT_DIGITS = 5;
    private static final String MX = "mx:";
    private static final String SMTPS = "smtps:";
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
    private final boolean smtps;

    private NextHop(String text, Kind kind, String host, int port, boolean smtps) {
        this.text = text;
        this.kind = kind;
        this.host = host;
        this.port = port;
        this.smtps = smtps;
    }

    /** The mail exchangers of a domain, {@code mx:domain}. */
    public static NextHop mx(DomainName domain) {
        if (domain.isLiteral()) {
            throw new IllegalArgumentException("'" + domain + "' is an address, which has no MX; write " + MX + " and a domain");
        }
        return new NextHop(MX + domain, Kind.MX, domain.toString(), DEFAULT_PORT, false);
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
            throw new IllegalArgumentException("'" + hop + "' is a URL; write " + (scheme + 3 == hop.length() ? "host:port"
                : (startsWith(hop, SMTPS) ? SMTPS : "") + hop.substring(scheme + 3)));
        }
        if (startsWith(hop, SMTPS)) {
            return parseSmtps(hop);
        }
        return startsWith(hop, MX) ? parseMx(hop) : parseHost(hop, "");
    }

    private static boolean startsWith(String hop, String prefix) {
        return hop.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static NextHop parseSmtps(String hop) {
        String rest = hop.substring(SMTPS.length());
        if (startsWith(rest, MX)) {
            throw new IllegalArgumentException("'" + hop + "' asks mail exchangers for smtps, but they listen on port " + DEFAULT_PORT
                + " without; write " + rest);
        }
        if (rest.isEmpty() || rest.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + hop + "' names no host; write smtps:host or smtps:host:port");
        }
        return parseHost(rest, SMTPS);
    }

    /** What follows the scheme, if there is one. */
    private static NextHop parseHost(String hop, String scheme) {
        return hop.charAt(0) == '[' ? parseBracketed(hop, scheme) : parsePlain(hop, scheme);
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
        return new NextHop(hop, Kind.MX, DomainName.of(domain).toString(), DEFAULT_PORT, false);
    }

    private static NextHop parseBracketed(String hop, String scheme) {
        int end = hop.indexOf(']');
        if (end < 0) {
            throw new IllegalArgumentException("'" + scheme + hop + "' lacks the closing bracket; write an IPv6 address like " + scheme
                + "[2001:db8::1]:" + defaultPort(scheme));
        }
        String inner = hop.substring(1, end);
        String rest = hop.substring(end + 1);
        if (startsWith(inner, "ipv6:")) {
            throw new IllegalArgumentException("'" + scheme + hop + "' is written like an address literal; write " + scheme + "["
                + inner.substring("ipv6:".length()) + "]" + rest);
        }
        if (inner.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + scheme + hop + "' has brackets around something else than an IPv6 address; write "
                + scheme + (inner.isEmpty() ? "[2001:db8::1]:" + defaultPort(scheme) : inner + rest));
        }
        if (!rest.isEmpty() && rest.charAt(0) != ':') {
            throw new IllegalArgumentException("'" + scheme + hop + "' has '" + rest + "' after the bracket; write " + scheme + "[" + inner
                + "]:port");
        }
        if (inner.indexOf('%') >= 0) {
            throw new IllegalArgumentException("'" + scheme + hop + "' has a zone id; write an address that is not link-local");
        }
        IpAddress address = IpAddress.parse(inner);
        int port = rest.isEmpty() ? defaultPort(scheme) : parsePort(rest.substring(1), scheme + hop);
        return of(hop, scheme, Kind.ADDRESS, address.toString(), port);
    }

    private static NextHop parsePlain(String hop, String scheme) {
        int colon = hop.indexOf(':');
        if (colon != hop.lastIndexOf(':')) {
            throw tooManyColons(hop, scheme);
        }
        String host = colon < 0 ? hop : hop.substring(0, colon);
        if (host.isEmpty()) {
            throw new IllegalArgumentException("'" + scheme + hop + "' has no host; " + EXAMPLES);
        }
        if (host.indexOf('@') >= 0) {
            throw new IllegalArgumentException("'" + scheme + hop + "' is a mail address; write the host alone");
        }
        int port = colon < 0 ? defaultPort(scheme) : parsePort(hop.substring(colon + 1), scheme + hop);
        return isNumeric(host)
            ? of(hop, scheme, Kind.ADDRESS, IpAddress.parse(host).toString(), port)
            : of(hop, scheme, Kind.HOST, DomainName.of(host).toString(), port);
    }

    private static NextHop of(String hop, String scheme, Kind kind, String host, int port) {
        if (host.equals("0.0.0.0") || host.equals("::")) {
            throw new IllegalArgumentException("'" + scheme + hop + "' is no address of one host; write the server that takes this mail");
        }
        return new NextHop(scheme + hop, kind, host, port, !scheme.isEmpty());
    }

    private static int defaultPort(String scheme) {
        return scheme.isEmpty() ? DEFAULT_PORT : DEFAULT_SMTPS_PORT;
    }

    private static IllegalArgumentException tooManyColons(String hop, String scheme) {
        try {
            IpAddress.parse(hop);
            return new IllegalArgumentException("'" + scheme + hop + "' is an IPv6 address without brackets; write " + scheme + "[" + hop
                + "]");
        } catch (IllegalArgumentException e) {
            return new IllegalArgumentException("'" + scheme + hop + "' has more than one colon; " + EXAMPLES);
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

    /** Whether TLS comes first, before the greeting (RFC 8314 section 3.3), rather than by STARTTLS. Never for {@link Kind#MX}. */
    public boolean smtps() {
        return smtps;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof NextHop)) {
            return false;
        }
        NextHop that = (NextHop) other;
        return kind == that.kind && port == that.port && smtps == that.smtps && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, host, port, smtps);
    }

    /** The next hop as written. */
    @Override
    public String toString() {
        return text;
    }
}
