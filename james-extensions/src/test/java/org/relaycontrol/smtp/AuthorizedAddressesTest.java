package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.junit.jupiter.api.Test;

/** Which servers of smtpserver.xml are warned of. */
class AuthorizedAddressesTest {

    private static final String OURS = "<handlerchain coreHandlersPackage='org.relaycontrol.smtp.RelayControlHandlers'/>";

    private static HierarchicalConfiguration<ImmutableNode> smtpServers(String... servers) throws Exception {
        String xml = "<smtpservers>" + String.join("", servers) + "</smtpservers>";
        return FileConfigurationProvider.getConfig(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldWarnOfServersUnderControl() throws Exception {
        assertThat(AuthorizedAddresses.warnings(smtpServers(
            "<smtpserver enabled='true'><bind>0.0.0.0:25</bind><authorizedAddresses>127.0.0.0/8, 192.0.2.1</authorizedAddresses>" + OURS
                + "</smtpserver>"))).containsExactly(
            "smtpserver.xml: authorizedAddresses 127.0.0.0/8, 192.0.2.1 of the server at 0.0.0.0:25 permit nothing under Relay Control;"
                + " list the networks in relaycontrol.xml under restrictions/clients and remove them here [authorized-addresses]");
    }

    @Test
    void shouldNotWarnOfOtherServers() throws Exception {
        assertThat(AuthorizedAddresses.warnings(smtpServers(
            "<smtpserver enabled='true'><bind>0.0.0.0:25</bind>" + OURS + "</smtpserver>",
            "<smtpserver enabled='false'><bind>0.0.0.0:26</bind><authorizedAddresses>127.0.0.0/8</authorizedAddresses>" + OURS
                + "</smtpserver>",
            "<smtpserver enabled='true'><bind>0.0.0.0:27</bind><authorizedAddresses>127.0.0.0/8</authorizedAddresses>"
                + "<handlerchain coreHandlersPackage='org.apache.james.smtpserver.CoreCmdHandlerLoader'/></smtpserver>"))).isEmpty();
    }
}
