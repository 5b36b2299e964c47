package org.relaycontrol.mailets;

import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import javax.net.ssl.SSLException;

import org.apache.james.core.MailAddress;

/**
 * Reads from the exception of a mail transport what became of each recipient. By reflection, since the package of these exceptions
 * differs between James 3.8 (javax) and 3.9 (jakarta). With {@code mail.smtp.reportsuccess} there is an exception for success, too: it
 * alone carries the final reply of the host.
 */
final class SendFailure {

    private static final int CODE_TOO_MANY_RECIPIENTS = 552;
    private static final String NOT_CONVERTED_TO_TLS = "Could not convert socket to TLS";
    /** RFC 4954 section 6: authentication is required, too weak, failed, or needs encryption. The sender cannot help it. */
    private static final Set<Integer> CREDENTIAL_CODES = Set.of(530, 534, 535, 538);

    private final Exception exception;
    private final Host host;
    private final Map<String, Outcome> refusals = new HashMap<>();
    private final Set<String> accepted = new HashSet<>();

    private SendFailure(Exception exception, Host host) {
        this.exception = exception;
        this.host = host;
    }

    /** What became of each of the recipients that were given to the host in one transaction. */
    static Map<MailAddress, Outcome> outcomes(Exception exception, Collection<MailAddress> recipients, Host host) {
        return new SendFailure(exception, host).outcomes(recipients);
    }

    /** Whether the connection was to be encrypted and the handshake or the certificate was no good, before anything was sent. */
    static boolean isFailedHandshake(Exception exception) {
        return message(exception).startsWith(NOT_CONVERTED_TO_TLS);
    }

    private Map<MailAddress, Outcome> outcomes(Collection<MailAddress> recipients) {
        Object[] sent = (Object[]) get(exception, "getValidSentAddresses").orElse(new Object[0]);
        for (Object address : sent) {
            accepted.add(key(address));
        }
        readRecipientReplies();
        Outcome rest = outcomeOfTheRest();
        Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        for (MailAddress recipient : recipients) {
            String key = key(recipient);
            outcomes.put(recipient, accepted.contains(key)
                ? Outcome.delivered(host.toString(), message(exception))
                : refusals.getOrDefault(key, rest));
        }
        return outcomes;
    }

    private void readRecipientReplies() {
        boolean someAccepted = !accepted.isEmpty();
        for (Throwable reply = exception.getCause(); reply != null; reply = reply.getCause()) {
            if (reply.getClass().getSimpleName().equals("SMTPAddressFailedException")) {
                Object address = get(reply, "getAddress").orElse("");
                refusals.put(key(address), outcome(code(reply), message(reply), someAccepted));
            }
        }
    }

    /** For the recipients without a reply of their own: what ended the transaction, or kept it from beginning. */
    private Outcome outcomeOfTheRest() {
        if (isTls() || exception.getClass().getSimpleName().equals("AuthenticationFailedException")) {
            return Outcome.localTrouble(host.toString(), text());
        }
        // Without a code the connection failed, or was refused before a transaction: another host, or this one later, may take the mail.
        int code = code(exception);
        return code < 0 ? Outcome.deferred(host.toString(), text()) : outcome(code, message(exception), false);
    }

    private Outcome outcome(int code, String reply, boolean someAccepted) {
        if (CREDENTIAL_CODES.contains(code)) {
            return Outcome.localTrouble(host.toString(), reply);
        }
        // RFC 5321 section 4.5.3.1.10: after other recipients were accepted, 552 says that there are too many for one transaction.
        boolean tooMany = code == CODE_TOO_MANY_RECIPIENTS && someAccepted;
        return code >= 500 && code <= 599 && !tooMany ? Outcome.refused(host.toString(), reply) : Outcome.deferred(host.toString(), reply);
    }

    private boolean isTls() {
        if (isFailedHandshake(exception)) {
            return true;
        }
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException || message(cause).startsWith("STARTTLS is required")) {
                return true;
            }
        }
        return false;
    }

    /** The message of the exception and, since "IOException while sending message" says little, of what caused it. */
    private String text() {
        StringBuilder text = new StringBuilder(message(exception));
        for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
            if (text.indexOf(message(cause)) < 0) {
                text.append(": ").append(message(cause));
            }
        }
        return text.toString();
    }

    private static String message(Throwable exception) {
        String message = exception.getMessage();
        return message == null || message.isBlank() ? exception.getClass().getSimpleName() : message.strip();
    }

    private static int code(Throwable exception) {
        return get(exception, "getReturnCode").map(Integer.class::cast).orElse(-1);
    }

    private static String key(Object address) {
        return address.toString().toLowerCase(Locale.ROOT);
    }

    private static Optional<Object> get(Throwable exception, String getter) {
        try {
            return Optional.ofNullable(exception.getClass().getMethod(getter).invoke(exception));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + getter + " of " + exception.getClass().getName(), e);
        }
    }
}
