package org.relaycontrol.james;

import java.time.Duration;
import java.util.List;

/** Gives tests of other packages a DNS that asks a scripted server, with a time-out that suits a test. */
public final class TestDns {

    private TestDns() {
    }

    public static Dns asking(FakeDnsServer server) {
        return new Dns(List.of(server.address()), Duration.ofSeconds(2), System::nanoTime);
    }
}
