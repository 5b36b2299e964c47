package org.relaycontrol.policy;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a routing entry's recipients are verified by asking: the next hop, by a callout (an SMTP dialogue up to RCPT), or an LDAP directory.
 * Immutable.
 */
public final class Verification {

    /** How long one question may take, see {@link #timeout()}: Exim's {@code callout}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    /** How long it is known that a recipient exists: Exim's {@code callout_positive_expire}. */
    public static final Duration DEFAULT_TTL = Duration.ofHours(24);
    /** How long it is known that a recipient does not exist: Exim's {@code callout_negative_expire}. */
    public static final Duration DEFAULT_NEGATIVE_TTL = Duration.ofHours(2);
    /** The shortest of all durations. */
    public static final Duration SHORTEST = Duration.ofSeconds(1);
    /** The longest {@link #timeout()}: RFC 5321 section 4.5.3.2 has a client wait so long for the reply to RCPT. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);
    /** The longest {@link #ttl()} and {@link #negativeTtl()}: Postfix's {@code address_verify_positive_expire_time}. */
    public static final Duration LONGEST_TTL = Duration.ofDays(31);

    /** What is done with a recipient of which nobody can say whether it exists. */
    public enum OnFailure {
        /** It is accepted, so that mail is queued while the inner server is down. */
        ACCEPT,
        /** It is refused for now. */
        DEFER
    }

    private final @Nullable LdapDirectory directory;
    private final Duration timeout;
    private final Duration ttl;
    private final Duration negativeTtl;
    private final OnFailure onFailure;
    private final String recipientDelimiter;

    private Verification(@Nullable LdapDirectory directory, Duration timeout, Duration ttl, Duration negativeTtl, OnFailure onFailure,
                         String recipientDelimiter) {
        this.directory = directory;
        this.timeout = timeout;
        this.ttl = ttl;
        this.negativeTtl = negativeTtl;
        this.onFailure = onFailure;
        this.recipientDelimiter = recipientDelimiter;
    }

    /** By asking the next hop. What fails is accepted. */
    public static Verification callout() {
        return new Verification(null, DEFAULT_TIMEOUT, DEFAULT_TTL, DEFAULT_NEGATIVE_TTL, OnFailure.ACCEPT, "");
    }

    /** By asking a directory. What fails is accepted. */
    public static Verification ldap(LdapDirectory directory) {
        return new Verification(Objects.requireNonNull(directory), DEFAULT_TIMEOUT, DEFAULT_TTL, DEFAULT_NEGATIVE_TTL, OnFailure.ACCEPT,
            "");
    }

    /**
     * The same, with this time for a question.
     *
     * @throws IllegalArgumentException if it is not between {@link #SHORTEST} and {@link #LONGEST_TIMEOUT}
     */
    public Verification withTimeout(Duration value) {
        return new Verification(directory, checked("verifyTimeout", value, LONGEST_TIMEOUT), ttl, negativeTtl, onFailure,
            recipientDelimiter);
    }

    /**
     * The same, with this lifetime of the answer that a recipient exists.
     *
     * @throws IllegalArgumentException if it is not between {@link #SHORTEST} and {@link #LONGEST_TTL}
     */
    public Verification withTtl(Duration value) {
        return new Verification(directory, timeout, checked("verifyTtl", value, LONGEST_TTL), negativeTtl, onFailure, recipientDelimiter);
    }

    /**
     * The same, with this lifetime of the answer that a recipient does not exist.
     *
     * @throws IllegalArgumentException if it is not between {@link #SHORTEST} and {@link #LONGEST_TTL}
     */
    public Verification withNegativeTtl(Duration value) {
        return new Verification(directory, timeout, ttl, checked("verifyNegativeTtl", value, LONGEST_TTL), onFailure, recipientDelimiter);
    }

    /** The same, with what is done if nobody can say whether a recipient exists. */
    public Verification withOnFailure(OnFailure value) {
        return new Verification(directory, timeout, ttl, negativeTtl, value, recipientDelimiter);
    }

    /** The same, with the characters that begin a tag; see {@link Recipient#comparedLocalPartWithoutTag}. */
    public Verification withRecipientDelimiter(String delimiters) {
        return new Verification(directory, timeout, ttl, negativeTtl, onFailure, delimiters);
    }

    private static Duration checked(String what, Duration value, Duration longest) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(longest) > 0) {
            throw new IllegalArgumentException(what + " is " + value.toSeconds() + "s; write " + SHORTEST.toSeconds() + "s to "
                + (longest.toHours() > 0 ? longest.toHours() + "h" : longest.toMinutes() + "m"));
        }
        return value;
    }

    /** The directory that is asked, or null: the entry's next hop is. */
    public @Nullable LdapDirectory directory() {
        return directory;
    }

    /** How long one question may take in all. */
    public Duration timeout() {
        return timeout;
    }

    /** How long it is known that a recipient exists. */
    public Duration ttl() {
        return ttl;
    }

    /** How long it is known that a recipient does not exist. */
    public Duration negativeTtl() {
        return negativeTtl;
    }

    /** What is done if nobody can say whether a recipient exists. */
    public OnFailure onFailure() {
        return onFailure;
    }

    /** Each of its characters begins a tag in local parts that a directory is asked for; empty for none. A next hop knows its own. */
    public String recipientDelimiter() {
        return recipientDelimiter;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Verification)) {
            return false;
        }
        Verification that = (Verification) other;
        return Objects.equals(directory, that.directory) && timeout.equals(that.timeout) && ttl.equals(that.ttl)
            && negativeTtl.equals(that.negativeTtl) && onFailure == that.onFailure && recipientDelimiter.equals(that.recipientDelimiter);
    }

    @Override
    public int hashCode() {
        return Objects.hash(directory, timeout, ttl, negativeTtl, onFailure, recipientDelimiter);
    }

    /** {@code callout}, or {@code ldap} and the name of the directory. */
    @Override
    public String toString() {
        return directory == null ? "callout" : "ldap " + directory.name();
    }
}
