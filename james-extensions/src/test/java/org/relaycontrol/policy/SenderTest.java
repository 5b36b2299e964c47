package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import nl.jqno.equalsverifier.EqualsVerifier;

/** Senders as they are compared. */
class SenderTest {

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "User@Dept.Example.,       user@dept.example,        dept.example",
        "\"a b\"@dept.example,     a b@dept.example,         dept.example",
        "\"a@b\"@dept.example,     a@b@dept.example,         dept.example",
        "a\\b\\\\c@dept.example,   ab\\c@dept.example,       dept.example",
        "\"User\"@dept.example,    user@dept.example,        dept.example",
        "u@192.0.2.1,              u@[192.0.2.1],            [192.0.2.1]",
        "u@[IPv6:2001:DB8::1],     u@[IPv6:2001:db8::1],     [IPv6:2001:db8::1]",
    })
    void shouldReadAnAddressAsItIsCompared(String text, String compared, String domain) {
        Sender sender = Sender.parse(text);

        assertThat(sender).hasToString(compared);
        assertThat(sender.domain()).isEqualTo(DomainName.of(domain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "user", "@dept.example", "user@", "user@a..b"})
    void shouldRefuseWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Sender.parse(text)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("; write");
    }

    @Test
    void shouldBeEqualByWhatIsCompared() {
        assertThat(Sender.parse("\"User\"@DEPT.example")).isEqualTo(Sender.of("user", DomainName.of("dept.example")));
        EqualsVerifier.forClass(Sender.class).withOnlyTheseFields("address").withNonnullFields("address").verify();
    }
}
