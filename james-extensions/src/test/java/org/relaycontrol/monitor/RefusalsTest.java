package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.IpAddress;

/** The last refusals are kept, the latest first. */
class RefusalsTest {

    private final Refusals refusals = new Refusals();

    private static DecisionRecord refusal(String client) {
        return DecisionRecord.builder(0, DecidedBy.NOT_PERMITTED, IpAddress.parse(client), "192.0.2.25:25", "s1").build();
    }

    private static List<Long> numbers(List<Refusals.Numbered> found) {
        return found.stream().map(Refusals.Numbered::number).collect(Collectors.toList());
    }

    @Test
    void shouldFindTheLatestFirst() {
        refusals.add(refusal("192.0.2.1"));
        refusals.add(refusal("192.0.2.2"));
        refusals.add(refusal("192.0.2.1"));

        assertThat(numbers(refusals.latest(any -> true, 10))).containsExactly(3L, 2L, 1L);
        assertThat(numbers(refusals.latest(any -> true, 2))).containsExactly(3L, 2L);
        assertThat(numbers(refusals.latest(one -> one.refusal().client().equals(IpAddress.parse("192.0.2.1")), 10)))
            .containsExactly(3L, 1L);
    }

    @Test
    void shouldForgetTheOldest() {
        for (int i = 0; i < Refusals.CAPACITY + 5; i++) {
            refusals.add(refusal("192.0.2.1"));
        }

        List<Refusals.Numbered> found = refusals.latest(any -> true, Integer.MAX_VALUE);

        assertThat(found).hasSize(Refusals.CAPACITY);
        assertThat(found.get(Refusals.CAPACITY - 1).number()).isEqualTo(6);
        assertThat(refusals.count()).isEqualTo(Refusals.CAPACITY + 5);
    }

    @Test
    void shouldKeepWhatManyThreadsAdd() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    refusals.add(refusal("192.0.2.1"));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(refusals.latest(any -> true, Integer.MAX_VALUE)).hasSize(Refusals.CAPACITY);
    }
}
