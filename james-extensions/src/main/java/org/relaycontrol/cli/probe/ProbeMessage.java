package org.relaycontrol.cli.probe;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/**
 * The message that {@code --send} sends: harmless, and marked so that its recipient knows what it is.
 */
final class ProbeMessage {

    private ProbeMessage() {
    }

    /** With CRLF between lines, and none at the end; no line begins with a dot. */
    static String of(ProbeSettings settings, String subject, String sender) {
        return String.join("\r\n",
            "From: <" + settings.from() + ">",
            "To: <" + settings.to() + ">",
            "Subject: " + subject,
            "Date: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(OffsetDateTime.now(ZoneOffset.UTC)),
            "Message-ID: <" + UUID.randomUUID() + "@" + settings.from().domain() + ">",
            "Auto-Submitted: auto-generated",
            "",
            "This message tests whether a mail server relays for strangers. It was sent with",
            "the knowledge of the server's owner, by James Relay Control's command probe, from",
            "<" + Printable.of(sender) + ">. If it has reached you from outside, the server relays.");
    }
}
