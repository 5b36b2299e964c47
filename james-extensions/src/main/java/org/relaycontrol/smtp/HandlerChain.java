package org.relaycontrol.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.POP3BeforeSMTPHandler;

/**
 * The handlers of one SMTP server as James wires them: each {@code <handler>} of {@code smtpserver.xml}, then those of the package.
 */
final class HandlerChain {

    private final List<?> handlers;

    HandlerChain(List<?> handlers) {
        this.handlers = handlers;
    }

    /** Whether some handler answers the command. */
    boolean hasCommand(String command) {
        return handlers.stream()
            .filter(CommandHandler.class::isInstance)
            .anyMatch(handler -> ((CommandHandler<?>) handler).getImplCommands().contains(command));
    }

    /**
     * Checks that each handler of the package is there once.
     *
     * @throws WiringException if {@code smtpserver.xml} configures one of them a second time, to answer before the policy does
     */
    void checkConfiguredOnce() throws WiringException {
        List<String> names = handlers.stream().map(handler -> handler.getClass().getName()).collect(Collectors.toList());
        for (String ours : new RelayControlHandlers().getHandlers()) {
            if (names.indexOf(ours) != names.lastIndexOf(ours)) {
                throw new WiringException("smtpserver.xml: <handler class=\"" + ours + "\"/> is one of those that the handlers package of"
                    + " Relay Control lists itself, in the right place; remove it");
            }
        }
    }

    /**
     * What to say of handlers that do not go well with the policy.
     *
     * @param rcptHook the hook by which the policy decides
     */
    List<String> warnings(RcptHook rcptHook) {
        List<String> warnings = new ArrayList<>();
        for (Object handler : handlers.subList(0, handlers.indexOf(rcptHook))) {
            if (handler instanceof RcptHook) {
                warnings.add("smtpserver.xml: <handler class=\"" + handler.getClass().getName() + "\"/> answers RCPT before the policy"
                    + " does; a recipient that it accepts is decided only after DATA, for all recipients of the mail together; remove it");
            }
        }
        if (handlers.stream().anyMatch(POP3BeforeSMTPHandler.class::isInstance)) {
            warnings.add("smtpserver.xml: POP3BeforeSMTPHandler permits nothing under Relay Control; remove it");
        }
        if (handlers.stream().anyMatch(HookResultLogger.class::isInstance)) {
            warnings.add("smtpserver.xml: HookResultLogger logs a second time what the policy refuses, without limit; remove it");
        }
        return warnings;
    }
}
