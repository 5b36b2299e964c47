package org.relaycontrol.policy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops.Tls;

/**
 * An LDAP directory that is asked whether a recipient exists, such as Active Directory: where it is, how to bind, and which search finds
 * the recipient. The password stays in its file: this class knows the path alone, reads nothing and connects to nothing. Immutable.
 */
public final class LdapDirectory {

    /** Finds an address of a mailbox, group or contact of Exchange in Active Directory. */
    public static final String DEFAULT_FILTER = "(proxyAddresses=smtp:%s)";

    private static final String PLACEHOLDERS = "sud%";

    private final String name;
    private final List<Url> urls;
    private final Tls tls;
    private final @Nullable String bindDn;
    private final @Nullable String passwordFile;
    private final String base;
    private final String filter;

    private LdapDirectory(Builder builder) {
        this.name = builder.name;
        this.urls = builder.urls;
        this.tls = tls(builder.urls, builder.tls);
        this.bindDn = builder.bindDn;
        this.passwordFile = builder.passwordFile;
        this.base = builder.base;
        this.filter = builder.filter;
    }

    private static Tls tls(List<Url> urls, @Nullable Tls written) {
        Optional<Url> ldaps = urls.stream().filter(Url::isLdaps).findFirst();
        if (written == null) {
            return ldaps.isPresent() ? Tls.REQUIRED_VERIFIED : Tls.NONE;
        }
        if (ldaps.isPresent() && written == Tls.NONE) {
            throw new IllegalArgumentException("tls=\"none\" with " + ldaps.get() + ", which is always encrypted; "
                + "write tls=\"required\" or tls=\"required-verified\", or ldap:// in its place");
        }
        return written;
    }

    /**
     * A builder of a directory without TLS (unless a URL is {@code ldaps:}), anonymous, with {@link #DEFAULT_FILTER}.
     *
     * @param urls {@code ldap:} and {@code ldaps:} URLs of a host and perhaps a port, separated by commas
     * @param base the DN below which recipients are searched; empty for the whole directory, as a global catalog allows
     * @throws IllegalArgumentException with the problem and what to write instead, if a URL is none
     */
    public static Builder builder(String name, String urls, String base) {
        return new Builder(name, Stream.of(urls.split(",", -1)).map(url -> Url.parse(url.strip())).collect(Collectors.toUnmodifiableList()),
            base);
    }

    /** The name that routing entries refer to. */
    public String name() {
        return name;
    }

    /** Where it is, in the order in which they are tried. */
    public List<Url> urls() {
        return urls;
    }

    /**
     * What is asked of TLS, never {@link Tls#OPPORTUNISTIC}: first of all where the URL is {@code ldaps:}, by StartTLS (RFC 4511 section
     * 4.14) where it is {@code ldap:}.
     */
    public Tls tls() {
        return tls;
    }

    /** As whom to bind: a DN, or what else the directory takes; anonymously if absent. */
    public Optional<String> bindDn() {
        return Optional.ofNullable(bindDn);
    }

    /** Path of the file whose first line is the password: there if, and only if, there is a bind DN. */
    public Optional<String> passwordFile() {
        return Optional.ofNullable(passwordFile);
    }

    /** The DN below which recipients are searched. */
    public String base() {
        return base;
    }

    /** The search filter as written, with {@code %s} for the address, {@code %u} for its local part, {@code %d} for its domain. */
    public String filter() {
        return filter;
    }

    /**
     * The search filter (RFC 4515) for a recipient. What comes from its address is escaped, so that it is compared and never obeyed.
     *
     * @param comparedLocalPart see {@link Recipient#comparedLocalPart()}
     */
    public String filterFor(String comparedLocalPart, DomainName recipientDomain) {
        String localPart = escaped(comparedLocalPart);
        String domain = escaped(recipientDomain.toString());
        StringBuilder made = new StringBuilder();
        int start = 0;
        for (int at = filter.indexOf('%'); at >= 0; at = filter.indexOf('%', start)) {
            made.append(filter, start, at);
            switch (filter.charAt(at + 1)) {
                case 's':
                    made.append(localPart).append('@').append(domain);
                    break;
                case 'u':
                    made.append(localPart);
                    break;
                case 'd':
                    made.append(domain);
                    break;
                default:
                    made.append('%');
                    break;
            }
            start = at + 2;
        }
        return made.append(filter, start, filter.length()).toString();
    }

    /** RFC 4515 section 3: letters, digits and some signs stay, all other octets of the UTF-8 form are written in hexadecimal. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' || octet >= '0' && octet <= '9'
                || octet >= 0 && "@.-_+=".indexOf(octet) >= 0;
            if (plain) {
                escaped.append((char) octet);
            } else {
                escaped.append('\\').append(Character.forDigit(octet >> 4 & 0xf, 16)).append(Character.forDigit(octet & 0xf, 16));
            }
        }
        return escaped.toString();
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof LdapDirectory)) {
            return false;
        }
        LdapDirectory that = (LdapDirectory) other;
        return name.equals(that.name) && urls.equals(that.urls) && tls == that.tls && Objects.equals(bindDn, that.bindDn)
            && Objects.equals(passwordFile, that.passwordFile) && base.equals(that.base) && filter.equals(that.filter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, urls, tls, bindDn, passwordFile, base, filter);
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }

    /** Where a directory listens: an LDAP URL (RFC 4516) of nothing but a host and perhaps a port. Immutable. */
    public static final class Url {

