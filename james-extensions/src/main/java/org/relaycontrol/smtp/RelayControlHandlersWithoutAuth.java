package org.relaycontrol.smtp;

import java.util.List;
import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.UsersRepositoryAuthHook;

/**
 * {@link RelayControlHandlers} without AUTH, for a port where nobody authenticates.
 *
 * <pre><code>
 * &lt;handlerchain coreHandlersPackage="org.relaycontrol.smtp.RelayControlHandlersWithoutAuth"/&gt;
 * </code></pre>
 */
public class RelayControlHandlersWithoutAuth implements HandlersPackage {

    /**
     * The class names of the handlers.
     *
     * @throws IllegalStateException if this version of James does not list each replaced handler exactly once
     */
    @Override
    public List<String> getHandlers() {
        return RelayControlHandlers.list()
            .replace(AuthCmdHandler.class)
            .replace(UsersRepositoryAuthHook.class)
            .names();
    }
}
