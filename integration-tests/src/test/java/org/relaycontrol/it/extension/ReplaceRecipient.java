package org.relaycontrol.it.extension;

import java.util.List;

import org.apache.james.core.MailAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.base.GenericMailet;

/** A mailet that gives a mail another recipient, as some mailet of an administrator might: parameter {@code recipient}. */
public class ReplaceRecipient extends GenericMailet {
    @Override
    public void service(Mail mail) {
        try {
            mail.setRecipients(List.of(new MailAddress(getInitParameter("recipient"))));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
