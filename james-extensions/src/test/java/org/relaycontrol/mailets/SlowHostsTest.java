package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import com.google.common.base.Ticker;

/** Which hosts are tried last. */
class SlowHostsTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final List<Outcome> FAILURE = List.of(Outcome.deferred("hop", "451 4.4.1 no connection: timed out"));
    private static final Host HOST = new Host("hop", InetAddress.getLoopbackAddress(), 25, false);
    private static final Host ANOTHER = new Host("hop", InetAddress.getLoopbackAddress(), 26, false);

    private long now;
    private final SlowHosts hosts = new SlowHosts(new Ticker() {
        @Override
        public long read() {
            return now;
        }
    });

    @Test
    void shouldRememberWhoTakesLongToFailForAMinute() {
        hosts.note(HOST, FAILURE, LONG);

        assertThat(hosts.contains(HOST)).isTrue();
        assertThat(hosts.contains(ANOTHER)).isFalse();
        now += SlowHosts.MEMORY.toNanos() + 1;
        assertThat(hosts.contains(HOST)).isFalse();
    }

    @Test
    void shouldNotMindWhoFailsAtOnceOrTakesLongToAccept() {
        hosts.note(HOST, FAILURE, Duration.ofMillis(10));
        hosts.note(ANOTHER, List.of(FAILURE.get(0), Outcome.delivered("hop", "250 ok", true)), LONG);

        assertThat(hosts.contains(HOST)).isFalse();
        assertThat(hosts.contains(ANOTHER)).isFalse();
    }

    @Test
    void shouldForgetWhoSucceeds() {
        hosts.note(HOST, FAILURE, LONG);
        hosts.note(HOST, List.of(Outcome.refused("hop", "550 no")), LONG);

        assertThat(hosts.contains(HOST)).isFalse();
    }
}
