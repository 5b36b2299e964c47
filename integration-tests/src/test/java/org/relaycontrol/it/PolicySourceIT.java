package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.extension.MemoryPolicyModule;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** An integrator's Guice module in extensions.properties, in the place of the policy file. */
class PolicySourceIT {
    @Test
    void shouldTakePolicyFromBoundSource() {
        try (RelayServer server = RelayServer.sample("closed", "policy-source")
                .extension(MemoryPolicyModule.class)
                .confOnLoopback(conf -> conf
                    .delete("relaycontrol.xml")
                    .replace("extensions.properties", "guice.extension.module=",
                        "guice.extension.module=" + MemoryPolicyModule.class.getName()))
                .user("alice@ratest.com", "memory-secret")
                .start();
                SmtpClient stranger = server.client("127.51.100.7")) {
            stranger.mail("a@sender.example");
            assertThat(stranger.rcpt("a@rejected.example")).hasToString("550 5.7.1 rejected.example is not accepted here");
            assertThat(stranger.rcpt("alice@ratest.com").code()).isEqualTo(250);
            assertThat(stranger.data("inbound").code()).isEqualTo(250);
            assertThat(server.awaitPackLog(0, "domain-rejected", "a@rejected.example")).contains("from-memory", "memory:1");
            server.awaitInbox("alice@ratest.com", 1);
        }
    }
}
