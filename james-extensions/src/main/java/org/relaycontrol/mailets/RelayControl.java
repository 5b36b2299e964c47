package org.relaycontrol.mailets;

import com.google.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.SpooledMail;
import org.relaycontrol.policy.Decision.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each recipient of a mail to the processor for local delivery, for relaying or for refusal, as the policy decides. A mail whose
 * recipients part ways is split. Put it after {@code RecipientRewriteTable}, in place of stock's {@code RecipientIsLocal},
 * {@code HostIsLocal} and relay matchers.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><td>{@code inboundProcessor}</td><td>for recipients that are delivered here; default {@code local-delivery}</td></tr>
 * <tr><td>{@code relayProcessor}</td><td>for recipients that are relayed; default {@code relay}</td></tr>
 * <tr><td>{@code deniedProcessor}</td><td>for the others; default {@code relay-denied}</td></tr>
 * </table>
 *
 * <pre><code>
 * &lt;mailet match="All" class="org.relaycontrol.mailets.RelayControl"&gt;
 *   &lt;inboundProcessor&gt;local-delivery&lt;/inboundProcessor&gt;
 *   &lt;relayProcessor&gt;relay&lt;/relayProcessor&gt;
 *   &lt;deniedProcessor&gt;relay-denied&lt;/deniedProcessor&gt;
 * &lt;/mailet&gt;
 * </code></pre>
 */
public class RelayControl extends GenericMailet {

    private static final Logger LOGGER = LoggerFactory.getLogger(RelayControl.class);

    private final SpooledMail spooledMail;
    private final MailQueueFactory<?> queueFactory;
    private ProcessingState inbound = new ProcessingState("local-delivery");
    private ProcessingState relay = new ProcessingState("relay");
    private ProcessingState denied = new ProcessingState("relay-denied");
    private @Nullable MailQueue spool;

    /** Decides by the running policy. */
    @Inject
    public RelayControl(SpooledMail spooledMail, MailQueueFactory<?> queueFactory) {
        this.spooledMail = spooledMail;
        this.queueFactory = queueFactory;
    }

    @Override
    public void init() {
        inbound = processor("inboundProcessor", inbound);
        relay = processor("relayProcessor", relay);
        denied = processor("deniedProcessor", denied);
        spool = queueFactory.createQueue(MailQueueFactory.SPOOL);
    }

    private ProcessingState processor(String parameter, ProcessingState byDefault) {
        String name = getInitParameter(parameter);
        return name == null ? byDefault : new ProcessingState(name.strip());
    }

    /**
     * Sends the recipients where they go.
     *
     * @throws IllegalStateException if a part of the mail cannot be queued; what was not queued is still in the mail
     */
    @Override
    public void service(Mail mail) {
        Map<ProcessingState, List<MailAddress>> parts = new LinkedHashMap<>();
        for (MailAddress recipient : mail.getRecipients()) {
            parts.computeIfAbsent(processor(mail, recipient), any -> new ArrayList<>()).add(recipient);
        }
        List<ProcessingState> states = new ArrayList<>(parts.keySet());
        for (ProcessingState state : states.subList(Math.min(1, states.size()), states.size())) {
            List<MailAddress> recipients = parts.getOrDefault(state, List.of());
            enqueue(mail, recipients, state);
            List<MailAddress> rest = new ArrayList<>(mail.getRecipients());
            rest.removeAll(recipients);
            mail.setRecipients(rest);
        }
        if (!states.isEmpty()) {
            mail.setState(states.get(0).getValue());
        }
    }

    private ProcessingState processor(Mail mail, MailAddress recipient) {
        Route route = spooledMail.route(mail, recipient);
        if (route == null) {
            LOGGER.info("Not relayed: mail {} from {} to {}", mail.getName(), mail.getMaybeSender().asString(), recipient.asString());
            return denied;
        }
        return route == Route.INBOUND ? inbound : relay;
    }

    /** Not by {@code MailetContext.sendMail}: that marks a mail as sent by James, which would permit relaying it. */
    private void enqueue(Mail mail, List<MailAddress> recipients, ProcessingState state) {
        Mail part = null;
        try {
            part = mail.duplicate();
            part.setRecipients(recipients);
            part.setState(state.getValue());
            Objects.requireNonNull(spool, "not initialised").enQueue(part);
        } catch (Exception e) {
            throw new IllegalStateException("mail " + mail.getName() + " to " + recipients + " cannot be queued for " + state.getValue(),
                e);
        } finally {
            LifecycleUtil.dispose(part);
        }
    }

    @Override
    public Collection<ProcessingState> requiredProcessingState() {
        return List.of(inbound, relay, denied);
    }

    @Override
    public String getMailetInfo() {
        return "RelayControl";
    }
}
