package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

/** The limits of lanes, on an executor that runs when told. */
class LanesTest {

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private long now;
    private final Lanes<String> lanes = new Lanes<>(executor::add, 1, Duration.ofSeconds(5), () -> now);

    private boolean submit(String lane, String task) {
        return lanes.submit(lane, 2, () -> done.add(task));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void runAll() {
        while (!executor.isEmpty()) {
            executor.remove().run();
        }
    }

    @Test
    void shouldRunNoMoreThanTheLimitOfALane() {
        assertThat(submit("a", "a1")).isTrue();
        assertThat(submit("a", "a2")).isTrue();
        assertThat(submit("a", "a3")).isTrue();
        assertThat(executor).hasSize(2);

        executor.remove().run();
        assertThat(executor).hasSize(2);
        runAll();
        assertThat(done).containsExactly("a1", "a2", "a3");
    }

    @Test
    void shouldRefuseWhenTooManyWait() {
        submit("a", "a1");
        submit("a", "a2");
        submit("a", "a3");

        assertThat(submit("a", "a4")).isFalse();
        runAll();
        assertThat(submit("a", "a5")).isTrue();
        runAll();
        assertThat(done).containsExactly("a1", "a2", "a3", "a5");
    }

    @Test
    void shouldLeaveOtherLanesAlone() {
        submit("a", "a1");
        submit("a", "a2");
        submit("a", "a3");

        assertThat(submit("b", "b1")).isTrue();
        assertThat(executor).hasSize(3);
    }

    @Test
    void shouldGoOnAfterATaskThatThrows() {
        lanes.submit("a", 2, () -> {
            throw new IllegalStateException("broken");
        });
        submit("a", "a2");
        submit("a", "a3");

        try {
            executor.remove().run();
        } catch (IllegalStateException e) {
            done.add(e.getMessage());
        }
        runAll();
        assertThat(done).containsExactly("broken", "a2", "a3");
    }

    @Test
    void shouldLetMoreWaitInALaneThatGetsToThemInTime() {
        submit("a", "a1");
        submit("a", "a2");
        for (int i = 3; i < 10; i++) {
            assertThat(submit("a", "a" + i)).as("a%s", i).isTrue();
            pass(Duration.ofSeconds(1));
            executor.remove().run();
        }
        // The next one would wait for one: a second.
        for (int i = 10; i < 15; i++) {
            assertThat(submit("a", "a" + i)).as("a%s", i).isTrue();
        }
        assertThat(submit("a", "a15")).isFalse();

        pass(Duration.ofMinutes(1));
        executor.remove().run();
        assertThat(submit("a", "a16")).isFalse();
    }

    @Test
    void shouldSayWhetherItIsIdle() throws InterruptedException {
        assertThat(lanes.awaitIdle(Duration.ZERO)).isTrue();
        submit("a", "a1");
        assertThat(lanes.awaitIdle(Duration.ofMillis(20))).isFalse();
        runAll();
        assertThat(lanes.awaitIdle(Duration.ZERO)).isTrue();
    }
}
