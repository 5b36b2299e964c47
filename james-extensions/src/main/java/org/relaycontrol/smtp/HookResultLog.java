package org.relaycontrol.smtp;

import com.google.inject.Inject;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.protocols.smtp.hook.Hook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookResultHook;

/**
 * James's log of what its hooks answer, without the refusals that {@link RelayRcptHook} has logged itself, in full: a flood of them would
 * fill the disk with lines that say nothing more.
 */
public class HookResultLog implements HookResultHook {

    private final HookResultLogger stock = new HookResultLogger();
    private final SessionPolicy policy;

    /** Asks whether the policy has decided, or James. */
    @Inject
    public HookResultLog(SessionPolicy policy) {
        this.policy = policy;
    }

    @Override
    public HookResult onHookResult(SMTPSession session, HookResult result, long executionTime, Hook hook) {
        boolean logged = hook instanceof RelayRcptHook && !policy.isLeftToJames(session);
        return logged ? result : stock.onHookResult(session, result, executionTime, hook);
    }
}
