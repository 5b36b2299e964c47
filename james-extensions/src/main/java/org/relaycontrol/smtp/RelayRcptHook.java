package org.relaycontrol.smtp;

import com.google.inject.Inject;
import java.util.List;
import java.util.function.Predicate;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.relaycontrol.james.HostedDomainWarnings;
import org.relaycontrol.verification.RecipientVerifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides each recipient at RCPT by the policy that governs the listener. {@link RelayControlHandlers} puts it in the place of James's
 * {@code AuthRequiredToRelayRcptHook}, to which it leaves the decision where the policy is not enforced. What it permits, later hooks may
 * still refuse.
 */
public class RelayRcptHook implements RcptHook, ExtensibleHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(RelayRcptHook.class);

    private final RecipientControl recipients;
    private final AuthRequiredToRelayRcptHook stock;
    private final AuthorizedAddresses authorizedAddresses;
    private final HostedDomainWarnings hostedDomains;
    private final RecipientVerifier verifier;
    private final HookResultLogger results = new HookResultLogger();
    private final Predicate<SMTPSession> authOffered = this::isAuthOffered;
    private boolean hasAuth;

    /** Decides by the running policy. */
    @Inject
    public RelayRcptHook(RecipientControl recipients, AuthRequiredToRelayRcptHook stock, AuthorizedAddresses authorizedAddresses,
                         HostedDomainWarnings hostedDomains, RecipientVerifier verifier) {
        this.stock = stock;
        this.recipients = recipients;
        this.authorizedAddresses = authorizedAddresses;
        this.hostedDomains = hostedDomains;
        this.verifier = verifier;
    }

    @Override
    public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient) {
        HookResult result = recipients.check(session, sender, recipient, authOffered);
        // HookResultLog leaves out what this hook answers, but not what stands for James's own.
        return result != null ? result : results.onHookResult(session, stock.doRcpt(session, sender, recipient), 0, stock);
    }

    /** Whether EHLO offers AUTH to this client, or would after STARTTLS. */
    private boolean isAuthOffered(SMTPSession session) {
        SMTPConfiguration configuration = session.getConfiguration();
        return hasAuth
            && (configuration.isPlainAuthEnabled() || configuration.saslConfiguration().isPresent())
            && configuration.isAuthAnnounced(session.getRemoteAddress().getAddress().getHostAddress(),
                session.isTLSStarted() || session.isStartTLSSupported());
    }

    /** James is stopping: nobody is asked about recipients any more. */
    @Override
    public void destroy() {
        verifier.close();
    }

    /** All handlers, in their order. */
    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(ProtocolHandler.class);
    }

    /**
     * Learns which handlers there are.
     *
     * @throws WiringException if {@code smtpserver.xml} configures a handler a second time that {@link RelayControlHandlers} lists
     */
    @Override
    public void wireExtensions(Class<?> marker, List<?> handlers) throws WiringException {
        HandlerChain chain = new HandlerChain(handlers);
        try {
            chain.checkConfiguredOnce();
        } catch (WiringException e) {
            // James prints what is thrown at start as stack traces only.
            LOGGER.error("James does not start: {}", e.getMessage());
            throw e;
        }
        chain.warnings(this).forEach(LOGGER::warn);
        authorizedAddresses.warnOnce();
        hostedDomains.watch();
        hasAuth = chain.hasCommand("AUTH");
    }
}
