package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which recipients a list has, and which line says so. */
class RecipientListTest {

    private static final DomainName DEFAULT = DomainName.of("local.example");

    private static RecipientList list(String delimiter, String... lines) {
        RecipientList.Builder builder = RecipientList.builder(delimiter);
        for (int i = 0; i < lines.length; i++) {
            byte[] octets = lines[i].getBytes(StandardCharsets.UTF_8);
            if (!builder.addCanonical(octets, 0, octets.length, "known.txt", i + 1)) {
                assertThat(builder.add(lines[i], "known.txt", i + 1)).as(lines[i]).isNull();
            }
        }
        return builder.build();
    }

    private static String find(RecipientList list, String recipient) {
        Rule rule = list.find(Recipient.parse(recipient, DEFAULT));
        assertThat(list.contains(Recipient.parse(recipient, DEFAULT))).isEqualTo(rule != null);
        return String.valueOf(rule);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "alice@one.example,        known.txt:1",
        "Alice@ONE.example.,       known.txt:1",
        "alice@two.example,        null",
        "alice@sub.one.example,    null",
        "alice+x@one.example,      known.txt:1",
        "bob+x@one.example,        known.txt:2",
        "bob@one.example,          null",
        "bob+x+y@one.example,      null",
        "postmaster@anywhere.test, known.txt:3",
        "\"Post\\Master\"@one.example, known.txt:3",
        "postmaster+x@one.example, known.txt:3",
        "anyone@all.example,       known.txt:4",
        "anyone@sub.all.example,   null",
        "\"john doe\"@one.example, known.txt:5",
        "o'neill@one.example,      known.txt:6",
        "u@[192.0.2.1],            known.txt:7",
        "u@192.0.2.1,              known.txt:7",
        "+x@one.example,           null",
        "\"a@b\"@one.example,    known.txt:8",
        "\"alice@one.example\"@else.example, null",
        "one.example@two.example,  null",
        "al\u00eece@one.example,  null",
    })
    void shouldFindAsIsThenWithoutTagThenTheDomain(String recipient, String line) {
        RecipientList list = list("+", "alice@one.example", "bob+x@one.example", "Postmaster", "@all.example", "\"John Doe\"@one.example",
            "o'neill@one.example", "u@[192.0.2.1]", "\"a@b\"@one.example");
        assertThat(find(list, recipient)).isEqualTo(line);
    }

    @Test
    void shouldKnowNoTagUnlessToldSo() {
        assertThat(find(list("", "alice"), "alice+x@one.example")).isEqualTo("null");
        assertThat(find(list("+-", "alice"), "alice-x+y@one.example")).isEqualTo("known.txt:1");
    }

    @Test
    void shouldTellWhatIsListed() {
        RecipientList list = list("+", "Alice@One.Example", "@two.example", "\"Bob\"");
        assertThat(list.listed()).containsExactly("alice@one.example", "@two.example", "bob");
        assertThat(list.rules()).hasToString("[known.txt:1, known.txt:2, known.txt:3]");
        assertThat(list.lists("alice@one.example")).isTrue();
        assertThat(list.lists("alice")).isFalse();
        assertThat(list.recipientDelimiter()).isEqualTo("+");
    }

    @ParameterizedTest
    @CsvSource({"alice@one.example, ALICE@one.Example.", "alice, \\Alice", "@one.example, @ONE.example", "u@192.0.2.1, u@[192.0.2.1]"})
    void shouldFindDuplicatesHoweverWritten(String first, String second) {
        RecipientList.Builder builder = RecipientList.builder("");
        assertThat(builder.add(first, "f", 1)).isNull();
        assertThat(builder.add(second, "f", 2)).hasToString("f:1");
        byte[] octets = first.getBytes(StandardCharsets.US_ASCII);
        assertThat(builder.addCanonical(octets, 0, octets.length, "f", 3)).isFalse();
        assertThat(builder.build().listed()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"@one.example", "\"\"", "a@", "@", "a@one..example", "\"a@b\"", "\u00fc@one.example", "a\u0001"})
    void shouldRefuseWhatIsNoRecipient(String text) {
        assertThatThrownBy(() -> RecipientList.builder("").add(text, "f", 1)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("; write ");
    }

    @Test
    void shouldTakeAddressesAsLongAsTheyCanBe() {
        String domain = ("d".repeat(63) + ".").repeat(2) + "d".repeat(61);
        String longest = "u".repeat(64) + "@" + domain;
        assertThat(longest).hasSize(254);
        assertThat(find(list("", longest), longest)).isEqualTo("known.txt:1");
        for (String tooLong : List.of(longest + "d", "u".repeat(65) + "@one.example", "u".repeat(65))) {
            byte[] octets = tooLong.getBytes(StandardCharsets.US_ASCII);
            assertThat(RecipientList.builder("").addCanonical(octets, 0, octets.length, "f", 1)).isFalse();
            assertThatThrownBy(() -> RecipientList.builder("").add(tooLong, "f", 1)).hasMessageContaining("RFC 5321");
        }
    }

    /** What the table says of any address is what a set of texts says. */
    @Test
    void shouldAgreeWithASetWhenThereAreMany() {
        RecipientList.Builder builder = RecipientList.builder("");
        for (int i = 0; i < 50_000; i += 2) {
            byte[] octets = ("user" + i + "@d" + i % 100 + ".example").getBytes(StandardCharsets.US_ASCII);
            assertThat(builder.addCanonical(octets, 0, octets.length, "f", i + 1)).isTrue();
        }
        RecipientList list = builder.build();
        for (int i = 0; i < 50_000; i++) {
            String listed = i % 2 == 0 ? "f:" + (i + 1) : "null";
            assertThat(find(list, "user" + i + "@d" + i % 100 + ".example")).isEqualTo(listed);
            assertThat(find(list, "user" + i + "@d" + (i + 1) % 100 + ".example")).isEqualTo("null");
        }
    }
}
