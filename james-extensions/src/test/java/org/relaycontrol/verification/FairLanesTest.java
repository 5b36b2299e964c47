package org.relaycontrol.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Whose turn it is. The executor runs a task when told to. */
class FairLanesTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final FairLanes<String, String> lanes = new FairLanes<>(threads::add, 2, 3, 5);

    private boolean submit(String lane, String client, String task) {
        return lanes.submit(lane, client, () -> done.add(task));
    }

    private void runAll() {
        for (Runnable next = threads.poll(); next != null; next = threads.poll()) {
            next.run();
        }
    }

    @Test
    void shouldLetClientsTakeTurns() {
        for (String task : List.of("a1", "a2", "a3", "a4", "a5")) {
            assertThat(submit("hop", "a", task)).isTrue();
        }
        submit("hop", "b", "b1");
        submit("hop", "c", "c1");
        runAll();

        assertThat(done).containsExactly("a1", "a2", "a3", "b1", "c1", "a4", "a5");
    }

    @Test
    void shouldRunFewAtOnceInEachLane() {
        for (int i = 0; i < 4; i++) {
            submit("slow", "a", "slow" + i);
        }
        submit("quick", "a", "quick");

        assertThat(threads).hasSize(3);
        runAll();
        assertThat(done).hasSize(5);
        submit("slow", "a", "again");
        assertThat(threads).hasSize(1);
    }

    @Test
    void shouldLetNobodyWaitWhereThereIsNoRoom() {
        for (int i = 0; i < 5; i++) {
            assertThat(submit("hop", "a", "a" + i)).isTrue();
        }
        assertThat(submit("hop", "a", "too many of one")).isFalse();
        assertThat(submit("hop", "b", "b0")).isTrue();
        assertThat(submit("hop", "c", "c0")).isTrue();
        assertThat(submit("hop", "d", "too many in all")).isFalse();

        runAll();
        assertThat(done).hasSize(7).noneMatch(task -> task.startsWith("too many"));
        assertThat(submit("hop", "a", "room again")).isTrue();
    }

    @Test
    void shouldGoOnAfterATaskThatFails() {
        lanes.submit("hop", "a", () -> {
            throw new IllegalStateException("fails");
        });
        for (int i = 0; i < 3; i++) {
            submit("hop", "a", "a" + i);
        }
        Runnable failing = threads.remove();
        try {
            failing.run();
        } catch (IllegalStateException e) {
            done.add(e.getMessage());
        }
        runAll();

        assertThat(done).containsExactly("fails", "a0", "a1", "a2");
    }
}
