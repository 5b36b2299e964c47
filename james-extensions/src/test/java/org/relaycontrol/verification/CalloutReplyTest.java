package org.relaycontrol.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.smtpclient.Reply;

/** What replies to RCPT say, as Postfix, Exim, Exchange and Microsoft 365 give them. */
class CalloutReplyTest {

    @ParameterizedTest
    @CsvSource({
        "250, 2.1.5 Ok, EXISTS",
        "250, Accepted, EXISTS",
        "251, User not local; will forward, EXISTS",
        "550, '5.1.1 <x@a.example>: Recipient address rejected: User unknown in local recipient table', UNKNOWN",
        "550, Unknown user, UNKNOWN",
        "550, 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup, UNKNOWN",
        "550, '5.4.1 Recipient address rejected: Access denied.', UNKNOWN",
        "550, 5.2.1 mailbox disabled, UNKNOWN",
        "551, 5.1.6 User not local; please try <y@b.example>, UNKNOWN",
        "553, sorry no mailbox here by that name, UNKNOWN",
        "554, 5.1.1 no such user, UNKNOWN",
        "556, 5.1.10 domain does not accept mail, UNKNOWN",
        "552, 5.2.2 mailbox full, EXISTS",
        "552, mailbox full, EXISTS",
        "452, 4.2.2 mailbox full, EXISTS",
        "552, 5.3.4 message too big, UNDETERMINED",
        "452, 4.3.1 insufficient system storage, UNDETERMINED",
        "452, insufficient system storage, UNDETERMINED",
        "450, 4.2.0 greylisted, UNDETERMINED",
        "450, '4.1.1 unverified address', UNDETERMINED",
        "451, 4.7.1 try again later, UNDETERMINED",
        "550, 5.7.1 Unable to relay, UNDETERMINED",
        "554, '5.7.1 <x@a.example>: Relay access denied', UNDETERMINED",
        "554, no valid recipients, UNDETERMINED",
        "550, '5.1.8 sender address rejected: domain not found', UNDETERMINED",
        "550, 5.1.7 bad sender, UNDETERMINED",
        "530, 5.7.0 authentication required, UNDETERMINED",
        "503, 5.5.1 MAIL first, UNDETERMINED",
        "501, 5.5.4 syntax, UNDETERMINED",
        "500, what?, UNDETERMINED",
        "553, 5.6.7 the address needs SMTPUTF8, UNDETERMINED"
    })
    void shouldTellWhoDoesNotExistFromWhatElseIsWrong(int code, String text, Answer.Kind kind) {
        assertThat(CalloutReply.kind(new Reply(code, List.of(text)))).isEqualTo(kind);
    }
}
