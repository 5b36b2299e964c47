package org.relaycontrol.smtp;

import java.util.HashMap;
import java.util.Map;
import org.apache.james.core.MailAddress;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.Stamp.Permission;

/**
 * The recipients that were permitted in a session's mail transaction. James forgets them when the transaction ends, with RSET for example.
 * Confined to the session.
 */
final class PermittedRecipients {

    private static final AttachmentKey<PermittedRecipients> KEY =
        AttachmentKey.of("org.relaycontrol.PermittedRecipients", PermittedRecipients.class);

    private final Map<MailAddress, Permission> permissions = new HashMap<>();

    private PermittedRecipients() {
    }

    static PermittedRecipients of(SMTPSession session) {
        return session.getAttachment(KEY, State.Transaction).orElseGet(() -> {
            PermittedRecipients none = new PermittedRecipients();
            session.setAttachment(KEY, none, State.Transaction);
            return none;
        });
    }

    void add(MailAddress recipient, Permission permission) {
        permissions.put(recipient, permission);
    }

    @Nullable Permission permission(MailAddress recipient) {
        return permissions.get(recipient);
    }
}
