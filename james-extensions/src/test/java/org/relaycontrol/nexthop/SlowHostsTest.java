package org.relaycontrol.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import com.google.common.base.Ticker;

/** Which hosts are tried last. */
class SlowHostsTest {

    private static final Duration LONG = Duration.ofSeconds(10);
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
        hosts.note(HOST, true, LONG);

        assertThat(hosts.contains(HOST)).isTrue();
        assertThat(hosts.contains(ANOTHER)).isFalse();
        now += SlowHosts.MEMORY.toNanos() + 1;
        assertThat(hosts.contains(HOST)).isFalse();
    }

    @Test
    void shouldNotMindWhoFailsAtOnceOrTakesLongToAccept() {
        hosts.note(HOST, true, Duration.ofMillis(10));
        hosts.note(ANOTHER, false, LONG);

        assertThat(hosts.contains(HOST)).isFalse();
        assertThat(hosts.contains(ANOTHER)).isFalse();
    }

    @Test
    void shouldForgetWhoSucceeds() {
        hosts.note(HOST, true, LONG);
        hosts.note(HOST, false, LONG);

        assertThat(hosts.contains(HOST)).isFalse();
    }
}
