package org.relaycontrol.cli.probe;

/**
 * What a test has shown, as far as SMTP shows it.
 */
public enum Outcome {

    /** The server accepted a recipient whose domain is not its own: it would relay. */
    RELAYS("would relay"),

    /**
     * The server accepted an address of its own that has the outside address in its local part. Whether it sends such mail on, by a
     * catch-all, an alias or by resolving the local part, SMTP does not show.
     */
    LOCAL("accepted as local"),

    /** The server refused for good. */
    REFUSED("refused"),

    /** The server refused for now: it may accept the next time. */
    PUT_OFF("put off"),

    /** The server did not answer, or not in SMTP. */
    NO_ANSWER("no answer"),

    /** The situation could not be brought about. */
    NOT_TRIED("not tried");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    /** In words. */
    @Override
    public String toString() {
        return text;
    }
}
