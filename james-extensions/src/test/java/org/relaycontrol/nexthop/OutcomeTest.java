package org.relaycontrol.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import nl.jqno.equalsverifier.EqualsVerifier;

/** What a remote host says, made fit for a log line. */
class OutcomeTest {

    @Test
    void shouldKeepARemoteReplyOnOneLine() {
        Outcome outcome = Outcome.refused("host", "550-5.1.1 no\r\n550 5.1.1 such\tuser\u001b[2J\n");

        assertThat(outcome.text()).isEqualTo("550-5.1.1 no 550 5.1.1 such user [2J");
        assertThat(outcome.code()).hasValue(550);
    }

    @Test
    void shouldCutALongReply() {
        assertThat(Outcome.deferred("host", "4".repeat(2000)).text()).hasSizeLessThan(600).endsWith("...");
    }

    @Test
    void shouldHaveNoCodeWithoutAReply() {
        assertThat(Outcome.deferred("host", "Connection refused").code()).isEmpty();
        assertThat(Outcome.deferred("host", "").code()).isEmpty();
    }

    @Test
    void shouldBeEqualIfAllIsEqual() {
        EqualsVerifier.forClass(Outcome.class).withNonnullFields("kind", "where", "text").verify();
    }
}
