package org.relaycontrol.matchers;

import com.google.inject.Inject;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMatcher;
import org.relaycontrol.james.SpooledMail;

/**
 * Matches the recipients to whom the mail may be relayed: mail that James or JMAP sent, recipients that the SMTP hook has permitted to be
 * relayed, and otherwise those that the policy without listeners permits now. It takes the place of stock's {@code SMTPAuthSuccessful},
 * {@code SMTPIsAuthNetwork}, {@code SentByMailet} and {@code SentByJmap} together. It has no condition.
 *
 * <pre><code>
 * &lt;mailet match="org.relaycontrol.matchers.RelayAllowed" class="ToProcessor"&gt;
 *   &lt;processor&gt;relay&lt;/processor&gt;
 * &lt;/mailet&gt;
 * </code></pre>
 */
public class RelayAllowed extends GenericMatcher {

    private final SpooledMail spooledMail;

    /** Decides by the running policy. */
    @Inject
    public RelayAllowed(SpooledMail spooledMail) {
        this.spooledMail = spooledMail;
    }

    @Override
    public void init() {
        String condition = getCondition();
        if (condition != null && !condition.isBlank()) {
            throw new IllegalArgumentException("RelayAllowed has the condition '" + condition + "'; write match=\""
                + RelayAllowed.class.getName() + "\" without one");
        }
    }

    @Override
    public Collection<MailAddress> match(Mail mail) {
        return mail.getRecipients().stream()
            .filter(recipient -> spooledMail.mayRelay(mail, recipient))
            .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public String getMatcherInfo() {
        return "RelayAllowed";
    }
}
