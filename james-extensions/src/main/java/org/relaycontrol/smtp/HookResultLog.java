package org.relaycontrol.smtp;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.protocols.smtp.hook.Hook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookResultHook;

/**
 * James's log of what its hooks answer, without those of the pack that log their refusals by themselves: a flood would fill the disk with
 * lines that say less than those of the decision log.
 */
public class HookResultLog implements HookResultHook {

    private final HookResultLogger stock = new HookResultLogger();

    /** James makes it. */
    public HookResultLog() {
    }

    @Override
    public HookResult onHookResult(SMTPSession session, HookResult result, long executionTime, Hook hook) {
        return logsItself(hook) ? result : stock.onHookResult(session, result, executionTime, hook);
    }

    private static boolean logsItself(Hook hook) {
        return hook instanceof RelayRcptHook || hook instanceof ConnectionHook || hook instanceof RelayMessageHook;
    }
}