        private static final Pattern URL = Pattern.compile("(?i)(ldaps?)://(?:\\[([^\\[\\]]+)\\]|([^\\[\\]:/?@#]+))(?::([0-9]{1,5}))?/?");
        private static final int LDAP_PORT = 389;
        private static final int LDAPS_PORT = 636;
        private static final int MAX_PORT = 65535;

        private final boolean ldaps;
        private final String host;
        private final int port;

        private Url(boolean ldaps, String host, int port) {
            this.ldaps = ldaps;
            this.host = host;
            this.port = port;
        }

        private static Url parse(String text) {
            Matcher matcher = URL.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no URL of a directory alone; write ldap://host, ldap://host:port, "
                    + "ldaps://host or ldaps://host:port, and say the rest with base, filter and bindDn");
            }
            boolean ldaps = matcher.group(1).toLowerCase(Locale.ROOT).endsWith("s");
            String host = matcher.group(2) == null ? hostName(matcher.group(3)) : IpAddress.parse(matcher.group(2)).toString();
            int port = matcher.group(4) == null ? ldaps ? LDAPS_PORT : LDAP_PORT : Integer.parseInt(matcher.group(4));
            if (port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException("'" + text + "' has the port " + port + "; write 1 to " + MAX_PORT);
            }
            return new Url(ldaps, host, port);
        }

        private static String hostName(String text) {
            DomainName name = DomainName.of(text);
            return name.isLiteral() ? name.toString().substring(1, name.toString().length() - 1) : name.toString();
        }

        /** Whether TLS comes first. */
        public boolean isLdaps() {
            return ldaps;
        }

        /** The host's name or address, IPv6 without brackets. */
        public String host() {
            return host;
        }

        /** The port. */
        public int port() {
            return port;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Url && ldaps == ((Url) other).ldaps && host.equals(((Url) other).host) && port == ((Url) other).port;
        }

        @Override
        public int hashCode() {
            return Objects.hash(ldaps, host, port);
        }

        /** The URL, its port included. */
        @Override
        public String toString() {
            return (ldaps ? "ldaps" : "ldap") + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /** Collects a directory. What a setter is given is checked at once, what must go together when it is built. */
    public static final class Builder {

        private final String name;
        private final List<Url> urls;
        private final String base;
        private @Nullable Tls tls;
        private @Nullable String bindDn;
        private @Nullable String passwordFile;
        private String filter = DEFAULT_FILTER;

        private Builder(String name, List<Url> urls, String base) {
            this.name = name;
            this.urls = urls;
            this.base = base;
        }

        /**
         * What is asked of TLS. Without it: {@link Tls#REQUIRED_VERIFIED} if a URL is {@code ldaps:}, else {@link Tls#NONE}.
         *
         * @throws IllegalArgumentException if it is opportunistic: there is nothing to see whether a directory offers TLS by
         */
        public Builder tls(Tls value) {
            if (value == Tls.OPPORTUNISTIC) {
                throw new IllegalArgumentException("tls=\"opportunistic\" is for next hops; write none, required or required-verified");
            }
            tls = value;
            return this;
        }

        /**
         * As whom to bind.
         *
         * @param dn the DN, or null: anonymously
         * @param file path of the file whose first line is the password; goes with a DN
         * @throws IllegalArgumentException if one is there without the other, or empty
         */
        public Builder bind(@Nullable String dn, @Nullable String file) {
            if ((dn == null) != (file == null)) {
                throw new IllegalArgumentException(file == null ? "bindDn without passwordFile; write passwordFile too, a file whose first "
                    + "line is the password" : "passwordFile without bindDn; write bindDn too, or leave passwordFile out");
            }
            if (dn != null && dn.isEmpty() || file != null && file.isBlank()) {
                throw new IllegalArgumentException("bindDn or passwordFile is empty; write both, or leave both out to bind anonymously");
            }
            bindDn = dn;
            passwordFile = file;
            return this;
        }

        /**
         * Which search finds a recipient.
         *
         * @throws IllegalArgumentException with the problem and what to write instead, if it does not depend on the recipient or cannot be
         *     a filter of RFC 4515
         */
        public Builder filter(String value) {
            if (!isEnclosed(value)) {
                throw new IllegalArgumentException("'" + value + "' is no search filter of RFC 4515, its parentheses do not match; "
                    + "write one like " + DEFAULT_FILTER);
            }
            boolean dependsOnAddress = false;
            for (int at = value.indexOf('%'); at >= 0; at = value.indexOf('%', at + 2)) {
                char placeholder = value.charAt(at + 1);
                if (PLACEHOLDERS.indexOf(placeholder) < 0) {
                    throw new IllegalArgumentException("the filter '" + value + "' has the unknown placeholder %" + placeholder
                        + "; write %s for the address, %u for its local part, %d for its domain, or %% for a percent sign");
                }
                dependsOnAddress |= placeholder == 's' || placeholder == 'u';
            }
            if (!dependsOnAddress) {
                throw new IllegalArgumentException("the filter '" + value + "' is the same for every recipient of a domain; write %s where "
                    + "the address belongs, or %u for its local part");
            }
            filter = value;
            return this;
        }

        /** Whether the first parenthesis is closed by the last character and by none before. */
        private static boolean isEnclosed(String text) {
            int depth = 0;
            for (int i = 0; i < text.length(); i++) {
                depth += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
                if (depth <= 0) {
                    return depth == 0 && i > 0 && i == text.length() - 1;
                }
            }
            return false;
        }

        /**
         * The directory.
         *
         * @throws IllegalArgumentException if TLS is none, and a URL {@code ldaps:}
         */
        public LdapDirectory build() {
            return new LdapDirectory(this);
        }
    }
}
