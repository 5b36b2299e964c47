package org.relaycontrol.mailets;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.relaycontrol.nexthop.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the sender who did not get the mail: through the bounce processor with the attributes of James's {@link Bouncer}, or else in a
 * message of James's own; and for whom delivery will not be reported. Unlike James 3.8's own it reports failure, so that the recipients
 * stay in the queue.
 */
final class Bounces {

    private static final Logger LOGGER = LoggerFactory.getLogger(Bounces.class);

    private final MailetContext context;
    private final Optional<String> processor;
    private final Optional<String> relayedProcessor;

    Bounces(MailetContext context, Optional<String> processor, Optional<String> relayedProcessor) {
        this.context = context;
        this.processor = processor;
        this.relayedProcessor = relayedProcessor;
    }

    /**
     * Bounces a mail once for all recipients given, each with its reason.
     *
     * @param permanent whether the recipients were refused for good, rather than tried too often
     * @throws Exception if the bounce could not be made; nobody was told then
     */
    void bounce(Mail mail, Map<MailAddress, Outcome> failures, boolean permanent) throws Exception {
        if (processor.isEmpty() && !mail.hasSender()) {
            LOGGER.warn("{}: dropped for {}, nobody to tell: it has the null sender", mail.getName(), failures.keySet());
            return;
        }
        Mail copy = mail.duplicate();
        try {
            copy.setRecipients(failures.keySet());
            copy.setAttribute(new Attribute(Bouncer.IS_DELIVERY_PERMANENT_ERROR, AttributeValue.of(permanent)));
            if (processor.isPresent()) {
                copy.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR, AttributeValue.of(reasons(failures))));
                failures.values().iterator().next().code().ifPresent(code ->
                    copy.setAttribute(new Attribute(Bouncer.DELIVERY_ERROR_CODE, AttributeValue.of(code))));
                context.sendMail(copy, processor.get());
            } else {
                context.bounce(copy, explanation(failures, permanent));
            }
        } finally {
            LifecycleUtil.dispose(copy);
        }
    }

    /**
     * Tells the sender, if there is a processor for it, that the mail was handed on for these recipients, and that nothing more will be
     * heard of it (RFC 3461 section 5.2.2).
     *
     * @throws Exception if that failed
     */
    void relayed(Mail mail, Collection<MailAddress> recipients) throws Exception {
        if (relayedProcessor.isPresent() && mail.hasSender()) {
            Mail copy = mail.duplicate();
            try {
                copy.setRecipients(recipients);
                context.sendMail(copy, relayedProcessor.get());
            } finally {
                LifecycleUtil.dispose(copy);
            }
        }
    }

    /** The first reply comes first: delivery status notifications read its code. With several reasons, each says for whom it is. */
    private static String reasons(Map<MailAddress, Outcome> failures) {
        boolean several = new LinkedHashSet<>(failures.values()).size() > 1;
        Set<String> reasons = new LinkedHashSet<>();
        failures.forEach((recipient, outcome) -> reasons.add(outcome.text() + " (" + outcome.where()
            + (several ? " for " + recipient.asString() : "") + ")"));
        return String.join("; ", reasons);
    }

    private static String explanation(Map<MailAddress, Outcome> failures, boolean permanent) {
        String head = permanent ? "Your message could not be delivered to:"
            : "Your message could not be delivered in all the time it was tried, to:";
        return head + "\r\n\r\n" + failures.entrySet().stream()
            .map(failure -> failure.getKey().asString() + "\r\n    " + failure.getValue().where() + " said: "
                + failure.getValue().text() + "\r\n")
            .collect(Collectors.joining());
    }
}
