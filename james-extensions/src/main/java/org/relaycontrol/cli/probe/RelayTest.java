package org.relaycontrol.cli.probe;

import java.util.List;

/**
 * One way to ask a server to relay: a sender and a recipient. Immutable.
 */
public final class RelayTest {

    private final int number;
    private final String form;
    private final List<String> knownFrom;
    private final String sender;
    private final String recipient;
    private final boolean local;
    private final int line;

    RelayTest(int number, String form, List<String> knownFrom, String sender, String recipient, boolean local, int line) {
        this.number = number;
        this.form = form;
        this.knownFrom = List.copyOf(knownFrom);
        this.sender = sender;
        this.recipient = recipient;
        this.local = local;
        this.line = line;
    }

    /** From 1, in the order in which they are run. */
    public int number() {
        return number;
    }

    /** The kind of address, in a word. */
    public String form() {
        return form;
    }

    /** The test suites that have it, with their number for it if they have numbers. */
    public List<String> knownFrom() {
        return knownFrom;
    }

    /** What MAIL names, without the angle brackets; empty for the null sender. */
    public String sender() {
        return sender;
    }

    /** What RCPT names, without the angle brackets. May contain anything, line ends too. */
    public String recipient() {
        return recipient;
    }

    /** The sender, fit for a terminal and not too long, in angle brackets. */
    public String printableSender() {
        return "<" + Printable.shortened(sender) + ">";
    }

    /** The recipient, fit for a terminal and not too long, in angle brackets. */
    public String printableRecipient() {
        return "<" + Printable.shortened(recipient) + ">";
    }

    /**
     * Whether the recipient, as RFC 5321 reads it, is an address of the server itself: its domain, which is what follows the last
     * {@code @}, is one of the server's, or it has none.
     */
    boolean isLocal() {
        return local;
    }

    /** Whether the recipient contains what a server may take for the end of a line. */
    boolean mayBeSeveralLines() {
        return line >= 0;
    }

    /** Of a recipient that a server may take for several lines: which of them, from 0, has the outside address. */
    int line() {
        return line;
    }
}
