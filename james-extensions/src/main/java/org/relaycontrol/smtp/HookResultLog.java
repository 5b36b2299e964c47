package org.relaycontrol.smtp;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.protocols.smtp.hook.Hook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookResultHook;

/**
 * James's log of what its hooks answer, without {@link RelayRcptHook}, which logs by itself: a flood of refusals would fill the disk with
 * lines that say less than those of the decision log.
 */
public class HookResultLog implements HookResultHook {

    private final HookResultLogger stock = new HookResultLogger();

    /** James makes it. */
    public HookResultLog() {
    }

    @Override
    public HookResult onHookResult(SMTPSession session, HookResult result, long executionTime, Hook hook) {
        return hook instanceof RelayRcptHook ? result : stock.onHookResult(session, result, executionTime, hook);
    }
}
