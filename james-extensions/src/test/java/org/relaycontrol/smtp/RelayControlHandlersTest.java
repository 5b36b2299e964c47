package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.james.smtpserver.AuthRequiredToRelayRcptHook;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.SendMailHandler;
import org.junit.jupiter.api.Test;

/** Which handlers there are, in which order. */
class RelayControlHandlersTest {

    private static List<String> simpleNames(List<String> names) {
        return names.stream().map(name -> name.substring(name.lastIndexOf('.') + 1)).collect(Collectors.toList());
    }

    @Test
    void shouldListOursInThePlacesOfThoseTheyReplace() {
        assertThat(simpleNames(new RelayControlHandlers().getHandlers())).containsExactly(
            "WelcomeHandler", "ConnectionHook", "CommandDispatcher", "AuthCmdHandler", "JamesDataCmdHandler", "EhloCmdHandler",
            "ExpnCmdHandler", "HeloCmdHandler", "HelpCmdHandler", "JamesMailCmdHandler", "NoopCmdHandler", "QuitCmdHandler",
            "JamesRcptCmdHandler", "RsetCmdHandler", "VrfyCmdHandler", "MailSizeEsmtpExtension", "UsersRepositoryAuthHook",
            "RelayRcptHook", "SenderVerificationHook", "ValidRcptHandler", "DSNEhloHook", "DSNMailParameterHook", "DSNRcptParameterHook",
            "PostmasterAbuseRcptHook", "ReceivedDataLineFilter", "DataLineJamesMessageHookHandler", "StartTlsCmdHandler",
            "AddDefaultAttributesMessageHook", "RelayMessageHook", "DSNMessageHook", "SendMailHandler", "UnknownCmdHandler",
            "CommandHandlerResultLogger", "HookResultLog");
    }

    @Test
    void shouldListTheSameWithoutAuth() {
        List<String> expected = new ArrayList<>(new RelayControlHandlers().getHandlers());
        expected.removeIf(name -> name.endsWith(".AuthCmdHandler") || name.endsWith(".UsersRepositoryAuthHook"));

        assertThat(new RelayControlHandlersWithoutAuth().getHandlers()).isEqualTo(expected).hasSize(32);
    }

    @Test
    void shouldRefuseAJamesThatLacksAReplacedHandler() {
        List<String> stock = new ArrayList<>(new CoreCmdHandlerLoader().getHandlers());
        stock.remove(AuthRequiredToRelayRcptHook.class.getName());

        assertThatThrownBy(() -> RelayControlHandlers.control(HandlerList.of(stock)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("James's list of SMTP handlers has org.apache.james.smtpserver.AuthRequiredToRelayRcptHook 0 times instead of once;"
                + " this version of James is not one that Relay Control knows");
    }

    @Test
    void shouldRefuseAJamesThatListsAReplacedHandlerTwice() {
        List<String> stock = new ArrayList<>(new CoreCmdHandlerLoader().getHandlers());
        stock.add(0, SendMailHandler.class.getName());

        assertThatThrownBy(() -> RelayControlHandlers.control(HandlerList.of(stock)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("SendMailHandler 2 times");
    }
}
