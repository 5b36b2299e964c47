package org.relaycontrol.smtp;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.POP3BeforeSMTPHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of one SMTP server as James wires them: each {@code <handler>} of {@code smtpserver.xml}, then those of the package.
 */
final class HandlerChain {

    private static final Logger LOGGER = LoggerFactory.getLogger(HandlerChain.class);

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
     * Warns of handlers that do not go well with the policy.
     *
     * @param rcptHook the hook by which the policy decides
     * @throws WiringException if a handler of the package is configured a second time, to answer before the policy does
     */
    void check(RcptHook rcptHook) throws WiringException {
        List<String> names = handlers.stream().map(handler -> handler.getClass().getName()).collect(Collectors.toList());
        for (String ours : new RelayControlHandlers().getHandlers()) {
            if (names.indexOf(ours) != names.lastIndexOf(ours)) {
                String problem = "smtpserver.xml: <handler class=\"" + ours + "\"/> is one of those that the handlers package of Relay"
                    + " Control lists itself, in the right place; remove it";
                LOGGER.error(problem);
                throw new WiringException(problem);
            }
        }
        for (Object handler : handlers.subList(0, handlers.indexOf(rcptHook))) {
            if (handler instanceof RcptHook) {
                LOGGER.warn("smtpserver.xml: <handler class=\"{}\"/> answers RCPT before the policy does; a recipient that it accepts is"
                    + " decided only after DATA, for all recipients of the mail together; remove it", handler.getClass().getName());
            }
        }
        if (handlers.stream().anyMatch(POP3BeforeSMTPHandler.class::isInstance)) {
            LOGGER.warn("smtpserver.xml: POP3BeforeSMTPHandler permits nothing under Relay Control; remove it");
        }
    }
}
