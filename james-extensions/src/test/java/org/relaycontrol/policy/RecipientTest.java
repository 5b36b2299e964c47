package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recipient addresses: where the domain begins, and what counts as sender-specified routing.
 */
class RecipientTest {

    private static final DomainName DEFAULT = DomainName.of("default.example");

    @Provide
    Arbitrary<String> localParts() {
        return Arbitraries.of("a", "b", ".", "\"", "\"", "\\", "\\", "%", "!", "@", " ", "IMCEA", "imcea", "IMCEAEX-", "IMCEASMTP",
            "Imcea ", "SMTP-", "smtp-", "-", "+40", "i", "m").list().ofMinSize(1).ofMaxSize(8).map(parts -> String.join("", parts));
    }

    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    void shouldFindSenderSpecifiedRoutingWithQuotesAndQuotedPairsResolved(@ForAll("localParts") String localPart) {
        String resolved = localPart.replaceAll("(?s)\\\\(.)|\"", "$1");
        String lower = resolved.toLowerCase(Locale.ROOT);
        boolean expected = resolved.matches("(?s).*[%!@].*") || lower.startsWith("imceasmtp-") || lower.startsWith("imcea ");
        assertThat(Recipient.of(localPart, DEFAULT).isSenderRouted()).as(localPart).isEqualTo(expected);
    }

    /** The grammar by regular expression: quoted strings and quoted pairs are skipped, the last bare at sign divides. */
    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    void shouldDivideAtTheLastAtSignOutsideQuotes(@ForAll("localParts") String localPart) {
        if (!localPart.matches("(?s)(\\\\.|\"(\\\\.|[^\"\\\\])*\"|[^\"\\\\])+")) {
            return;
        }
        Recipient recipient = Recipient.parse(localPart + "@EXAMPLE.com", DEFAULT);
        assertThat(recipient.localPart()).isEqualTo(localPart);
        assertThat(recipient.domain()).isEqualTo(DomainName.of("example.com"));
        assertThat(recipient).hasToString(localPart + "@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "user%evil.example", "evil.example!user", "\"user@evil.example\"", "user\\@evil.example", "\"user\\@evil.example\"", "a%", "!",
        "IMCEASMTP-user+40evil+2Eexample", "imceasmtp-x", "\"IMCEA user\"", "IMCEA\\ user", "\"imcea user@evil.example\"",
        "\"\\I\\MCEASMTP-x\"", "IMCEA\"SMTP-\"x", "@a,@b:user", "\\%", "user@evil.example", "IMCEASMTP-", "\"IMCEA \"",
    })
    void shouldFindSenderSpecifiedRouting(String localPart) {
        assertThat(Recipient.of(localPart, DEFAULT).isSenderRouted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "user", "first.last", "user+detail", "\"quoted user\"", "IMCEAEX-_O=CORP_OU=SITE", "IMCEA", "IMCEASMTP", "IMCEA-user",
        "xIMCEASMTP-user", "\" IMCEASMTP-user\"", "\"\"", "user\\", "a\\\\b", "\"a\\\"b\"",
    })
    void shouldNotFindSenderSpecifiedRouting(String localPart) {
        assertThat(Recipient.of(localPart, DEFAULT).isSenderRouted()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
        "user@example.com | user | example.com",
        "user@EXAMPLE.com. | user | example.com",
        "user@[192.0.2.1] | user | [192.0.2.1]",
        "user@192.0.2.1 | user | [192.0.2.1]",
        "\"a@evil\"@local.example | \"a@evil\" | local.example",
        "\"a\\\"@evil\"@local.example | \"a\\\"@evil\" | local.example",
        "a@[1.2.3.4]@evil.example | a@[1.2.3.4] | evil.example",
        "@a.example,@b.example:user@c.example | @a.example,@b.example:user | c.example",
        "\"never closed@local.example | \"never closed | local.example",
        "user | user | default.example",
        "postmaster | postmaster | default.example",
        "\"user@evil.example\" | \"user@evil.example\" | default.example",
        "user\\@evil.example | user\\@evil.example | default.example",
    })
    void shouldTakeAnAddressApart(String address, String localPart, String domain) {
        Recipient recipient = Recipient.parse(address, DEFAULT);
        assertThat(recipient.localPart()).isEqualTo(localPart);
        assertThat(recipient.domain()).hasToString(domain);
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatIllegalArgumentException().isThrownBy(() -> Recipient.parse("", DEFAULT))
            .withMessage("the recipient is empty; write an address like user@example.com");
        assertThatIllegalArgumentException().isThrownBy(() -> Recipient.parse("@example.com", DEFAULT))
            .withMessage("'@example.com' has no local part; write an address like user@example.com");
        assertThatIllegalArgumentException().isThrownBy(() -> Recipient.parse("user@", DEFAULT))
            .withMessage("the domain is empty; write a name like example.com");
        assertThatIllegalArgumentException().isThrownBy(() -> Recipient.parse("user@straße.de", DEFAULT))
            .withMessageEndingWith("write the xn-- form");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "User,              user,         user",
        "User+Tag+More,     user+tag+more, user",
        "+tag,              +tag,         +tag",
        "a-b,               a-b,          a",
        "`\"a b+c\"`,     a b+c,        a b",
        "a\\+b,           a+b,          a",
    })
    void shouldCompareLocalPartsWithoutCaseQuotesAndTag(String localPart, String compared, String withoutTag) {
        Recipient recipient = Recipient.of(localPart, DomainName.of("ratest.com"));
        assertThat(recipient.comparedLocalPart()).isEqualTo(compared);
        assertThat(recipient.comparedLocalPartWithoutTag("+-")).isEqualTo(withoutTag);
        assertThat(recipient.comparedLocalPartWithoutTag("")).isEqualTo(compared);
    }
}
