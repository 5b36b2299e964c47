package org.relaycontrol.policy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Next hops in the order in which they are tried, with what a named {@code <nextHop>} adds: how to encrypt, as whom to authenticate, and
 * how to connect. Never empty. The password stays in its file: this class knows the path alone and reads nothing. Immutable.
 */
public final class NextHops {

    /** The shortest and longest {@link #connectTimeout()}; TCP itself gives up after about two minutes. */
    public static final Duration MIN_CONNECT_TIMEOUT = Duration.ofSeconds(1);
    /** See {@link #MIN_CONNECT_TIMEOUT}. */
    public static final Duration MAX_CONNECT_TIMEOUT = Duration.ofMinutes(5);
    /** The shortest and longest {@link #timeout()}. */
    public static final Duration MIN_TIMEOUT = Duration.ofSeconds(10);
    /** See {@link #MIN_TIMEOUT}. */
    public static final Duration MAX_TIMEOUT = Duration.ofHours(1);
    /** RFC 5321 section 4.5.3.2.6: how long a client has to wait for the reply to the end of a message, the longest of its limits. */
    public static final Duration PATIENT_TIMEOUT = Duration.ofMinutes(10);
    /** The highest {@link #maxConnections()}. */
    public static final int MOST_CONNECTIONS = 1000;

    private static final List<IpAddress> UNSPECIFIED = List.of(IpAddress.parse("0.0.0.0"), IpAddress.parse("::"));

    private final List<NextHop> hosts;
    private final @Nullable String name;
    private final Tls tls;
    private final @Nullable String username;
    private final @Nullable String passwordFile;
    private final boolean balance;
    private final @Nullable DomainName heloName;
    private final List<IpAddress> bind;
    private final @Nullable Duration connectTimeout;
    private final @Nullable Duration timeout;
    private final @Nullable Integer maxConnections;

    /** What is asked of TLS on the way to a next hop: by STARTTLS (RFC 3207), or first of all where the host is {@code smtps:}. */
    public enum Tls {
        /** No encryption. */
        NONE("none"),
        /** Encrypted if the host offers it, whatever its certificate. */
        OPPORTUNISTIC("opportunistic"),
        /** Encrypted or not delivered, whatever the certificate: protects from listeners, not from impostors. */
        REQUIRED("required"),
        /** Encrypted, by a host with a trusted certificate for the name in the policy (or in the MX record), or not delivered. */
        REQUIRED_VERIFIED("required-verified");

        private final String text;

        Tls(String text) {
            this.text = text;
        }

        /**
         * Reads the spelling of the policy file.
         *
         * @throws IllegalArgumentException with what to write, if it is none of the four
         */
        public static Tls parse(String text) {
            return Stream.of(values())
                .filter(tls -> tls.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text
                    + "' is no way to use TLS; write none, opportunistic, required or required-verified"));
        }

