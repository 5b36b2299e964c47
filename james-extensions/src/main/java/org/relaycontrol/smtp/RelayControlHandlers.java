package org.relaycontrol.smtp;

import java.util.List;
import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.apache.james.smtpserver.SendMailHandler;
import org.apache.james.smtpserver.SenderAuthIdentifyVerificationHook;
import org.apache.james.smtpserver.dsn.DSNEhloHook;
import org.apache.james.smtpserver.dsn.DSNMailParameterHook;
import org.apache.james.smtpserver.dsn.DSNMessageHook;
import org.apache.james.smtpserver.dsn.DSNRcptParameterHook;
import org.apache.james.smtpserver.fastfail.ValidRcptHandler;

/**
 * James's own SMTP handlers with the pack's in the places of those they replace, and with recipient validation and delivery status
 * notifications (RFC 3461) after the policy's decision. Configure no RCPT {@code <handler>} beside it.
 *
 * <pre><code>
 * &lt;handlerchain coreHandlersPackage="org.relaycontrol.smtp.RelayControlHandlers"/&gt;
 * </code></pre>
 */
public class RelayControlHandlers implements HandlersPackage {

    /**
     * The class names of the handlers.
     *
     * @throws IllegalStateException if this version of James does not list each replaced handler exactly once
     */
    @Override
    public List<String> getHandlers() {
        return list().names();
    }

    static HandlerList list() {
        return control(HandlerList.of(new CoreCmdHandlerLoader().getHandlers()));
    }

    static HandlerList control(HandlerList stock) {
        return stock
            .replace(JamesWelcomeMessageHandler.class, WelcomeHandler.class, ConnectionHook.class)
            .replace(AuthRequiredToRelayRcptHook.class, RelayRcptHook.class)
            // Whether a recipient exists comes before its DSN parameters: those of a refused one would break the mail at DATA. Both come
            // before PostmasterAbuseRcptHook, whose OK ends the hooks.
            .replace(SenderAuthIdentifyVerificationHook.class, SenderVerificationHook.class, ValidRcptHandler.class, DSNEhloHook.class,
                DSNMailParameterHook.class, DSNRcptParameterHook.class)
            .replace(SendMailHandler.class, RelayMessageHook.class, DSNMessageHook.class, SendMailHandler.class)
            .replace(HookResultLogger.class, HookResultLog.class);
    }
}
