package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A conversation with a server that ended, or never came to, a transaction: how far it had come, and what the server said, if it did.
 */
public final class SmtpException extends IOException {

    private static final long serialVersionUID = 1L;

    /** How far the conversation had come. */
    public enum Stage {
        /** No TCP connection, or no greeting that invites to go on, or no answer to EHLO and HELO. */
        CONNECT("connecting"),
        /** TLS is not to be had, or the certificate is not as required. */
        TLS("TLS"),
        /** The server does not take our credentials. */
        AUTHENTICATION("AUTH"),
        /** The server refuses the sender, or a new transaction at all. */
        SENDER("MAIL"),
        /** The connection broke before the end of the message was sent: the server cannot have taken it. */
        TRANSACTION("the transaction"),
        /** The connection broke after the end of the message was sent: the server may have taken it. */
        END_OF_DATA("waiting for the reply to the end of the message");

        private final String text;

        Stage(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Stage stage;
    private final String problem;
    private final transient @Nullable Reply reply;

    SmtpException(Stage stage, String problem, Throwable cause) {
        super(problem, cause);
        this.stage = stage;
        this.problem = problem;
        this.reply = null;
    }

    SmtpException(Stage stage, String problem) {
        super(problem);
        this.stage = stage;
        this.problem = problem;
        this.reply = null;
    }

    SmtpException(Stage stage, Reply reply) {
        super(reply.toString());
        this.stage = stage;
        this.problem = reply.toString();
        this.reply = reply;
    }

    /** The failure of something that was written or read. */
    static SmtpException of(Stage stage, IOException failure) {
        if (failure instanceof SmtpException) {
            return (SmtpException) failure;
        }
        String message = failure.getMessage();
        return new SmtpException(stage, message == null || message.isBlank() ? failure.getClass().getSimpleName() : message, failure);
    }

    /** How far the conversation had come. */
    public Stage stage() {
        return stage;
    }

    /** What went wrong: the reply, if that is what ended the conversation. */
    @Override
    public String getMessage() {
        return problem;
    }

    /** What the server answered, if that is what ended the conversation. */
    public Optional<Reply> reply() {
        return Optional.ofNullable(reply);
    }
}
