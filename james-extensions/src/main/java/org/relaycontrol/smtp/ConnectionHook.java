package org.relaycontrol.smtp;

import com.google.inject.Inject;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.MailHook;

/**
 * Refuses clients behind PROXY that may not connect, at the first of HELO, EHLO, MAIL and AUTH: their address is known only after the
 * greeting. Other clients {@link WelcomeHandler} has refused.
 */
public class ConnectionHook implements HeloHook, MailHook, AuthHook {

    private static final AttachmentKey<Boolean> REFUSED = AttachmentKey.of("org.relaycontrol.ConnectionRefused", Boolean.class);

    private final SessionPolicy policy;

    /** Decides by the running policy. */
    @Inject
    public ConnectionHook(SessionPolicy policy) {
        this.policy = policy;
    }

    @Override
    public HookResult doHelo(SMTPSession session, String helo) {
        return refuseOnce(session);
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return refuseOnce(session);
    }

    private HookResult refuseOnce(SMTPSession session) {
        if (!isRefused(session)) {
            return HookResult.DECLINED;
        }
        RefusedConnection.refuse(session);
        return refusal(session, HookReturnCode.deny());
    }

    @Override
    public HookResult doAuth(SMTPSession session, Username username, String password) {
        return disconnect(session);
    }

    @Override
    public HookResult doSasl(SMTPSession session, OidcSASLConfiguration saslConfiguration, String initialResponse) {
        return disconnect(session);
    }

    @Override
    public HookResult doDelegation(SMTPSession session, Username target) {
        return disconnect(session);
    }

    /** AUTH comes in the middle of lines that James takes itself, so that the connection is closed at once. */
    private HookResult disconnect(SMTPSession session) {
        return isRefused(session)
            ? refusal(session, HookReturnCode.disconnected(HookReturnCode.Action.DENY))
            : HookResult.DECLINED;
    }

    private boolean isRefused(SMTPSession session) {
        if (!WelcomeHandler.isBehindProxy(session)) {
            return false;
        }
        return session.getAttachment(REFUSED, State.Connection).orElseGet(() -> {
            boolean refused = policy.refusesConnection(session);
            session.setAttachment(REFUSED, refused, State.Connection);
            return refused;
        });
    }

    private static HookResult refusal(SMTPSession session, HookReturnCode returnCode) {
        return HookResult.builder()
            .hookReturnCode(returnCode)
            .smtpReturnCode(SMTPRetCode.TRANSACTION_FAILED)
            .smtpDescription(Replies.connectionRefused(session))
            .build();
    }
}
