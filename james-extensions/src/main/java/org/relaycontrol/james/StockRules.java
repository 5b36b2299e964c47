package org.relaycontrol.james;

import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.jspecify.annotations.Nullable;

/**
 * James's own rules, which decide mail that a policy without enforcement has only watched: the mail is marked when it is received, so that
 * no other policy decides it later.
 */
public final class StockRules {

    private static final AttributeName WATCHED_BY = AttributeName.of("org.relaycontrol.WatchedBy");

    /** What the matchers {@code SentByJmap} and {@code SMTPIsAuthNetwork} look at, on James 3.8 and 3.9. */
    private static final AttributeName JMAP_USERNAME = AttributeName.of("org.apache.james.jmap.send.MailMetaData.username");
    private static final AttributeName AUTHORIZED_NETWORK = AttributeName.of("org.apache.james.SMTPIsAuthNetwork");

    private StockRules() {
    }

    /** Leaves a received mail to these rules; the policy of that name has watched it. */
    public static void leave(Mail mail, String policy) {
        mail.setAttribute(new Attribute(WATCHED_BY, AttributeValue.of(policy)));
    }

    /** The name of the policy that has watched the mail, or null if it was not left to these rules. */
    static @Nullable String watchedBy(Mail mail) {
        return AttributeUtils.getValueAndCastFromMail(mail, WATCHED_BY, String.class).orElse(null);
    }

    /** Whether James or JMAP sent the mail: what stock's {@code SentByMailet} and {@code SentByJmap} match. */
    static boolean isSentByJames(Mail mail) {
        return mail.getAttribute(Mail.SENT_BY_MAILET_ATTRIBUTE.getName()).isPresent() || mail.getAttribute(JMAP_USERNAME).isPresent();
    }

    /** Whether the mail may be relayed: what these two, {@code SMTPAuthSuccessful} or {@code SMTPIsAuthNetwork} match. */
    static boolean mayRelay(Mail mail) {
        return isSentByJames(mail) || mail.getAttribute(Mail.SMTP_AUTH_USER).isPresent()
            || AttributeUtils.getValueAndCastFromMail(mail, AUTHORIZED_NETWORK, Boolean.class).orElse(false);
    }
}
