package org.relaycontrol.config;

/**
 * A managed list has another version than the one that an edit was meant for: somebody else has edited it.
 */
public final class OtherVersionException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String version;

    OtherVersionException(String version) {
        super("the list was edited meanwhile");
        this.version = version;
    }

    /** The version it has. */
    public String version() {
        return version;
    }
}
