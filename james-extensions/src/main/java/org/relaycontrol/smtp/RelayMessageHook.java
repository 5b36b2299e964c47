package org.relaycontrol.smtp;

import com.google.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.james.core.MailAddress;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Mail;
import org.relaycontrol.james.Stamp;
import org.relaycontrol.james.Stamp.Permission;
import org.relaycontrol.james.StockRules;
import org.relaycontrol.policy.RelayPolicy;

/**
 * Stamps a received mail with what RCPT has permitted for each of its recipients. Recipients that another {@code <handler>} has accepted
 * before {@link RelayRcptHook} was asked are decided now; if one is refused, so is the mail. Mail that is left to James's own rules gets no
 * stamp, but a mark that it is.
 */
public class RelayMessageHook implements JamesMessageHook {

    private static final String REFUSED = "550";

    private final SessionPolicy policy;
    private final RecipientControl recipients;

    /** Decides by the running policy. */
    @Inject
    public RelayMessageHook(SessionPolicy policy, RecipientControl recipients) {
        this.policy = policy;
        this.recipients = recipients;
    }

    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        RelayPolicy governing = policy.governing(session);
        if (governing != null && !governing.isEnforced()) {
            StockRules.leave(mail, governing.name());
            return HookResult.DECLINED;
        }
        PermittedRecipients permitted = PermittedRecipients.of(session);
        Map<MailAddress, Permission> permissions = new HashMap<>();
        List<HookResult> refusals = new ArrayList<>();
        for (MailAddress recipient : mail.getRecipients()) {
            HookResult result = permitted.permission(recipient) != null
                ? HookResult.DECLINED
                : Objects.requireNonNull(recipients.check(session, mail.getMaybeSender(), recipient, anybody -> false));
            Permission permission = permitted.permission(recipient);
            if (permission != null) {
                permissions.put(recipient, permission);
            } else {
                refusals.add(result);
            }
        }
        if (refusals.isEmpty()) {
            Stamp.of(permissions).applyTo(mail);
            Tarpit.mailAccepted(session);
            return HookResult.DECLINED;
        }
        return refusals.stream()
            .filter(Replies::isPermanent)
            .findFirst()
            .map(refusal -> Replies.refuse(REFUSED, refusal.getSmtpDescription()))
            .orElse(refusals.get(0));
    }
}
