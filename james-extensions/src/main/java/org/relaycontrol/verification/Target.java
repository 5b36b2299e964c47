package org.relaycontrol.verification;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Verification;

/**
 * Who is asked, with all that the policy says of how: what another setting makes another question. Immutable.
 */
final class Target {

    private final @Nullable LdapDirectory directory;
    private final @Nullable NextHops nextHops;
    private final String mxDomain;

    private Target(@Nullable LdapDirectory directory, @Nullable NextHops nextHops, String mxDomain) {
        this.directory = directory;
        this.nextHops = nextHops;
        this.mxDomain = mxDomain;
    }

    /**
     * Who is asked about recipients of a domain.
     *
     * @param nextHops where their mail goes; null for the domain's mail exchangers
     */
    static Target of(Verification verification, @Nullable NextHops nextHops, DomainName domain) {
        LdapDirectory directory = verification.directory();
        if (directory != null) {
            return new Target(directory, null, "");
        }
        return new Target(null, nextHops, nextHops == null ? domain.toString() : "");
    }

    /** The directory, if one is asked. */
    Optional<LdapDirectory> directory() {
        return Optional.ofNullable(directory);
    }

    /** The next hops, if they are asked. */
    Optional<NextHops> nextHops() {
        return Optional.ofNullable(nextHops);
    }

    /** Whose mail exchangers are asked, if neither a directory nor next hops are. */
    String mxDomain() {
        return mxDomain;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Target)) {
            return false;
        }
        Target that = (Target) other;
        return mxDomain.equals(that.mxDomain) && Objects.equals(nextHops, that.nextHops) && Objects.equals(directory, that.directory);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mxDomain, nextHops, directory);
    }

    /** For log lines: the next hops as written, {@code mx:domain}, or the directory's name. */
    @Override
    public String toString() {
        return directory != null ? "directory " + directory : nextHops != null ? "next hop " + nextHops : "mx:" + mxDomain;
    }
}
