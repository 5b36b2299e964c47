package org.relaycontrol.smtp;

import com.google.inject.Inject;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;

/**
 * Greets clients that may connect as James does, and refuses the others. Behind PROXY the client is not known yet: {@link ConnectionHook}
 * refuses it later.
 */
public class WelcomeHandler extends JamesWelcomeMessageHandler {

    private final SessionPolicy policy;

    /** Decides by the running policy. */
    @Inject
    public WelcomeHandler(SessionPolicy policy) {
        this.policy = policy;
    }

    @Override
    public Response onConnect(SMTPSession session) {
        if (isBehindProxy(session) || !policy.refusesConnection(session)) {
            return super.onConnect(session);
        }
        RefusedConnection.refuse(session);
        return new SMTPResponse(SMTPRetCode.TRANSACTION_FAILED, Replies.connectionRefused(session));
    }

    /** Whether a PROXY header tells the client's address, after connecting. */
    static boolean isBehindProxy(SMTPSession session) {
        return session instanceof ProtocolSessionImpl && ((ProtocolSessionImpl) session).getProtocolTransport().isProxyRequired();
    }
}
