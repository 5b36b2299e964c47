package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.RelayServer;

/** What is probably not meant is in James's log when it has started, unless the policy file silences it. */
class StartWarningsIT {
    @Test
    void shouldWarnOfThePolicyAndOfWhatDisagreesWithJames() {
        try (RelayServer server = RelayServer.sample("closed", "start-warnings").confOnLoopback(conf -> conf.write("relaycontrol.xml",
            String.join("\n",
                "<relaycontrol>",
                "  <policy>",
                "    <connections><domain>bad.example</domain></connections>",
                "    <routing>",
                "      <domain name='forgotten.example' action='inbound'/>",
                "      <domain name='ratest.com' action='relay'/>",
                "    </routing>",
                "    <restrictions><internalAddresses><network>10.0.0.1</network></internalAddresses></restrictions>",
                "  </policy>",
                "  <accept warning='internal-address' why='no stranger is forwarded there'/>",
                "</relaycontrol>"))).start()) {
            assertThat(server.james().packLog()).filteredOn(line -> line.contains("[WARN ]"))
                .extracting(line -> line.substring(line.indexOf("relaycontrol.xml:")))
                .containsExactlyInAnyOrder(
                    "relaycontrol.xml:3: with bad.example in connections, mail from clients whose DNS fails is deferred, and whoever runs "
                        + "that DNS can hide; write networks where you can [refused-host-name]",
                    "relaycontrol.xml:6: every recipient at ratest.com is accepted, whether it exists or not, and bounced later to a "
                        + "sender that may be forged; write recipients=\"file\", "
                        + "verify=\"callout\" or verify=\"ldap\" [unverified-recipients]",
                    "relaycontrol.xml:5: forgotten.example is inbound, but James does not host it, so its mail is refused; add it to "
                        + "James's DomainList [inbound-not-hosted]",
                    "relaycontrol.xml:6: James hosts ratest.com, but the relay entry ratest.com keeps its mail from being delivered here; "
                        + "write an inbound entry for ratest.com, or take it off James's DomainList [hosted-not-inbound]");
        }
    }
}
