package org.relaycontrol.mailets;

import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.relaycontrol.policy.NextHops;

/**
 * Says where the mail for a recipient goes next. Asked when the mail is queued and again at each attempt to deliver it, so that queued mail
 * follows the policy of the day.
 */
interface NextHopLookup {

    /** The next hops, or none: the mail exchangers of the recipient's domain. */
    Optional<NextHops> nextHops(Mail mail, MailAddress recipient);
}
