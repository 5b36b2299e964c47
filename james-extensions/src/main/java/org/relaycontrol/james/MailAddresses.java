package org.relaycontrol.james;

import org.apache.james.core.MailAddress;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Recipient;

/**
 * James's addresses as the policy's.
 */
public final class MailAddresses {

    private MailAddresses() {
    }

    /**
     * The address as a recipient.
     *
     * @throws IllegalArgumentException if its domain is none that mail can be sent to
     */
    public static Recipient recipient(MailAddress address) {
        return Recipient.of(address.getLocalPart(), domain(address));
    }

    /**
     * The address's domain.
     *
     * @throws IllegalArgumentException if it is none that mail can be sent to
     */
    public static DomainName domain(MailAddress address) {
        return DomainName.of(address.getDomain().name());
    }
}
