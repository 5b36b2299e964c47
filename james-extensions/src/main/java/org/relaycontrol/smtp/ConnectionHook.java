package org.relaycontrol.smtp;

import com.google.inject.Inject;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.relaycontrol.james.HiddenClients;

/**
 * Refuses clients that may not connect at HELO, EHLO, MAIL and AUTH: those behind PROXY, whose address is known only after the greeting,
 * and those that the policy has come to refuse since {@link WelcomeHandler} let them in. At MAIL the transaction begins, and with it the
 * policy that decides it to its end.
 */
public class ConnectionHook implements HeloHook, MailHook, AuthHook {

    private final SessionPolicy policy;
    private final HiddenClients hiddenClients;

    /** Decides by the running policy. */
    @Inject
    public ConnectionHook(SessionPolicy policy, HiddenClients hiddenClients) {
        this.policy = policy;
        this.hiddenClients = hiddenClients;
    }

    @Override
    public HookResult doHelo(SMTPSession session, String helo) {
        if (policy.refusesConnection(session)) {
            return refuse(session);
        }
        if (hiddenClients.isWatching()) {
            Connection connection = Connection.of(session);
            hiddenClients.greeted(connection.client(), connection.localAddress(), connection.localPort(), helo);
        }
        return HookResult.DECLINED;
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return policy.refusesTransaction(session) ? refuse(session) : HookResult.DECLINED;
    }

    private static HookResult refuse(SMTPSession session) {
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
        return policy.refusesConnection(session)
            ? refusal(session, HookReturnCode.disconnected(HookReturnCode.Action.DENY))
            : HookResult.DECLINED;
    }

    private static HookResult refusal(SMTPSession session, HookReturnCode returnCode) {
        return HookResult.builder()
            .hookReturnCode(returnCode)
            .smtpReturnCode(SMTPRetCode.TRANSACTION_FAILED)
            .smtpDescription(Replies.connectionRefused(session))
            .build();
    }
}
