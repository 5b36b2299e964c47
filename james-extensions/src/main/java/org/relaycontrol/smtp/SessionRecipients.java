package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.relaycontrol.james.MailAddresses;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.verification.RecipientVerifier;

/**
 * Whether the recipients exist that a session names, where the policy wants to know: a mail transaction waits within its {@link Patience},
 * and all together within a {@link WaitBudget}.
 */
@Singleton
public class SessionRecipients {

    private static final AttachmentKey<Patience> PATIENCE = AttachmentKey.of("org.relaycontrol.RecipientPatience", Patience.class);

    private final RecipientVerifier verifier;
    private final WaitBudget budget = new WaitBudget(System::nanoTime);

    /** Asks this. */
    @Inject
    public SessionRecipients(RecipientVerifier verifier) {
        this.verifier = verifier;
    }

    /**
     * What is known of a recipient that would be permitted. Waits for the answer, unless nothing is done with it: the policy is not
     * enforced.
     */
    RecipientStatus status(SMTPSession session, IpAddress client, Recipient recipient, MaybeSender sender, Decision permitted) {
        RoutingEntry entry = permitted.entry(recipient);
        Verification verification = entry == null ? null : entry.treatment().verification();
        if (verification == null) {
            return RecipientStatus.UNASKED;
        }
        CompletableFuture<RecipientStatus> status =
            verifier.status(client, recipient, verification, permitted.nextHops(recipient, MailAddresses.sender(sender)));
        return permitted.isEnforced() && !status.isDone() ? await(session, status) : status.getNow(RecipientStatus.PENDING);
    }

    /**
     * Slows the session down if it guesses recipients.
     *
     * @param decision what was decided for a recipient that it has named
     * @param status what was known of that recipient
     */
    void decided(SMTPSession session, IpAddress client, Decision decision, RecipientStatus status) {
        boolean guess = decision.reason() == Reason.RECIPIENT_UNKNOWN
            || status == RecipientStatus.PENDING && decision.reason() == Reason.RECIPIENT_UNVERIFIED && verifier.isGuessing(client);
        if (guess && decision.isEnforced()) {
            Tarpit.unknownRecipient(session, client);
        }
    }

    private RecipientStatus await(SMTPSession session, CompletableFuture<RecipientStatus> status) {
        long start = System.nanoTime();
        try {
            return patience(session).await(status, RecipientStatus.PENDING, budget.left());
        } finally {
            budget.spend(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static Patience patience(SMTPSession session) {
        return session.getAttachment(PATIENCE, State.Transaction).orElseGet(() -> {
            Patience patience = new Patience();
            session.setAttachment(PATIENCE, patience, State.Transaction);
            return patience;
        });
    }
}
