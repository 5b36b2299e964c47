package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No value passes for another field or line. */
class LogValueTest {

    @ParameterizedTest
    @ValueSource(strings = {"deny", "relaycontrol.xml:12", "a+b%c@[192.0.2.1]", "-", "!~"})
    void shouldWritePlainValuesAsTheyAre(String value) {
        assertThat(LogValue.of(value)).isEqualTo(value);
    }

    @Test
    void shouldTellEmptyFromAbsent() {
        assertThat(LogValue.of("")).isEqualTo("\"\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\0', value = {
        "a b; \"a\\u0020b\"",
        "a\"b; \"a\\\"b\"",
        "a\\b; \"a\\\\b\"",
        "a=b; \"a=b\"",
        "a\u00e9; \"a\\u00e9\"",
        "a\u2028b; \"a\\u2028b\"",
        "\u007f; \"\\u007f\""
    })
    void shouldQuoteValuesThatCouldMislead(String value, String written) {
        assertThat(LogValue.of(value)).isEqualTo(written);
    }

    @Test
    void shouldKeepLineEndsOut() {
        assertThat(LogValue.of("x\r\nverdict=permit\t\0")).isEqualTo("\"x\\u000d\\u000averdict=permit\\u0009\\u0000\"");
    }
}
