package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagedLineTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "one.example expires=x reply=\"a \\\"b\\\" \\\\ #\" # why",
        " \tone.example\t expires=x  reply=\"a \\\"b\\\" \\\\ #\"# why "
    })
    void shouldReadEntryAttributesAndComment(String text) {
        ManagedLine line = ManagedLine.parse(text);

        assertThat(line.entry()).isEqualTo("one.example");
        assertThat(line.attributes()).containsExactly(Map.entry("expires", "x"), Map.entry("reply", "a \"b\" \\ #"));
        assertThat(line.comment()).isEqualTo("# why");
        assertThat(line).hasToString("one.example expires=x reply=\"a \\\"b\\\" \\\\ #\"  # why");
    }

    @Test
    void shouldEndAnEntryAtAComment() {
        assertThat(ManagedLine.parse("one.example# why").entry()).isEqualTo("one.example");
        assertThat(ManagedLine.parse("one.example").comment()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a.example reply=\"b|the value of reply does not end; write \" behind it",
        "a.example reply=\"b\\|the value of reply does not end; write \" behind it",
        "a.example reply=\"|the value of reply does not end; write \" behind it",
        "a.example expires=x expires=y|'a.example' has expires twice; remove one of the two",
        "a.example expires|'expires' after 'a.example' is no attribute; write key=value, and # before a comment",
        "a.example =x|'' after 'a.example' is no attribute; write key=value, and # before a comment",
    }, quoteCharacter = '\0')
    void shouldSayWhatToWrite(String text, String problem) {
        assertThatThrownBy(() -> ManagedLine.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessage(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ra.example", "a.example\rb.example", "a.example\r"})
    void shouldRefuseACarriageReturn(String text) {
        assertThatThrownBy(() -> ManagedLine.parse(text))
            .hasMessage("the line has a carriage return within; write one entry a line");
    }
}
