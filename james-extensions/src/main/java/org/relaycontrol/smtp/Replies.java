package org.relaycontrol.smtp;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;

/**
 * Replies as James's hooks give them.
 */
final class Replies {

    private static final int FIRST_PERMANENT = 500;

    private Replies() {
    }

    /** The refusal with this code and text; below 500 it is for now. */
    static HookResult refuse(int code, String text) {
        return HookResult.builder()
            .hookReturnCode(code < FIRST_PERMANENT ? HookReturnCode.denySoft() : HookReturnCode.deny())
            .smtpReturnCode(String.valueOf(code))
            .smtpDescription(text)
            .build();
    }

    /** Whether the result refuses for good. */
    static boolean isPermanent(HookResult result) {
        return result.getResult().getAction() == HookReturnCode.Action.DENY;
    }

    /** {@code <hostname> connection refused}. */
    static String connectionRefused(SMTPSession session) {
        return session.getConfiguration().getHelloName() + " connection refused";
    }
}
