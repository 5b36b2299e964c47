package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.MailAddresses;
import org.relaycontrol.james.Stamp.Permission;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.SmtpReply;

/**
 * Decides recipients of a session by the policy, logs the decision, and remembers what was permitted until the transaction ends.
 */
@Singleton
public class RecipientControl {

    private static final HookResult NOT_A_MAIL_DOMAIN = Replies.refuse("553", "5.1.3 The domain of the recipient is not a mail domain");
    /** James 3.8.1 would take it and then keep the whole mail in its error repository: RecipientRewriteTable throws. */
    private static final HookResult NOT_DELIVERABLE =
        Replies.refuse("553", "5.1.3 This server cannot deliver to a local part with an at sign");
    private static final HookResult FAILURE = Replies.refuse("451", "4.3.0 The recipient cannot be checked at the moment, try again later");

    private final SessionPolicy policy;
    private final CandidateControl candidate;
    private final DecisionLog log;

    /** Decides by the running policy, and compares with what a candidate decides. */
    @Inject
    public RecipientControl(SessionPolicy policy, CandidateControl candidate, DecisionLog log) {
        this.candidate = candidate;
        this.policy = policy;
        this.log = log;
    }

    /**
     * Decides one recipient. Whatever goes wrong, it is not permitted.
     *
     * @param authOffered whether the client of a session could authenticate here, if need be after STARTTLS
     * @return the refusal; {@link HookResult#DECLINED} if the recipient is permitted: an OK would end James's hooks before those that
     *     check whether the recipient exists; null where the policy is not enforced, and James's own rules decide
     */
    @Nullable HookResult check(SMTPSession session, MaybeSender sender, MailAddress recipient, Predicate<SMTPSession> authOffered) {
        try {
            Recipient asPolicy = asPolicy(recipient);
            if (asPolicy == null) {
                boolean enforced = !policy.isLeftToJames(session);
                log.notAMailDomain(session, sender, recipient, enforced);
                return enforced ? NOT_A_MAIL_DOMAIN : null;
            }
            DecidedRecipient decided = policy.decide(session, sender, asPolicy);
            Decision decision = decided.decision();
            candidate.compare(sender, recipient, decided);
            if (decision.isPermit() && decision.isEnforced() && recipient.getLocalPart().indexOf('@') >= 0) {
                log.notDeliverable(sender, recipient, decided);
                return NOT_DELIVERABLE;
            }
            log.recipient(sender, recipient, decided);
            return decision.isEnforced() ? result(session, recipient, decided, authOffered) : null;
        } catch (RuntimeException e) {
            boolean enforced = !policy.isLeftToJames(session);
            log.failure(session, sender, recipient, enforced, e);
            return enforced ? FAILURE : null;
        }
    }

    private static HookResult result(SMTPSession session, MailAddress recipient, DecidedRecipient decided,
                                     Predicate<SMTPSession> authOffered) {
        Decision decision = decided.decision();
        if (!decision.isPermit()) {
            SmtpReply reply = SmtpReply.of(decision, decided.envelope().recipient(),
                decision.authenticatingCouldHelp() && authOffered.test(session));
            return Replies.refuse(reply.code(), reply.text());
        }
        PermittedRecipients.of(session).add(recipient,
            Permission.of(Objects.requireNonNull(decision.route()), Objects.requireNonNull(decision.policy()).name()));
        return HookResult.DECLINED;
    }

    /** Null if the recipient's domain is none that mail can be sent to. */
    private static @Nullable Recipient asPolicy(MailAddress recipient) {
        try {
            return MailAddresses.recipient(recipient);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
