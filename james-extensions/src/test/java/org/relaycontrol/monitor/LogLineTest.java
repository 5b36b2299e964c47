package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No value passes for another field or line. */
class LogLineTest {

    @Test
    void shouldWritePlainValuesAsTheyAre() {
        assertThat(new LogLine().with("verdict", "deny").with("rule", "relaycontrol.xml:12").with("recipient", "a+b%c@[192.0.2.1]"))
            .hasToString("verdict=deny rule=relaycontrol.xml:12 recipient=a+b%c@[192.0.2.1]");
    }

    @Test
    void shouldTellAbsentFromEmptyAndDash() {
        assertThat(new LogLine().with("user", null).with("user", "").with("user", "-")).hasToString("user=- user=\"\" user=\"-\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\0', value = {
        "a b; \"a b\"",
        "a\"b; \"a\\\"b\"",
        "a\\b; \"a\\\\b\"",
        "a=b; \"a=b\"",
        "a\u00e9; \"a\\u00e9\"",
        "a\u2028b; \"a\\u2028b\"",
        "\u007f; \"\\u007f\""
    })
    void shouldQuoteValuesThatCouldMislead(String value, String written) {
        assertThat(new LogLine().with("k", value)).hasToString("k=" + written);
    }

    @Test
    void shouldKeepLineEndsOut() {
        assertThat(new LogLine().with("recipient", "x\r\nverdict=permit\t\0"))
            .hasToString("recipient=\"x\\u000d\\u000averdict=permit\\u0009\\u0000\"");
    }
}
