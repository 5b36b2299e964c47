package org.relaycontrol.mailets;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue.MailQueueException;
import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.apache.mailet.MailetContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the sender who did not get the mail, as stock does: through the bounce processor with the attributes of {@link Bouncer}, or else
 * in a message with its text. Unlike James 3.8's own it reports failure, so that the recipients stay in the queue.
 */
final class Bounces {

    private static final Logger LOGGER = LoggerFactory.getLogger(Bounces.class);

    private final Bouncer bouncer;
    private final MailetContext context;
    private final Optional<String> processor;

    Bounces(Bouncer bouncer, MailetContext context, Optional<String> processor) {
        this.bouncer = bouncer;
        this.context = context;
        this.processor = processor;
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
                // James's text shows the message of mail exceptions alone, and this is one whatever the James version.
                context.bounce(copy, bouncer.explanationText(copy, new MailQueueException(reasons(failures))));
            }
        } finally {
            LifecycleUtil.dispose(copy);
        }
    }

    /** The first reply comes first: delivery status notifications read its code. */
    private static String reasons(Map<MailAddress, Outcome> failures) {
        Set<String> reasons = new LinkedHashSet<>();
        failures.values().forEach(outcome -> reasons.add(outcome.text()));
        return String.join("; ", reasons);
    }
}
