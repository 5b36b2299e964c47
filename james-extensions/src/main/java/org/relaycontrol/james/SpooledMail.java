package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.MailAddress;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.Mail;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.User;

/**
 * The decision for recipients of mail in the mailet container. What James or JMAP sent may be relayed; what the SMTP hook has permitted
 * stays permitted, on the route it was permitted for; anything else is decided afresh by the policy without listeners. Where a policy is
 * not enforced, James's own rules decide.
 */
@Singleton
public class SpooledMail {

    private final PolicySource policySource;
    private final HostedDomains hostedDomains;

    /** Decides by the running policy. */
    @Inject
    public SpooledMail(PolicySource policySource, HostedDomains hostedDomains) {
        this.policySource = policySource;
        this.hostedDomains = hostedDomains;
    }

    /** Whether this recipient of the mail may be relayed. */
    public boolean mayRelay(Mail mail, MailAddress recipient) {
        Stamp.Permission permission = Stamp.of(mail).permission(recipient);
        if (StockRules.isSentByJames(mail)) {
            return true;
        }
        if (isLeftToJames(mail, permission)) {
            return StockRules.mayRelay(mail);
        }
        return permission != null ? permission.route() == Route.RELAY : decideAfresh(mail, recipient).route() == Route.RELAY;
    }

    /** Where this recipient of the mail goes, or null if it is accepted nowhere. */
    public @Nullable Route route(Mail mail, MailAddress recipient) {
        Stamp.Permission permission = Stamp.of(mail).permission(recipient);
        if (StockRules.isSentByJames(mail)) {
            return action(mail, recipient) == Action.INBOUND ? Route.INBOUND : Route.RELAY;
        }
        if (isLeftToJames(mail, permission)) {
            return action(mail, recipient) == Action.INBOUND ? Route.INBOUND : StockRules.mayRelay(mail) ? Route.RELAY : null;
        }
        return permission != null ? permission.route() : decideAfresh(mail, recipient).route();
    }

    /**
     * What the routing list does with mail to the recipient, or null if its domain is unlisted and not hosted. A recipient that the SMTP
     * hook has permitted keeps its route. Where the policy is not enforced, a hosted domain is inbound, and any other is unlisted.
     */
    public @Nullable Action action(Mail mail, MailAddress recipient) {
        Stamp.Permission stamped = Stamp.of(mail).permission(recipient);
        Stamp.Permission permission = StockRules.isSentByJames(mail) ? null : stamped;
        DomainName domain = MailAddresses.domain(recipient);
        RoutingEntry entry = isLeftToJames(mail, stamped) ? null : routing(mail, recipient).find(domain);
        Action listed = entry != null ? entry.treatment().action() : hostedDomains.contains(domain) ? Action.INBOUND : null;
        if (permission == null) {
            return listed;
        }
        if (permission.route() == Route.INBOUND) {
            return Action.INBOUND;
        }
        return listed == Action.INBOUND || listed == Action.REJECT ? Action.RELAY : listed;
    }

    /** The routing list by which this recipient of the mail is routed, for its next hops. */
    public RoutingList routing(Mail mail, MailAddress recipient) {
        Stamp.Permission permission = Stamp.of(mail).permission(recipient);
        return policySource.current().routing(permission == null ? StockRules.watchedBy(mail) : permission.policy());
    }

    /** Whether James's own rules decide: the policy that would is not enforced, or was not when the mail came. */
    private boolean isLeftToJames(Mail mail, Stamp.@Nullable Permission permission) {
        if (permission != null || StockRules.watchedBy(mail) != null) {
            return permission == null;
        }
        RelayPolicy policy = policySource.current().withoutListeners();
        return policy != null && !policy.isEnforced();
    }

    private Decision decideAfresh(Mail mail, MailAddress recipient) {
        RelayPolicies policies = policySource.current();
        boolean bySmtp = mail.getAttribute(Mail.SMTP_SESSION_ID).isPresent();
        IpAddress client = bySmtp ? IpAddress.parse(mail.getRemoteAddr()) : null;
        User user = AttributeUtils.getValueAndCastFromMail(mail, Mail.SMTP_AUTH_USER, String.class).map(User::of).orElse(null);
        return policies.decideSpooled(Envelope.spooled(client, user, MailAddresses.recipient(recipient)), hostedDomains);
    }
}
