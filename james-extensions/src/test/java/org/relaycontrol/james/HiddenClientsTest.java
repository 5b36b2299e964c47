package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicies;

/** The warning of hidden clients as long as it is true. */
class HiddenClientsTest {

    private static final String GATEWAY = "172.17.0.1";
    private static final IpAddress SERVER = IpAddress.parse("172.17.0.2");

    @TempDir
    private Path folder;
    private RelayPolicies current;
    private Set<String> accepted = Set.of();
    private HiddenClients clients;

    @BeforeEach
    void load() throws Exception {
        current = policies(GATEWAY);
        clients = new HiddenClients(new PolicySource() {
            @Override
            public RelayPolicies current() {
                return current;
            }

            @Override
            public Set<String> acceptedWarnings() {
                return accepted;
            }
        });
    }

    private RelayPolicies policies(String permitted) throws Exception {
        Path file = Files.writeString(folder.resolve("relaycontrol.xml"), "<relaycontrol>\n<policy>\n<restrictions><clients>\n<network>"
            + permitted + "</network>\n</clients></restrictions>\n</policy>\n</relaycontrol>\n");
        return PolicyLoader.load(file).policies();
    }

    private void greet(String address, int names) {
        for (int i = 0; i < names; i++) {
            clients.greeted(IpAddress.parse(address), SERVER, 25, "host" + i + ".example");
        }
    }

    @Test
    void shouldWarnUntilClientsAreSeen() {
        greet(GATEWAY, 19);
        assertThat(clients.warning()).isEmpty();

        greet(GATEWAY, 20);
        assertThat(clients.warning()).hasValueSatisfying(warning -> assertThat(warning.toString()).startsWith("relaycontrol.xml:4: ")
            .endsWith(" [hidden-clients]"));

        greet("8.8.8.8", 1);
        assertThat(clients.warning()).isEmpty();
        assertThat(clients.isWatching()).isFalse();
    }

    @Test
    void shouldWarnOfThePolicyInForce() throws Exception {
        greet(GATEWAY, 20);

        current = policies("172.17.0.9");
        assertThat(clients.warning()).isEmpty();
        greet(GATEWAY, 1);
        assertThat(clients.warning()).isEmpty();

        current = policies("172.17.0.0/16");
        greet(GATEWAY, 1);
        assertThat(clients.warning()).isPresent();
    }

    @Test
    void shouldBeSilenced() {
        accepted = Set.of("hidden-clients");

        greet(GATEWAY, 20);

        assertThat(clients.warning()).isEmpty();
    }
}
