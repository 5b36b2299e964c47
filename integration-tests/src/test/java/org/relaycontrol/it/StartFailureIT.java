package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.ConfFolder;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.StockJames.StartFailure;

/** James does not start with half a policy, and says why. */
class StartFailureIT {

    private static final Pattern BIND = Pattern.compile("<bind>([^<]*)</bind>");

    @Test
    void shouldNotStartWithProblemsAndTellAllOfThem() {
        StartFailure failure = startFailure("bad-policy", conf -> conf.write("relaycontrol.xml", String.join("\n",
            "<relaycontrol>",
            "  <policy name='bad'>",
            "    <routing><domain name='ratest.com' action='inbuond'/></routing>",
            "    <restrictions><clients><network>127.168.1.5/24</network></clients></restrictions>",
            "  </policy>",
            "</relaycontrol>")));
        assertThat(failure.exitStatus()).isEqualTo(1);
        assertThat(failure.output()).contains("relaycontrol.xml:3: ", "inbuond", "relaycontrol.xml:4: ", "127.168.1.0/24");
    }

    @Test
    void shouldNotStartWithoutPolicy() {
        StartFailure failure = startFailure("no-policy", conf -> conf.delete("relaycontrol.xml"));
        assertThat(failure.exitStatus()).isEqualTo(1);
        assertThat(failure.output()).contains("relaycontrol.xml");
    }

    @Test
    void shouldNotStartAsAnOpenRelay() {
        StartFailure failure = startFailure("open-relay", conf -> conf.write("relaycontrol.xml", String.join("\n",
            "<relaycontrol>",
            "  <policy name='open'>",
            "    <restrictions>",
            "      <authenticated/>",
            "      <clients mode='allExcept'><network>203.0.113.0/24</network></clients>",
            "    </restrictions>",
            "  </policy>",
            "</relaycontrol>")));
        assertThat(failure.exitStatus()).isEqualTo(1);
        assertThat(failure.output()).contains("relaycontrol.xml:5: strangers from ", "permissions are or, not and", "[open-relay]");
    }

    @Test
    void shouldNotStartWithANextHopThatIsItself() {
        StartFailure failure = startFailure("loop", conf -> conf.write("relaycontrol.xml", String.join("\n",
            "<relaycontrol>",
            "  <routing smartHost='" + conf.find("smtpserver.xml", BIND).get(0).replace("0.0.0.0", "127.0.0.1") + "'/>",
            "  <policy name='looping'/>",
            "</relaycontrol>")));
        assertThat(failure.exitStatus()).isEqualTo(1);
        assertThat(failure.output()).contains("relaycontrol.xml:2: the smart host is 127.0.0.1:", "[next-hop-here]");
    }

    private static StartFailure startFailure(String run, Consumer<ConfFolder> change) {
        RelayServer.Builder server = RelayServer.sample("closed", run).confOnLoopback(change);
        StartFailure[] failure = new StartFailure[1];
        assertThatThrownBy(server::start).isInstanceOfSatisfying(StartFailure.class, thrown -> failure[0] = thrown);
        return failure[0];
    }
}
