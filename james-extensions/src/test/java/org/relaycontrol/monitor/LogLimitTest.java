package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.IpAddress;

/** How many lines a client gets, and what is said of the others. */
class LogLimitTest {

    private static final IpAddress CLIENT = IpAddress.parse("198.51.100.7");

    private final AtomicLong now = new AtomicLong();
    private final List<Runnable> timer = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final LogLimit limit = new LogLimit(now::get, (delay, task) -> timer.add(task),
        (clients, count) -> leftOut.add(clients + " " + count));

    private long logged(IpAddress client, int refusals) {
        long logged = 0;
        for (int i = 0; i < refusals; i++) {
            logged += limit.mayLog(client) ? 1 : 0;
        }
        return logged;
    }

    private void endWindow() {
        now.addAndGet(LogLimit.WINDOW.toNanos());
        List<Runnable> due = List.copyOf(timer);
        timer.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void shouldLogSoManyOfEachClientInAWindow() {
        assertThat(logged(CLIENT, 250)).isEqualTo(LogLimit.LINES);
        assertThat(logged(IpAddress.parse("198.51.100.8"), 50)).isEqualTo(50);

        endWindow();

        assertThat(leftOut).containsExactly("198.51.100.7 150");
        assertThat(logged(CLIENT, 1)).isEqualTo(1);
    }

    @Test
    void shouldSayNothingWhereNothingWasLeftOut() {
        logged(CLIENT, LogLimit.LINES);
        endWindow();

        assertThat(logged(CLIENT, LogLimit.LINES)).isEqualTo(LogLimit.LINES);
        assertThat(leftOut).isEmpty();
    }

    @Test
    void shouldCountWhatComesAfterTheWindowUntilTheTimerHasTold() {
        logged(CLIENT, LogLimit.LINES + 1);
        now.addAndGet(LogLimit.WINDOW.toNanos());
        logged(CLIENT, 10);
        endWindow();

        assertThat(leftOut).containsExactly("198.51.100.7 11");
    }

    @Test
    void shouldTakeAnIpv6NetworkForOneClient() {
        assertThat(logged(IpAddress.parse("2001:db8:0:1::7"), LogLimit.LINES)).isEqualTo(LogLimit.LINES);
        assertThat(logged(IpAddress.parse("2001:db8:0:1:ffff::8"), 5)).isZero();
        assertThat(logged(IpAddress.parse("2001:db8:0:2::7"), 5)).isEqualTo(5);

        endWindow();

        assertThat(leftOut).containsExactly("2001:db8:0:1::7/64 5");
    }

    @Test
    void shouldBoundHowManyClientsItTellsApart() {
        for (int i = 0; i < LogLimit.MAX_CLIENTS; i++) {
            logged(IpAddress.parse("10.0." + i / 256 + "." + i % 256), 1);
        }
        int others = 0;
        for (int i = 0; i < 2 * LogLimit.LINES; i++) {
            others += logged(IpAddress.parse("10.1.0." + i), 1);
        }

        assertThat(others).isEqualTo(LogLimit.LINES);
        assertThat(logged(IpAddress.parse("10.0.0.1"), 1)).isEqualTo(1);

        endWindow();

        assertThat(leftOut).containsExactly("others " + LogLimit.LINES);
        assertThat(logged(IpAddress.parse("10.1.0.1"), LogLimit.LINES)).isEqualTo(LogLimit.LINES);
    }
}
