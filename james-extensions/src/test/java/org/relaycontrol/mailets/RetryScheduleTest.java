package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock's notation for retries. */
class RetryScheduleTest {

    private static RetrySchedule schedule(String delayTime, String maxRetries) {
        return RetrySchedule.parse(Optional.ofNullable(delayTime), Optional.ofNullable(maxRetries));
    }

    @Test
    void shouldTryForFiveDaysByDefault() {
        RetrySchedule schedule = schedule(null, null);

        Duration total = IntStream.range(0, schedule.retries()).mapToObj(schedule::delayAfter).reduce(Duration.ZERO, Duration::plus);
        assertThat(total).isBetween(Duration.ofDays(5), Duration.ofDays(5).plusHours(2));
        assertThat(schedule.delayAfter(0)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void shouldReadAttemptsAndUnits() {
        RetrySchedule schedule = schedule("5000, 2*1 minute,1 hour", null);

        assertThat(schedule.retries()).isEqualTo(4);
        assertThat(IntStream.range(0, 5).mapToObj(schedule::delayAfter)).containsExactly(Duration.ofSeconds(5), Duration.ofMinutes(1),
            Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofHours(1));
    }

    @Test
    void shouldRepeatTheLastDelayForMoreRetries() {
        RetrySchedule schedule = schedule("1 second, 2 seconds", "4");

        assertThat(schedule.retries()).isEqualTo(4);
        assertThat(schedule.delayAfter(3)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void shouldNotCutTheListForFewerRetries() {
        assertThat(schedule("1 second, 2 seconds", "1").retries()).isEqualTo(2);
    }

    @Test
    void shouldCutTheDefaultForFewerRetries() {
        assertThat(schedule(null, "3").retries()).isEqualTo(3);
        assertThat(schedule(null, "0").retries()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "1 second,", "-1 * 1 second", "x * 1 second", "2 * 3 * 1 second"})
    void shouldRefuseWhatIsNoDelay(String delayTime) {
        assertThatThrownBy(() -> schedule(delayTime, null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageMatching("delayTime has '.*'; write a delay with its unit like 10 minutes or 3 \\* 1 hour");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "many"})
    void shouldRefuseWhatIsNoNumberOfRetries(String maxRetries) {
        assertThatThrownBy(() -> schedule(null, maxRetries)).hasMessage("maxRetries is '" + maxRetries
            + "'; write a number of retries like 100");
    }

    @Test
    void shouldRefuseRetriesWithoutADelay() {
        assertThatThrownBy(() -> schedule("0 * 1 second", "1"))
            .hasMessage("delayTime has no delay for 1 retries; write one like 5 minutes");
    }
}
