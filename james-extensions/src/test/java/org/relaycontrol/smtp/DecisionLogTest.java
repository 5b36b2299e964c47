package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.MailAddresses;
import org.relaycontrol.monitor.DecisionRecord;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;

/** The fields of a decision's log line. */
class DecisionLogTest {

    private final TestPolicy policy = new TestPolicy();

    private DecisionRecord record(SMTPSession session, String sender, String recipient) throws Exception {
        MailAddress address = new MailAddress(recipient);
        DecidedRecipient decided = policy.sessionPolicy().decide(session, null, MailAddresses.recipient(address));
        return policy.decisionLog().record(MaybeSender.getMailSender(sender), address, decided);
    }

    @Test
    void shouldNameAllThatDecided() throws Exception {
        assertThat(record(new TestSession().user("Bob@Hosted.example").get(), "bob@hosted.example", "x@else.example"))
            .hasToString("verdict=permit reason=authenticated policy=mx rule=relaycontrol.xml:17"
                + " client=198.51.100.7"
                + " local=192.0.2.25:25 user=bob@hosted.example sender=bob@hosted.example recipient=x@else.example session=s1");
    }

    @Test
    void shouldNameHostAndIpv6Listener() throws Exception {
        policy.host("2001:db8::7", CompletableFuture.completedFuture(ClientHost.named(DomainName.of("pc.branch.example"))));

        assertThat(record(new TestSession().from("2001:db8::7").to("2001:db8::25", 26).get(), "<>", "x@else.example"))
            .hasToString("verdict=permit reason=client-listed policy=names rule=relaycontrol.xml:23 client=2001:db8::7"
                + " host=pc.branch.example local=[2001:db8::25]:26 sender=<> recipient=x@else.example session=s1");
    }

    @Test
    void shouldNameTheSenderOfEachTransaction() throws Exception {
        SMTPSession session = new TestSession().get();
        for (String sender : List.of("a@one.example", "b@two.example", "<>", "a@one.example")) {
            assertThat(record(session, sender, "x@else.example").toString()).contains(" sender=" + sender + " ");
        }
    }

    @Test
    void shouldQuoteWhatTheClientChooses() throws Exception {
        assertThat(record(new TestSession().get(), "a@b.example", "\"x enforce=false y\"@else.example").toString())
            .contains(" recipient=\"\\\"x\\u0020enforce=false\\u0020y\\\"@else.example\" ").doesNotContain(" enforce=");
    }
}
