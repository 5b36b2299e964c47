package org.relaycontrol.cli.probe;

import java.io.IOException;

/**
 * The dialogue with the server has ended: it closed the connection, was silent for too long, or said what is not SMTP. The message says
 * which.
 */
final class DialogueException extends IOException {

    private static final long serialVersionUID = 1L;

    DialogueException(String message) {
        super(message);
    }

    DialogueException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The connection broke. */
    static DialogueException of(IOException cause) {
        if (cause instanceof DialogueException) {
            return (DialogueException) cause;
        }
        String message = cause.getMessage();
        return new DialogueException(message == null ? cause.getClass().getSimpleName() : message, cause);
    }
}
