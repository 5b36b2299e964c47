package org.relaycontrol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What all sessions together may spend on waiting. */
class WaitBudgetTest {

    private long now = 7;
    private final WaitBudget budget = new WaitBudget(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void shouldComeBackSlowlyOnceItIsSpent() {
        assertThat(budget.left()).isEqualTo(WaitBudget.MOST);

        budget.spend(WaitBudget.MOST.plusMillis(10));
        assertThat(budget.left()).isZero();
        pass(Duration.ofMillis(400));
        assertThat(budget.left()).isEqualTo(Duration.ofMillis(400 / WaitBudget.SHARE - 10));
    }

    @Test
    void shouldNotBeSavedUp() {
        pass(Duration.ofHours(1));

        assertThat(budget.left()).isEqualTo(WaitBudget.MOST);
    }
}