        /** The spelling of the policy file. */
        @Override
        public String toString() {
            return text;
        }
    }

    private NextHops(List<NextHop> hosts, Builder builder) {
        this.hosts = hosts;
        this.name = builder.name;
        this.tls = tls(hosts, builder.tls);
        this.username = builder.username;
        this.passwordFile = builder.passwordFile;
        this.balance = builder.balance;
        this.heloName = builder.heloName;
        this.bind = builder.bind;
        this.connectTimeout = builder.connectTimeout;
        this.timeout = builder.timeout;
        this.maxConnections = builder.maxConnections;
    }

    private static Tls tls(List<NextHop> hosts, @Nullable Tls written) {
        Optional<NextHop> smtps = hosts.stream().filter(NextHop::smtps).findFirst();
        if (written == null) {
            return smtps.isPresent() ? Tls.REQUIRED : Tls.NONE;
        }
        if (smtps.isPresent() && (written == Tls.NONE || written == Tls.OPPORTUNISTIC)) {
            String hop = smtps.get().toString();
            throw new IllegalArgumentException("tls=\"" + written + "\" with " + hop + ", which is always encrypted; "
                + "write tls=\"required\" or tls=\"required-verified\", or " + hop.substring(hop.indexOf(':') + 1) + " without smtps:");
        }
        return written;
    }

    /**
     * Reads next hops separated by commas.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if one of them is none
     */
    public static NextHops parse(String hosts) {
        return new NextHops(parseHosts(hosts), new Builder(null, hosts));
    }

    /**
     * A named next hop with these credentials and nothing else.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static NextHops named(String name, String hosts, Tls tls, @Nullable String username, @Nullable String passwordFile) {
        return named(name, hosts).tls(tls).credentials(username, passwordFile).build();
    }

    /**
     * A builder of a named next hop.
     *
     * @param hosts next hops separated by commas
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder named(String name, String hosts) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of the next hop is empty; write one for via= to refer to");
        }
        return new Builder(name, hosts);
    }

    private static List<NextHop> parseHosts(String hosts) {
        return Stream.of(hosts.split(",", -1)).map(NextHop::parse).collect(Collectors.toUnmodifiableList());
    }

    /** The next hops in the order in which they are tried. */
    public List<NextHop> hosts() {
        return hosts;
    }

    /** The name other elements refer to, if it has one. */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** What is asked of TLS: {@link Tls#REQUIRED} at least if a host is {@code smtps:}, for it and the others. */
    public Tls tls() {
        return tls;
    }

    /** As whom to authenticate, if at all. */
    public Optional<String> username() {
        return Optional.ofNullable(username);
    }

    /** Path of the file whose first line is the password: there if, and only if, there is a user name. */
    public Optional<String> passwordFile() {
        return Optional.ofNullable(passwordFile);
    }

    /** Whether each mail begins at another host, chosen at random, to spread them; the others are for failover as ever. */
    public boolean balance() {
        return balance;
    }

    /** The name that EHLO and HELO give (RFC 5321 section 4.1.1.1), a domain or an address literal; absent for that of the server. */
    public Optional<DomainName> heloName() {
        return Optional.ofNullable(heloName);
    }

    /**
     * The local addresses to connect from, one IPv4 and one IPv6 address at most. A family of which there is none is not bound.
     */
    public List<IpAddress> bind() {
        return bind;
    }

    /** How long to wait for a TCP connection; absent for the server's default. */
    public Optional<Duration> connectTimeout() {
        return Optional.ofNullable(connectTimeout);
    }

    /** How long to wait for each reply, and for the host to take what is sent; absent for the server's default. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    /** How many connections there may be at once, to all hosts of these next hops together; absent for the server's default. */
    public OptionalInt maxConnections() {
        return maxConnections == null ? OptionalInt.empty() : OptionalInt.of(maxConnections);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof NextHops)) {
            return false;
        }
        NextHops that = (NextHops) other;
        return hosts.equals(that.hosts) && Objects.equals(name, that.name) && tls == that.tls
            && Objects.equals(username, that.username) && Objects.equals(passwordFile, that.passwordFile) && balance == that.balance
            && Objects.equals(heloName, that.heloName) && bind.equals(that.bind) && Objects.equals(connectTimeout, that.connectTimeout)
            && Objects.equals(timeout, that.timeout) && Objects.equals(maxConnections, that.maxConnections);
    }

    @Override
    public int hashCode() {
        return Objects.hash(hosts, name, tls, username, passwordFile, balance, heloName, bind, connectTimeout, timeout, maxConnections);
    }

    /** The hosts as written, joined by one space. */
    @Override
    public String toString() {
        return hosts.stream().map(NextHop::toString).collect(Collectors.joining(" "));
    }

    /** Collects a named next hop. What a setter is given is checked at once, what must go together when it is built. */
    public static final class Builder {

        private final @Nullable String name;
        private final String hosts;
        private @Nullable Tls tls;
        private @Nullable String username;
        private @Nullable String passwordFile;
        private boolean balance;
        private @Nullable DomainName heloName;
        private List<IpAddress> bind = List.of();
        private @Nullable Duration connectTimeout;
        private @Nullable Duration timeout;
        private @Nullable Integer maxConnections;

        private Builder(@Nullable String name, String hosts) {
            this.name = name;
            this.hosts = hosts;
        }

        /** What is asked of TLS. Without it: {@link Tls#REQUIRED} if a host is {@code smtps:}, else {@link Tls#NONE}. */
        public Builder tls(Tls value) {
            tls = value;
            return this;
        }

        /**
         * As whom to authenticate.
         *
         * @param user the user name, or null: not at all
         * @param file path of the file whose first line is the password; goes with a user name
         * @throws IllegalArgumentException if one is there without the other, or empty
         */
        public Builder credentials(@Nullable String user, @Nullable String file) {
            if (user != null && user.isEmpty()) {
                throw new IllegalArgumentException("the username is empty; write one or leave it out");
            }
            if (user != null && file == null) {
                throw new IllegalArgumentException("username without passwordFile; "
                    + "write passwordFile too, a file whose first line is the password");
            }
            if (user == null && file != null) {
                throw new IllegalArgumentException("passwordFile without username; write username too, or leave passwordFile out");
            }
            if (file != null && file.isBlank()) {
                throw new IllegalArgumentException("passwordFile is empty; write the path of a file whose first line is the password");
            }
            username = user;
            passwordFile = file;
            return this;
        }

        /** Whether to spread mail over the hosts. */
        public Builder balance(boolean value) {
            balance = value;
            return this;
        }

        /** The name that EHLO and HELO give. */
        public Builder heloName(DomainName value) {
            heloName = value;
            return this;
        }

        /**
         * The local addresses to connect from.
         *
         * @throws IllegalArgumentException if two are of one family, or one is no address of one interface
         */
        public Builder bind(List<IpAddress> addresses) {
            for (int i = 0; i < addresses.size(); i++) {
                IpAddress address = addresses.get(i);
                if (UNSPECIFIED.contains(address)) {
                    throw new IllegalArgumentException("bind has " + address + ", which is every address; "
                        + "write one address of this server, or leave bind out");
                }
                if (addresses.subList(0, i).stream().anyMatch(before -> before.isIpv4() == address.isIpv4())) {
                    throw new IllegalArgumentException("bind has two " + (address.isIpv4() ? "IPv4" : "IPv6") + " addresses, "
                        + addresses.get(0) + " and " + address + "; write one IPv4 and one IPv6 address at most");
                }
            }
            bind = List.copyOf(addresses);
            return this;
        }

        /**
         * How long to wait for a TCP connection.
         *
         * @throws IllegalArgumentException if it is not between {@link #MIN_CONNECT_TIMEOUT} and {@link #MAX_CONNECT_TIMEOUT}
         */
        public Builder connectTimeout(Duration value) {
            connectTimeout = checked("connectTimeout", value, MIN_CONNECT_TIMEOUT, MAX_CONNECT_TIMEOUT);
            return this;
        }

        /**
         * How long to wait for each reply.
         *
         * @throws IllegalArgumentException if it is not between {@link #MIN_TIMEOUT} and {@link #MAX_TIMEOUT}
         */
        public Builder timeout(Duration value) {
            timeout = checked("timeout", value, MIN_TIMEOUT, MAX_TIMEOUT);
            return this;
        }

        private static Duration checked(String what, Duration value, Duration min, Duration max) {
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                throw new IllegalArgumentException(what + " is " + value.toSeconds() + "s; write " + min.toSeconds() + "s to "
                    + max.toSeconds() + "s");
            }
            return value;
        }

        /**
         * How many connections there may be at once.
         *
         * @throws IllegalArgumentException if it is not between 1 and {@link #MOST_CONNECTIONS}
         */
        public Builder maxConnections(int value) {
            if (value < 1 || value > MOST_CONNECTIONS) {
                throw new IllegalArgumentException("maxConnections is " + value + "; write 1 to " + MOST_CONNECTIONS);
            }
            maxConnections = value;
            return this;
        }

        /**
         * The next hop.
         *
         * @throws IllegalArgumentException if one of its hosts is none, or {@code smtps:} where TLS is not required
         */
        public NextHops build() {
            return new NextHops(parseHosts(hosts), this);
        }
    }
}
