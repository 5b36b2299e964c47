package org.relaycontrol.cli.probe;

/**
 * What happens in a session before a test: whatever went well before must not open the relay.
 */
public enum Situation {

    /** Nothing but EHLO. */
    FRESH("after EHLO"),

    /** A transaction with a recipient that the server accepts, taken back by RSET. */
    RESET("after RSET"),

    /** A recipient that the server accepts, in the same transaction. */
    PERMITTED("after a permitted recipient"),

    /** An AUTH command that fails, encrypted where the server offers it. */
    FAILED_AUTH("after a failed AUTH"),

    /** The connection is encrypted. */
    STARTTLS("after STARTTLS");

    private final String text;

    Situation(String text) {
        this.text = text;
    }

    /** In words. */
    @Override
    public String toString() {
        return text;
    }
}
