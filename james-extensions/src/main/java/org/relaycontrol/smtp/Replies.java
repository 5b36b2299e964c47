package org.relaycontrol.smtp;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;

/**
 * Replies as James's hooks give them.
 */
final class Replies {

    private static final char TRANSIENT = '4';

    private Replies() {
    }

    /** The refusal with this code and text; one that begins with 4 is for now. */
    static HookResult refuse(String code, String text) {
        return HookResult.builder()
            .hookReturnCode(code.charAt(0) == TRANSIENT ? HookReturnCode.denySoft() : HookReturnCode.deny())
            .smtpReturnCode(code)
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
