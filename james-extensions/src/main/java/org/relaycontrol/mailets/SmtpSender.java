package org.relaycontrol.mailets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;
import org.relaycontrol.smtpclient.KeptConnections;
import org.relaycontrol.smtpclient.Peer;
import org.relaycontrol.smtpclient.Reply;
import org.relaycontrol.smtpclient.SmtpConnection;
import org.relaycontrol.smtpclient.SmtpException;
import org.relaycontrol.smtpclient.SmtpException.Stage;
import org.relaycontrol.smtpclient.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a mail to one host, with the settings of the next hop, over a connection that is kept for the next mail. Thread-safe.
 */
final class SmtpSender {

    private static final Logger LOGGER = LoggerFactory.getLogger(SmtpSender.class);

    /** RFC 4954 section 6: authentication is required, too weak, failed, or needs encryption. The sender cannot help it. */
    private static final Set<Integer> CREDENTIAL_CODES = Set.of(530, 534, 535, 538);
    /** RFC 5321 section 4.5.3.1.10: 452, and of old 552, say that there are too many recipients for one transaction. */
    private static final Set<Integer> TOO_MANY_CODES = Set.of(452, 552);
    /** RFC 3463: too many recipients. */
    private static final String TOO_MANY_DETAIL = "5.3";

    private final ClientSettings settings;
    private final MailetContext context;
    private final KeptConnections connections;
    private final Map<String, NextHops> inForce = new ConcurrentHashMap<>();

    SmtpSender(ClientSettings settings, MailetContext context, KeptConnections connections) {
        this.settings = settings;
        this.context = context;
        this.connections = connections;
    }

    /** What became of each recipient. Never throws: what cannot be explained is deferred, with a stack trace in the log. */
    Map<MailAddress, Outcome> send(Mail mail, Collection<MailAddress> recipients, Host host, Optional<NextHops> hops) {
        hops.ifPresent(this::closeWhatHasChanged);
        Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        List<MailAddress> left = new ArrayList<>(recipients);
        try {
            Optional<Credentials> credentials = hops.isPresent() ? Credentials.of(hops.get()) : Optional.empty();
            MessageContent content = MessageContent.of(mail, context);
            while (!left.isEmpty()) {
                Answers answers = send(transaction(mail, left, content), host, hops, credentials);
                List<MailAddress> sent = left;
                for (int i = 0; i < sent.size(); i++) {
                    outcomes.put(sent.get(i), outcome(answers.replies.get(i), host, answers.reporting));
                }
                left = tooMany(sent, answers.replies);
            }
        } catch (Credentials.MissingPasswordException e) {
            outcomes.putAll(all(left, Outcome.localTrouble(host.toString(), "451 4.3.5 no password: " + e.getMessage())));
        } catch (SmtpException e) {
            outcomes.putAll(all(left, outcome(e, host)));
        } catch (IOException | RuntimeException e) {
            LOGGER.error("{} to {}: unexpected failure at {}", mail.getName(), left, host, e);
            outcomes.putAll(all(left, Outcome.localTrouble(host.toString(), "451 4.3.0 internal error: " + e)));
        }
        return outcomes;
    }

    /** Connections with the settings of yesterday's policy are of no more use to a next hop of the same name. */
    private void closeWhatHasChanged(NextHops hops) {
        NextHops before = hops.name().map(name -> inForce.put(name, hops)).orElse(hops);
        if (!before.equals(hops)) {
            connections.closeWaiting(Optional.of(before));
        }
    }

    private static Map<MailAddress, Outcome> all(Collection<MailAddress> recipients, Outcome outcome) {
        Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        recipients.forEach(recipient -> outcomes.put(recipient, outcome));
        return outcomes;
    }

    private static Transaction transaction(Mail mail, List<MailAddress> recipients, MessageContent content) {
        Optional<DsnParameters> dsn = mail.dsnParameters();
        return new Transaction(mail.getMaybeSender().asOptional().map(Mailbox::of).orElse(""),
            recipients.stream()
                .map(recipient -> recipient(recipient, dsn.map(parameters -> parameters.getRcptParameters().get(recipient))))
                .collect(Collectors.toList()),
            content,
            dsn.flatMap(DsnParameters::getRetParameter).map(Enum::name).orElse(null),
            dsn.flatMap(DsnParameters::getEnvIdParameter).map(DsnParameters.EnvId::asString).orElse(null));
    }

    private static Transaction.Recipient recipient(MailAddress recipient, Optional<RecipientDsnParameters> dsn) {
        return new Transaction.Recipient(Mailbox.of(recipient),
            dsn.flatMap(RecipientDsnParameters::getNotifyParameter)
                .map(notify -> notify.stream().map(Enum::name).collect(Collectors.joining(",")))
                .orElse(null),
            dsn.flatMap(RecipientDsnParameters::getOrcptParameter)
                .map(MailAddress::asString)
                // James keeps the xtext it was given without decoding it.
                .filter(DsnParameters.XText::isValid)
                .map(original -> DsnParameters.RFC_822_PREFIX + original)
                .orElse(null));
    }

