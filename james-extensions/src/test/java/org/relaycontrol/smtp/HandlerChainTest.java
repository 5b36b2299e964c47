package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.core.AcceptRecipientIfRelayingIsAllowed;
import org.apache.james.protocols.smtp.core.PostmasterAbuseRcptHook;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.log.HookResultLogger;
import org.apache.james.smtpserver.POP3BeforeSMTPHandler;
import org.apache.james.smtpserver.dsn.DSNRcptParameterHook;
import org.junit.jupiter.api.Test;

/** What is said of other handlers of smtpserver.xml. */
class HandlerChainTest {

    private final RelayRcptHook ours = new TestPolicy().rcptHook();

    @Test
    void shouldHaveNothingToSayOfThePackageAlone() throws Exception {
        HandlerChain chain = new HandlerChain(List.of(new AuthCmdHandler(), ours, new PostmasterAbuseRcptHook()));

        chain.checkConfiguredOnce();

        assertThat(chain.warnings(ours)).isEmpty();
        assertThat(chain.hasCommand("AUTH")).isTrue();
        assertThat(new HandlerChain(List.of(ours)).hasCommand("AUTH")).isFalse();
    }

    @Test
    void shouldWarnOfHandlersThatAnswerRcptFirst() {
        assertThat(new HandlerChain(List.of(new AcceptRecipientIfRelayingIsAllowed(), ours)).warnings(ours)).containsExactly(
            "smtpserver.xml: <handler class=\"org.apache.james.protocols.smtp.core.AcceptRecipientIfRelayingIsAllowed\"/> answers RCPT"
                + " before the policy does; a recipient that it accepts is decided only after DATA, for all recipients of the mail"
                + " together; remove it");
    }

    @Test
    void shouldWarnOfPop3BeforeSmtp() {
        assertThat(new HandlerChain(List.of(new POP3BeforeSMTPHandler(), ours)).warnings(ours))
            .containsExactly("smtpserver.xml: POP3BeforeSMTPHandler permits nothing under Relay Control; remove it");
        assertThat(new HandlerChain(List.of(new HookResultLogger(), ours)).warnings(ours)).containsExactly(
            "smtpserver.xml: HookResultLogger logs a second time what the policy refuses, without limit; remove it");
        assertThat(new HandlerChain(List.of(new HookResultLog(), ours)).warnings(ours)).isEmpty();
    }

    @Test
    void shouldRefuseHandlersThatThePackageListsToo() {
        HandlerChain chain = new HandlerChain(List.of(new DSNRcptParameterHook(), ours, new DSNRcptParameterHook()));

        assertThatThrownBy(chain::checkConfiguredOnce)
            .isInstanceOf(WiringException.class)
            .hasMessage("smtpserver.xml: <handler class=\"org.apache.james.smtpserver.dsn.DSNRcptParameterHook\"/> is one of those that the"
                + " handlers package of Relay Control lists itself, in the right place; remove it");
    }
}
