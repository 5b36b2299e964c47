package org.relaycontrol.nexthop;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What became of one recipient at one attempt. Immutable.
 */
public final class Outcome {

    /** The kinds of outcomes. */
    public enum Kind {
        /** The next hop has taken responsibility. */
        DELIVERED,
        /** No later attempt and no other host would do better. */
        REFUSED,
        /** Another host or a later attempt may do better. */
        DEFERRED
    }

    private static final int MAX_TEXT = 500;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\s]+");
    private static final int CODE_LENGTH = 3;

    private final Kind kind;
    private final String where;
    private final String text;
    private final boolean local;
    private final boolean reporting;

    private Outcome(Kind kind, String where, String text, boolean local, boolean reporting) {
        this.kind = kind;
        this.where = where;
        this.text = text;
        this.local = local;
        this.reporting = reporting;
    }

    /** Delivered to a host that will report delivery to the sender if asked (RFC 3461), or will not. */
    public static Outcome delivered(String where, String reply, boolean reporting) {
        return new Outcome(Kind.DELIVERED, where, oneLine(reply), false, reporting);
    }

    public static Outcome refused(String where, String reply) {
        return new Outcome(Kind.REFUSED, where, oneLine(reply), false, false);
    }

    public static Outcome deferred(String where, String reply) {
        return new Outcome(Kind.DEFERRED, where, oneLine(reply), false, false);
    }

    /** Deferred by trouble that the administrator of this server can end: credentials, TLS, DNS, a next hop that does not exist. */
    public static Outcome localTrouble(String where, String text) {
        return new Outcome(Kind.DEFERRED, where, oneLine(text), true, false);
    }

    /** What a remote host says goes into log lines and bounces: keep it on one line, printable and short. */
    private static String oneLine(String text) {
        String line = UNPRINTABLE.matcher(text).replaceAll(" ").strip();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "...";
    }

    public Kind kind() {
        return kind;
    }

    /** The host that said so, for log lines. */
    public String where() {
        return where;
    }

    /** The reply of the host, or in the form of a reply where no host was asked. */
    public String text() {
        return text;
    }

    /** Whether the administrator of this server should look after it. */
    public boolean isLocalTrouble() {
        return local;
    }

    /** Whether the next hop reports delivery to senders who ask for it. */
    public boolean isReporting() {
        return reporting;
    }

    /** The SMTP reply code at the beginning of the text, if there is one. */
    public OptionalInt code() {
        boolean code = text.length() >= CODE_LENGTH && text.chars().limit(CODE_LENGTH).allMatch(c -> c >= '0' && c <= '9');
        return code ? OptionalInt.of(Integer.parseInt(text.substring(0, CODE_LENGTH))) : OptionalInt.empty();
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Outcome)) {
            return false;
        }
        Outcome that = (Outcome) other;
        return kind == that.kind && local == that.local && reporting == that.reporting
            && where.equals(that.where) && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, where, text, local, reporting);
    }

    @Override
    public String toString() {
        return kind + " by " + where + ": " + text;
    }
}