    /** What a host answered for each recipient, and whether it reports delivery. */
    private static final class Answers {

        private final List<Reply> replies;
        private final boolean reporting;

        private Answers(List<Reply> replies, boolean reporting) {
            this.replies = replies;
            this.reporting = reporting;
        }
    }

    /** With credentials, a failed handshake must not lead to a password in the clear. */
    private Answers send(Transaction transaction, Host host, Optional<NextHops> hops, Optional<Credentials> credentials)
            throws SmtpException {
        Tls tls = settings.tls(hops);
        try {
            return send(transaction, settings.peer(host, hops, tls, credentials), hops);
        } catch (SmtpException e) {
            if (e.stage() == Stage.TLS && tls == Tls.OPPORTUNISTIC && credentials.isEmpty()) {
                LOGGER.warn("{}: TLS failed, sending without: {}", host, e.getMessage());
                return send(transaction, settings.peer(host, hops, Tls.NONE, credentials), hops);
            }
            throw e;
        }
    }

    /**
     * Sends over a kept connection, and over a new one if there is none, or if the kept one turns out to be dead or the server takes no
     * transaction on it. Not if the server may have taken the message.
     */
    private Answers send(Transaction transaction, Peer peer, Optional<NextHops> hops) throws SmtpException {
        SmtpConnection kept = connections.take(peer);
        if (kept != null) {
            try {
                return send(transaction, kept);
            } catch (SmtpException e) {
                if (e.stage() == Stage.END_OF_DATA) {
                    throw e;
                }
                LOGGER.debug("{}: kept connection of no use, opening another: {}", peer, e.getMessage());
            }
        }
        return send(transaction, connections.open(peer, hops, hops.map(NextHops::maxConnections).orElse(OptionalInt.empty())));
    }

    private Answers send(Transaction transaction, SmtpConnection connection) throws SmtpException {
        boolean sent = false;
        try {
            Answers answers = new Answers(connection.send(transaction), connection.offersDsn());
            sent = true;
            return answers;
        } finally {
            if (sent) {
                connections.giveBack(connection);
            } else {
                connections.discard(connection);
            }
        }
    }

    /** Those who may go into a transaction of their own, provided that this one had room for anybody. */
    private static List<MailAddress> tooMany(List<MailAddress> recipients, List<Reply> replies) {
        return replies.stream().noneMatch(Reply::isPositive) ? List.of() : IntStream.range(0, recipients.size())
            .filter(i -> isTooMany(replies.get(i)))
            .mapToObj(recipients::get)
            .collect(Collectors.toList());
    }

    private static boolean isTooMany(Reply reply) {
        return TOO_MANY_CODES.contains(reply.code()) && (reply.hasDetail(TOO_MANY_DETAIL) || !reply.isEnhanced());
    }

    private static Outcome outcome(Reply reply, Host host, boolean reporting) {
        if (reply.isPositive()) {
            return Outcome.delivered(host.toString(), reply.toString(), reporting);
        }
        if (CREDENTIAL_CODES.contains(reply.code())) {
            return Outcome.localTrouble(host.toString(), reply.toString());
        }
        return reply.isPermanent() ? Outcome.refused(host.toString(), reply.toString())
            : Outcome.deferred(host.toString(), reply.toString());
    }

    private static Outcome outcome(SmtpException failure, Host host) {
        String where = host.toString();
        Optional<Reply> reply = failure.reply();
        switch (failure.stage()) {
            case SENDER:
                return reply.map(answer -> outcome(answer, host, false)).orElseGet(() -> Outcome.deferred(where, failure.getMessage()));
            case TLS:
                return reply.filter(Reply::isTransient)
                    .map(answer -> Outcome.deferred(where, answer.toString()))
                    .orElseGet(() -> Outcome.localTrouble(where, "451 4.7.5 no TLS: " + failure.getMessage()));
            case AUTHENTICATION:
                return Outcome.localTrouble(where, (reply.isPresent() ? "" : "451 4.7.0 not authenticated: ") + failure.getMessage());
            case END_OF_DATA:
                // RFC 1047: sent again, here or elsewhere, it may arrive twice; not sent again, it may be lost.
                return Outcome.deferred(where, "451 4.4.2 the connection broke after the end of the message: " + failure.getMessage());
            case TRANSACTION:
                return Outcome.deferred(where, (reply.isPresent() ? "" : "451 4.4.2 the connection broke: ") + failure.getMessage());
            default:
                return Outcome.deferred(where, (reply.isPresent() ? "" : "451 4.4.1 no connection: ") + failure.getMessage());
        }
    }
}
