package org.relaycontrol.james;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.Sender;

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

    /** The sender, or null if it is the null sender, or if its domain is none. */
    public static @Nullable Sender sender(MaybeSender sender) {
        try {
            return sender.asOptional().map(address -> Sender.of(address.getLocalPart(), domain(address))).orElse(null);
        } catch (IllegalArgumentException e) {
            // In no list of senders, then, as such a recipient is in no routing list.
            return null;
        }
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
