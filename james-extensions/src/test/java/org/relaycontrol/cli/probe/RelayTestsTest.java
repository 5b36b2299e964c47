package org.relaycontrol.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The battery has every test it claims to have. */
class RelayTestsTest {

    private static final List<RelayTest> TESTS = RelayTests.of(
        new ServerNames("mx.test", "[192.0.2.25]", List.of("ratest.com", "huntsville.ratest.com")),
        Mailbox.parse("from@sender.example"), Mailbox.parse("user@dom.example"), "alice@ratest.com");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "1  |                      | user@dom.example",
        "2  | from@sender.example  | user@dom.example",
        "3  | from@mx.test         | user@dom.example",
        "4  | from@[192.0.2.25]    | user@dom.example",
        "5  | from@[192.0.2.25]    | user%dom.example@[192.0.2.25]",
        "6  | from@[192.0.2.25]    | user%dom.example@mx.test",
        "7  | from@[192.0.2.25]    | \"user@dom.example\"",
        "8  | from@[192.0.2.25]    | \"user%dom.example\"",
        "9  | from@[192.0.2.25]    | user@dom.example@[192.0.2.25]",
        "10 | from@[192.0.2.25]    | \"user@dom.example\"@[192.0.2.25]",
        "11 | from@[192.0.2.25]    | user@dom.example@mx.test",
        "12 | from@[192.0.2.25]    | @[192.0.2.25]:user@dom.example",
        "13 | from@[192.0.2.25]    | @mx.test:user@dom.example",
        "14 | from@[192.0.2.25]    | dom.example!user",
        "15 | from@[192.0.2.25]    | dom.example!user@[192.0.2.25]",
        "16 | from@[192.0.2.25]    | dom.example!user@mx.test"})
    void shouldHaveTheTestOfNmap(int number, String sender, String recipient) {
        assertThat(TESTS).filteredOn(test -> test.knownFrom().contains("nmap " + number)).singleElement()
            .satisfies(test -> {
                assertThat(test.sender()).isEqualTo(sender == null ? "" : sender);
                assertThat(test.recipient()).isEqualTo(recipient);
            });
    }

    @Test
    void shouldHaveAllOfNmapAndNoMore() {
        assertThat(TESTS.stream().flatMap(test -> test.knownFrom().stream()).filter(name -> name.startsWith("nmap ")))
            .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 16).mapToObj(i -> "nmap " + i).collect(Collectors.toList()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "from@sender.example user@dom.example", "from@relay-test.sender.example user@dom.example", "from@localhost user@dom.example",
        "from user@dom.example", " user@dom.example", "from@mx.test user@dom.example", "from@[192.0.2.25] user@dom.example",
        "from@mx.test user@dom.example@mx.test", "from@mx.test \"user@dom.example\"@[192.0.2.25]",
        "from@mx.test user@dom.example@[192.0.2.25]", "from@[192.0.2.25] @mx.test:user@dom.example",
        "from@mx.test @[192.0.2.25]:user@dom.example", "from@mx.test dom.example!user@[192.0.2.25]", "postmaster@mx.test user@dom.example"})
    void shouldHaveTheTestOfNessus(String test) {
        assertThat(TESTS).extracting(each -> each.sender() + " " + each.recipient()).contains(test);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "IMCEASMTP-user+40dom+2Eexample@ratest.com", "\"IMCEA user@dom.example\"@ratest.com", "user@[192.0.2.25]@dom.example",
        "user%dom.example%mx.test@mx.test", "user\\@dom.example@mx.test", "user%dom.example@huntsville.ratest.com",
        "@ratest.com:user@dom.example", "UsEr@DoM.ExAmPlE", "user@dom.example.", "user\uff20dom.example@ratest.com",
        "user@dom.example\0@ratest.com", "alice@ratest.com>\rRCPT TO:<user@dom.example", "alice@ratest.com>\nRCPT TO:<user@dom.example"})
    void shouldHaveTheForm(String recipient) {
        assertThat(TESTS).extracting(RelayTest::recipient).contains(recipient);
    }

    @Test
    void shouldSendFromTheServersOwnDomains() {
        assertThat(TESTS).filteredOn(test -> test.recipient().equals("user@dom.example")).extracting(RelayTest::sender)
            .contains("from@ratest.com", "from@huntsville.ratest.com");
    }

    @Test
    void shouldExceedEveryLimit() {
        assertThat(TESTS).filteredOn(test -> test.form().equals("overlong")).extracting(test -> test.recipient().length())
            .anyMatch(length -> length > 64 && length < 256).anyMatch(length -> length > 512 && length < 1000)
            .anyMatch(length -> length > 10_000);
    }

    @Test
    void shouldHaveNoTestTwiceAndNumberThem() {
        assertThat(TESTS).extracting(test -> test.sender() + " " + test.recipient()).doesNotHaveDuplicates();
        assertThat(TESTS).extracting(RelayTest::number)
            .isEqualTo(IntStream.rangeClosed(1, TESTS.size()).boxed().collect(Collectors.toList()));
    }

    @Test
    void shouldReadTheDomainAsRfc5321Does() {
        assertThat(TESTS).filteredOn(test -> test.recipient().equals("user%dom.example@mx.test")).allMatch(RelayTest::isLocal);
        assertThat(TESTS).filteredOn(test -> test.recipient().equals("user@mx.test@dom.example")).noneMatch(RelayTest::isLocal);
        assertThat(TESTS).filteredOn(test -> test.recipient().endsWith("dom.example") && test.recipient().startsWith("@"))
            .noneMatch(RelayTest::isLocal);
    }

    @Test
    void shouldShowATestOnOneLine() {
        assertThat(TESTS).allMatch(test -> (test.printableSender() + test.printableRecipient()).matches("[ -~]{4,300}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "@dom", "user@", "a b@dom", "user@dom>\r\nRSET", "u%d@dom", "user@[192.0.2.1]", "us\u00e9r@dom",
        "a@b@c"})
    void shouldNotBeToldToSendToWhatIsNoPlainAddress(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> Mailbox.parse(address)).withMessageContaining("write user@domain");
    }
}
