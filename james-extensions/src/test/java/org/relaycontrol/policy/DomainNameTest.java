package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.ibm.icu.text.IDNA;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The canonical form of domains. What is accepted of Unicode names converts alike in IDNA2003 (the JDK) and UTS #46 (ICU).
 */
class DomainNameTest {

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.NONTRANSITIONAL_TO_UNICODE);
    private static final String AMBIGUOUS = " is a Unicode name that not every program converts alike; write the xn-- form";
    private static final String L63 = "a".repeat(63);
    private static final String N253 = L63 + "." + L63 + "." + L63 + "." + "a".repeat(61);

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com", "EXAMPLE.Com, example.com", "example.com., example.com", "com, com", "a_b.example, a_b.example",
        "XN--BCHER-KVA.example, xn--bcher-kva.example", "1.example, 1.example", "1.2.3, 1.2.3", "1.2.3.4.5, 1.2.3.4.5",
        "1.2.3.x, 1.2.3.x", "[192.0.2.1], [192.0.2.1]", "192.0.2.1, [192.0.2.1]", "192.0.2.1., [192.0.2.1]",
        "[IPv6:2001:DB8:0::1], [IPv6:2001:db8::1]", "[ipv6:2001:db8::1], [IPv6:2001:db8::1]", "[IPV6:::], [IPv6:::]",
        "[IPv6:::ffff:192.0.2.1], [192.0.2.1]", "[IPv6:fe80::1%eth0], [IPv6:fe80::1]",
    })
    void shouldBeCanonical(String text, String canonical) {
        DomainName name = DomainName.of(text);
        assertThat(name).hasToString(canonical).isEqualTo(DomainName.of(canonical));
        assertThat(name.isLiteral()).isEqualTo(canonical.startsWith("["));
    }

    @ParameterizedTest
    @CsvSource({
        "bücher.example, xn--bcher-kva.example", "BÜCHER.example, xn--bcher-kva.example", "münchen.de, xn--mnchen-3ya.de",
        "mu\u0308nchen.de, xn--mnchen-3ya.de", "例え.jp, xn--r8jz45g.jp", "例え。jp, xn--r8jz45g.jp", "例え．jp, xn--r8jz45g.jp",
        "例え｡jp｡, xn--r8jz45g.jp", "кириллица.рф, xn--80apaahia1b8c.xn--p1ai", "Кириллица.РФ, xn--80apaahia1b8c.xn--p1ai",
        "παράδειγμα.gr, xn--hxajbheg2az3al.gr", "Παράδειγμα.gr, xn--hxajbheg2az3al.gr", "مثال.example, xn--mgbh0fb.example",
        "דוגמה.example, xn--6dbbec0c.example", "उदाहरण.example, xn--p1b6ci4b4b3a.example", "실례.kr, xn--9n2bp8q.kr",
        "中国.中国, xn--fiqs8s.xn--fiqs8s", "việtnam.example, xn--vitnam-jk8b.example", "ｅｘａｍｐｌｅ.com, example.com",
        "ΟΔΟΣ.gr, xn--pxavbq.gr",
        "１９２.0.2.1, [192.0.2.1]", "łódź.pl, xn--d-uga0v4h.pl", "İstanbul.example, xn--istanbul-o0e.example",
    })
    void shouldConvertUnicodeNames(String text, String canonical) {
        assertThat(DomainName.of(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "straße.de", "STRASẞE.de", "ὀδυσσεύς.gr", "ΟΔΟΣ", "a\u200db.example", "a\u200cb.example", "क्\u200dष.example",
        "a\u00adb.example", "☃.example", "a\u17b4.example", "a\u115f.example", "\u0301a.example", "-ü.example", "ü-.example",
        "ab--ü.example", "r3---s.ü.example",
        "bücher.xn--mnchen-3ya.de", "\ud800.example", "a\u061c.example", "Ⅷ.example", "½.example",
        "א1.example", "aא.example",
    })
    void shouldRefuseWhatNotEveryProgramConvertsAlike(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(text)).withMessage("'" + text + "'" + AMBIGUOUS);
    }

    @Test
    void shouldRefuseAUnicodeLabelThatIsTooLong() {
        String text = "ü".repeat(70) + ".example";
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(text)).withMessage("'" + text + "'" + AMBIGUOUS);
    }

    /** Every code point there is, alone, and every character beside others: whatever is accepted converts the same way in both. */
    @ParameterizedTest
    @CsvSource({"'', ''", "a, ''", "'', a", "1.\u05d0, ''", "'', \u0308"})
    void shouldAcceptOnlyWhatConvertsAlike(String before, String after) {
        boolean alone = before.isEmpty() && after.isEmpty();
        long accepted = IntStream.rangeClosed(0x80, Character.MAX_CODE_POINT).parallel()
            .filter(c -> alone || Character.isDefined(c) && Character.getType(c) != Character.PRIVATE_USE)
            .filter(c -> accepts(before + Character.toString(c) + after))
            .count();
        assertThat(accepted).isGreaterThan(before.contains("\u05d0") ? 900 : 80_000);
    }

    @Test
    void shouldAcceptOnlyWhatConvertsAlikeOfDecomposedSequences() {
        long accepted = IntStream.rangeClosed(0x80, Character.MAX_CODE_POINT).parallel()
            .filter(c -> Character.isLetterOrDigit(c) && !Character.isIdeographic(c))
            .mapToObj(Character::toString)
            .flatMap(letter -> Stream.of(Normalizer.normalize(letter, Normalizer.Form.NFD),
                Normalizer.normalize(letter, Normalizer.Form.NFKD), letter + "\u0323\u0301", "a" + letter + "\u3099"))
            .filter(DomainNameTest::accepts)
            .count();
        assertThat(accepted).isGreaterThan(60_000);
    }

    /** Letters of one block with marks of any: here the normalisation of Unicode 3.2 and of today could differ. */
    @Test
    void shouldAcceptOnlyWhatConvertsAlikeOfRandomSequences() {
        int[] letters = accepted(c -> !Character.isIdeographic(c) && (c < 0xac00 || c > 0xd7a3));
        int[] marks = accepted(c -> Character.getType(c) == Character.NON_SPACING_MARK
            || Character.getType(c) == Character.COMBINING_SPACING_MARK);
        Random random = new Random(20261124);
        int accepted = 0;
        for (int n = 0; n < 30_000; n++) {
            int at = random.nextInt(letters.length);
            StringBuilder label = new StringBuilder().appendCodePoint(letters[at]);
            for (int more = random.nextInt(4); more > 0; more--) {
                label.appendCodePoint(random.nextBoolean()
                    ? marks[random.nextInt(marks.length)]
                    : letters[Math.floorMod(at + random.nextInt(32) - 16, letters.length)]);
            }
            accepted += accepts(label.toString()) ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(7_000);
    }

    private static int[] accepted(IntPredicate which) {
        return IntStream.rangeClosed(0x80, Character.MAX_CODE_POINT).parallel()
            .filter(c -> Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK
                || Character.getType(c) == Character.COMBINING_SPACING_MARK)
            .filter(which).filter(c -> accepts("a" + Character.toString(c))).toArray();
    }

    /** Whether the name is accepted; fails if it is and the two conversions differ from ours, or if the refusal does not say why. */
    private static boolean accepts(String text) {
        String ours;
        try {
            ours = DomainName.of(text).toString();
        } catch (IllegalArgumentException e) {
            if (!e.getMessage().contains("; write ")) {
                throw e;
            }
            return false;
        }
        StringBuilder uts46 = new StringBuilder();
        IDNA.Info info = new IDNA.Info();
        UTS46.nameToASCII(text, uts46, info);
        String idna2003 = IDN.toASCII(text).toLowerCase(Locale.ROOT);
        if (info.hasErrors() || !ours.equals(withoutRoot(uts46.toString())) || !ours.equals(withoutRoot(idna2003))) {
            throw new AssertionError(text.codePoints().mapToObj(Integer::toHexString).reduce("", (a, b) -> a + " " + b)
                + " converts to " + ours + ", by UTS #46 to " + uts46 + info.getErrors() + ", by IDNA2003 to " + idna2003);
        }
        return true;
    }

    private static String withoutRoot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    @Test
    void shouldCountOctetsOfLabelsAndNames() {
        assertThat(DomainName.of(L63 + ".example")).hasToString(L63 + ".example");
        assertThat(DomainName.of(N253)).hasToString(N253);
        assertThat(DomainName.of(N253 + ".")).hasToString(N253);
        assertThat(N253).hasSize(DomainName.MAX_NAME);
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(L63 + "a.example"))
            .withMessage("'" + L63 + "a.example' has a label of 64 octets; write labels of at most 63");
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of("example." + L63 + "a."))
            .withMessage("'example." + L63 + "a.' has a label of 64 octets; write labels of at most 63");
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(N253 + "a"))
            .withMessage("'" + N253 + "a' has 254 octets; write a name of at most 253");
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(N253 + "a."))
            .withMessage("'" + N253 + "a.' has 254 octets; write a name of at most 253");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "\"\" | the domain is empty; write a name like example.com",
        ". | '.' has an empty label; write a name like example.com",
        "a..b | 'a..b' has an empty label; write a name like example.com",
        "a.. | 'a..' has an empty label; write a name like example.com",
        ".a | '.a' has an empty label; write a name like example.com",
        "ü..example | 'ü..example' has an empty label; write a name like example.com",
        "。ü | '。ü' has an empty label; write a name like example.com",
        "。 | '。' has an empty label; write a name like example.com",
        "\"a b\" | 'a b' has the character ' ', which no domain name has; write a name like example.com",
        "a@b | 'a@b' has the character '@', which no domain name has; write a name like example.com",
        "*.x | '*.x' has the character '*', which no domain name has; write a name like example.com",
        "ü b.de | 'ü b.de' has the character ' ', which no domain name has; write a name like example.com",
        "[] | '[]' is not an address literal; write one like [192.0.2.1] or [IPv6:2001:db8::1]",
        "[192.0.2.1 | '[192.0.2.1' is not an address literal; write one like [192.0.2.1] or [IPv6:2001:db8::1]",
        "[192.0.2.1]. | '[192.0.2.1].' is not an address literal; write one like [192.0.2.1] or [IPv6:2001:db8::1]",
        "[192.0.2.1 ] | '[192.0.2.1 ]' is not an address literal; write one like [192.0.2.1] or [IPv6:2001:db8::1]",
        "[2001:db8::1] | '[2001:db8::1]' is not an address literal of RFC 5321; write [IPv6:2001:db8::1]",
        "[::ffff:192.0.2.1] | '[::ffff:192.0.2.1]' is not an address literal of RFC 5321; write [192.0.2.1]",
        "[IPv6:192.0.2.1] | '[IPv6:192.0.2.1]' is not an address literal of RFC 5321; write [192.0.2.1]",
        "[x400:1] | 'x400:1' is not an IP address; write one like 192.0.2.1 or 2001:db8::1",
        "[300.1.1.1] | '300.1.1.1' has the octet 300; write octets from 0 to 255",
        "192.0.2.300 | '192.0.2.300' has the octet 300; write octets from 0 to 255",
        "010.0.0.1 | '010.0.0.1' has an octet with a leading zero, which some programs read as octal; "
            + "write it in decimal without leading zeros",
    })
    void shouldSayWhatIsWrong(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of(text)).withMessage(message);
    }

    @Test
    void shouldNameControlCharactersByNumber() {
        assertThatIllegalArgumentException().isThrownBy(() -> DomainName.of("a\rb"))
            .withMessageContaining("has the character '\\u000d', which no domain name has");
    }

    @Test
    void shouldTellSingleLabels() {
        assertThat(DomainName.of("com.").isSingleLabel()).isTrue();
        assertThat(DomainName.of("example.com").isSingleLabel()).isFalse();
        assertThat(DomainName.of("[IPv6:::1]").isSingleLabel()).isFalse();
        assertThat(DomainName.literal(IpAddress.parse("::ffff:192.0.2.1"))).isEqualTo(DomainName.of("192.0.2.1"));
    }

    /** The quick test for long lists takes a name as it stands only if reading it would change nothing. */
    @Test
    void shouldTakeAsCanonicalOnlyWhatStaysAsItIs() {
        Random random = new Random(6);
        String characters = "aaabz019-_...";
        String others = characters + "AZ[]*@#,;:% \t\r\n\u0000\u007f\u00e4\u212a\ud800";
        int canonical = 0;
        for (int i = 0; i < 300_000; i++) {
            String from = random.nextBoolean() ? characters : others;
            int length = random.nextInt(50) == 0 ? 50 + random.nextInt(220) : random.nextInt(12);
            String text = random.ints(length, 0, from.length()).mapToObj(at -> from.substring(at, at + 1)).collect(Collectors.joining());
            byte[] octets = ("." + text + "a").getBytes(StandardCharsets.UTF_8);
            boolean taken = DomainName.isCanonical(octets, 1, octets.length - 1);
            String read;
            try {
                read = DomainName.of(text).toString();
            } catch (IllegalArgumentException e) {
                read = "";
            }
            boolean staysAndIsNoNumber = read.equals(text) && !text.isEmpty() && !text.matches("[0-9.]*|\\[.*");
            assertThat(taken).as(text).isEqualTo(staysAndIsNoNumber);
            canonical += taken ? 1 : 0;
        }
        assertThat(canonical).isGreaterThan(10_000);
        for (String text : List.of(N253, L63)) {
            assertThat(DomainName.isCanonical(text.getBytes(StandardCharsets.UTF_8), 0, text.length())).isTrue();
        }
        for (String text : List.of("a" + N253, "a" + L63, "a." + L63 + "a.b", "192.0.2.1", "[192.0.2.1]", "a.", ".a", "a..b", "")) {
            assertThat(DomainName.isCanonical(text.getBytes(StandardCharsets.UTF_8), 0, text.length())).as(text).isFalse();
        }
    }
}
