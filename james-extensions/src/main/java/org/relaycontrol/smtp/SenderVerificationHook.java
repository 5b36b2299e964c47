package org.relaycontrol.smtp;

import com.google.inject.Inject;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.apache.mailet.Mail;
import org.relaycontrol.policy.Decision.Verdict;

/**
 * James's sender verification ({@code verifyIdentity}), which asks clients that send from a local address to authenticate: clients that the
 * restrictions of an enforced policy permit by address need not. Says so to James for the time of the call, and to nobody else.
 */
public class SenderVerificationHook implements MailHook, RcptHook, JamesMessageHook {

    private static final HookResult DNS_UNAVAILABLE =
        Replies.refuse("451", "4.4.3 The name of your host cannot be looked up at the moment, try again later");

    private final SenderAuthIdentifyVerificationHook stock;
    private final SessionPolicy policy;

    /** Wraps James's hook. */
    @Inject
    public SenderVerificationHook(SenderAuthIdentifyVerificationHook stock, SessionPolicy policy) {
        this.stock = stock;
        this.policy = policy;
    }

    @Override
    public Set<String> supportedParameters() {
        return stock.supportedParameters();
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return verify(session, () -> stock.doMail(session, sender));
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient, Map<String, String> parameters) {
        return verify(session, () -> stock.doRcpt(session, sender, recipient, parameters));
    }

    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        // James 3.9 verifies the From header, too; 3.8 does not.
        Object hook = stock;
        return hook instanceof JamesMessageHook ? ((JamesMessageHook) hook).onMessage(session, mail) : HookResult.DECLINED;
    }

    private HookResult verify(SMTPSession session, Supplier<HookResult> verification) {
        if (policy.isLeftToJames(session)) {
            return verification.get();
        }
        Verdict byAddress = policy.permitsByAddress(session);
        HookResult result = verify(session, byAddress == Verdict.PERMIT, verification);
        if (byAddress != Verdict.DEFER || !SMTPRetCode.AUTH_REQUIRED.equals(result.getSmtpRetCode())) {
            return result;
        }
        switch (policy.permitsByAwaitedAddress(session)) {
            case PERMIT:
                return verify(session, true, verification);
            case DENY:
                return result;
            default:
                return DNS_UNAVAILABLE;
        }
    }

    private static HookResult verify(SMTPSession session, boolean relayingAllowed, Supplier<HookResult> verification) {
        boolean before = session.isRelayingAllowed();
        session.setRelayingAllowed(relayingAllowed);
        try {
            return verification.get();
        } finally {
            session.setRelayingAllowed(before);
        }
    }
}
