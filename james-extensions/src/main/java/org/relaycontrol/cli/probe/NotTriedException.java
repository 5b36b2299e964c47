package org.relaycontrol.cli.probe;

/**
 * A situation cannot be brought about with this server; the message says why.
 */
final class NotTriedException extends Exception {

    private static final long serialVersionUID = 1L;

    NotTriedException(String message) {
        super(message);
    }
}
