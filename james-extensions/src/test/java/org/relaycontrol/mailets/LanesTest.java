package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

import org.junit.jupiter.api.Test;

/** The limits of lanes, on an executor that runs when told. */
class LanesTest {

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Lanes lanes = new Lanes(executor::add, 2, 1);

    private boolean submit(String lane, String task) {
        return lanes.submit(lane, () -> done.add(task));
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
        lanes.submit("a", () -> {
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
}
