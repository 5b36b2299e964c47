package org.relaycontrol.mailets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.james.core.MailAddress;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.relaycontrol.nexthop.Credentials;
import org.relaycontrol.nexthop.Host;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.HostConnections.Limits;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.smtpclient.Reply;
import org.relaycontrol.smtpclient.SmtpException;
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

    private final MailetContext context;
    private final HostConnections connections;

    SmtpSender(MailetContext context, HostConnections connections) {
        this.context = context;
        this.connections = connections;
    }

    /** What became of each recipient. Never throws: what cannot be explained is deferred, with a stack trace in the log. */
    Map<MailAddress, Outcome> send(Mail mail, Collection<MailAddress> recipients, Host host, Optional<NextHops> hops) {
        Map<MailAddress, Outcome> outcomes = new LinkedHashMap<>();
        List<MailAddress> left = new ArrayList<>(recipients);
        try {
            MessageContent content = MessageContent.of(mail, context);
            while (!left.isEmpty()) {
                Transaction transaction = transaction(mail, left, content);
                Answers answers = connections.talk(host, hops, Limits.NONE,
                    connection -> new Answers(connection.send(transaction), connection.offersDsn()));
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
