package org.relaycontrol.policy;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Next hops in the order in which they are tried, with what a named {@code <nextHop>} adds: how to encrypt, and as whom to authenticate.
 * Never empty. The password stays in its file: this class knows the path alone and reads nothing. Immutable.
 */
public final class NextHops {

    private final List<NextHop> hosts;
    private final @Nullable String name;
    private final Tls tls;
    private final @Nullable String username;
    private final @Nullable String passwordFile;

    /** What is asked of TLS (STARTTLS, RFC 3207) on the way to a next hop. */
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

    private NextHops(List<NextHop> hosts, @Nullable String name, Tls tls, @Nullable String username, @Nullable String passwordFile) {
        this.hosts = hosts;
        this.name = name;
        this.tls = tls;
        this.username = username;
        this.passwordFile = passwordFile;
    }

    /**
     * Reads next hops separated by commas.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if one of them is none
     */
    public static NextHops parse(String hosts) {
        return new NextHops(parseHosts(hosts), null, Tls.NONE, null, null);
    }

    /**
     * A named next hop.
     *
     * @param hosts next hops separated by commas
     * @param username as whom to authenticate, or null: not at all
     * @param passwordFile path of the file whose first line is the password; goes with a user name
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static NextHops named(String name, String hosts, Tls tls, @Nullable String username, @Nullable String passwordFile) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of the next hop is empty; write one for via= to refer to");
        }
        if (username != null && username.isEmpty()) {
            throw new IllegalArgumentException("the username is empty; write one or leave it out");
        }
        if (username != null && passwordFile == null) {
            throw new IllegalArgumentException("username without passwordFile; "
                + "write passwordFile too, a file whose first line is the password");
        }
        if (username == null && passwordFile != null) {
            throw new IllegalArgumentException("passwordFile without username; write username too, or leave passwordFile out");
        }
        if (passwordFile != null && passwordFile.isBlank()) {
            throw new IllegalArgumentException("passwordFile is empty; write the path of a file whose first line is the password");
        }
        return new NextHops(parseHosts(hosts), name, tls, username, passwordFile);
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

    /** What is asked of TLS. */
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

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof NextHops)) {
            return false;
        }
        NextHops that = (NextHops) other;
        return hosts.equals(that.hosts) && Objects.equals(name, that.name) && tls == that.tls
            && Objects.equals(username, that.username) && Objects.equals(passwordFile, that.passwordFile);
    }

    @Override
    public int hashCode() {
        return Objects.hash(hosts, name, tls, username, passwordFile);
    }

    /** The hosts as written, joined by one space. */
    @Override
    public String toString() {
        return hosts.stream().map(NextHop::toString).collect(Collectors.joining(" "));
    }
}
