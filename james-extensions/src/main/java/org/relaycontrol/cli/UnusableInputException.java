package org.relaycontrol.cli;

/**
 * The input cannot be used: exit status 2. The message is for the user: what is wrong, and what to do instead.
 */
final class UnusableInputException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableInputException(String message) {
        super(message);
    }

    /** With the message of what went wrong. */
    UnusableInputException(Exception problem) {
        super(problem.getMessage(), problem);
    }
}
