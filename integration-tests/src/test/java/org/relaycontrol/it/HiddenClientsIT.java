package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.NetworkNamespace;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;

/** A James behind a container's port mapping: all of its clients seem to be the gateway of the container's network, which may relay. */
class HiddenClientsIT {
    private static final String GATEWAY = "10.213.77.2";
    private static final String OTHER = "10.213.77.3";
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <policy name='container'>",
        "    <routing smartHost='127.0.0.1:%d'><domain name='ratest.com' action='inbound'/></routing>",
        "    <restrictions><clients>",
        "      <network>10.0.0.0/8</network>",
        "    </clients></restrictions>",
        "  </policy>",
        "</relaycontrol>");
    private static final String WARNING = "[hidden-clients]";

    @Test
    void shouldWarnWhereAllClientsSeemToBeOneThatMayRelay() {
        try (Resources resources = new Resources()) {
            NetworkNamespace gateway = resources.add(NetworkNamespace.with(GATEWAY));
            NextHop relay = resources.add(NextHop.listening());
            RelayServer server = resources.add(RelayServer.sample("closed", "hidden-clients")
                .policy(String.format(POLICY, relay.port())).start());
            server.client("127.0.0.1").close();
            greet(gateway, server, 19);
            assertThat(server.james().packLog()).noneMatch(line -> line.contains(WARNING));

            greet(gateway, server, 21);

            assertThat(server.awaitPackLog(0, WARNING)).contains("[WARN ]", "relaycontrol.xml:5: all clients come from " + GATEWAY,
                "<proxyRequired>");
            assertThat(server.admin().request("GET", "/relaycontrol/status", "").body()).contains("\"name\":\"hidden-clients\"");
            greet(gateway, server, 30);
            assertThat(server.james().packLog()).filteredOn(line -> line.contains(WARNING)).hasSize(1);

            gateway.move(OTHER);
            greet(gateway, server, 1);
            assertThat(server.admin().request("GET", "/relaycontrol/status", "").body()).contains("\"warnings\":[]");
        }
    }

    /** So many hosts say EHLO and QUIT, one after the other. */
    private static void greet(NetworkNamespace from, RelayServer server, int hosts) {
        String said = from.bash("for i in $(seq " + hosts + "); do exec 3<>/dev/tcp/" + NetworkNamespace.SERVER + "/" + server.port(25)
            + "; printf 'EHLO host%d.example\\r\\nQUIT\\r\\n' $i >&3; cat <&3; done");
        assertThat(said.lines().filter(line -> line.startsWith("221 "))).hasSize(hosts);
    }
}
