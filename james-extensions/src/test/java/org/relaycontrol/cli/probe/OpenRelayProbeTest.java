package org.relaycontrol.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.cli.probe.ScriptedServer.Script;

/** The battery against servers that relay in one way, and against servers that misbehave. */
class OpenRelayProbeTest {

    private static final String REFUSED = "550 5.7.1 no relaying";
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Mailbox TO = Mailbox.parse("victim@outside.example");

    private static ProbeSettings.Builder settings() {
        return ProbeSettings.of(Mailbox.parse("stranger@sender.example"), TO, "wrong")
            .localDomains(List.of("local.example"));
    }

    private static AddressReport probe(ScriptedServer server, ProbeSettings settings) {
        return probe(server, settings, LONG);
    }

    private static AddressReport probe(ScriptedServer server, ProbeSettings settings, Duration patienceForReply) {
        try (Patience patience = new Patience(patienceForReply, LONG)) {
            return OpenRelayProbe.run(server.address(), settings, patience, "[mark]");
        }
    }

    private static boolean isRcpt(String line) {
        return line.startsWith("RCPT") && !line.equals("RCPT TO:<postmaster@local.example>");
    }

    private static Set<Outcome> outcomes(AddressReport report) {
        return report.results().stream().map(TestResult::outcome).collect(Collectors.toSet());
    }

    private static List<TestResult> relaying(AddressReport report) {
        return report.results().stream().filter(result -> result.outcome() == Outcome.RELAYS).collect(Collectors.toList());
    }

    @Test
    void shouldFindAClosedServerClosed() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> isRcpt(line) ? REFUSED : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.problem()).isNull();
            assertThat(report.greeting()).isEqualTo("220 mail.test.example ESMTP");
            assertThat(outcomes(report)).containsExactly(Outcome.REFUSED);
            assertThat(report.notTried()).containsOnlyKeys(Situation.STARTTLS);
            assertThat(report.results()).extracting(TestResult::situation).containsOnly(Situation.FRESH, Situation.RESET,
                Situation.PERMITTED, Situation.FAILED_AUTH);
            assertThat(report.results().size() % 4).isZero();
        }
    }

    @Test
    void shouldTellRelayingFromWhatMayBeLocal() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.results()).filteredOn(result -> result.outcome() == Outcome.RELAYS)
                .extracting(result -> result.test().recipient())
                .contains("victim@outside.example", "@mail.test.example:victim@outside.example", "victim@[127.0.0.1]@outside.example",
                    "ViCtIm@OuTsIdE.ExAmPlE", "victim@outside.example\0")
                .doesNotContain("victim%outside.example@local.example");
            assertThat(report.results()).filteredOn(result -> result.outcome() == Outcome.LOCAL)
                .extracting(result -> result.test().recipient())
                .contains("victim%outside.example@local.example", "\"victim@outside.example\"", "outside.example!victim@[127.0.0.1]",
                    "victim@outside.example@mail.test.example", "IMCEASMTP-victim+40outside+2Eexample@local.example");
            assertThat(outcomes(report)).containsExactlyInAnyOrder(Outcome.RELAYS, Outcome.LOCAL);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Situation.class, names = {"RESET", "PERMITTED", "FAILED_AUTH"})
    void shouldFindARelayThatOpensInOneSituation(Situation situation) throws IOException {
        try (ScriptedServer server = ScriptedServer.of(() -> new Opening(situation))) {
            AddressReport report = probe(server, settings().build());
            assertThat(relaying(report)).extracting(TestResult::situation).contains(situation).doesNotContain(Situation.FRESH);
        }
    }

    /** A server that believes everything once it has believed something. */
    private static final class Opening implements Script {

        private final Situation situation;
        private boolean permitted;
        private boolean open;

        Opening(Situation situation) {
            this.situation = situation;
        }

        @Override
        public String reply(String line) {
            if (line.startsWith("AUTH")) {
                open = situation == Situation.FAILED_AUTH;
                return "535 no";
            }
            if (line.equals("RSET")) {
                open |= permitted && situation == Situation.RESET;
                open &= situation != Situation.PERMITTED;
                permitted = false;
                return null;
            }
            if (isRcpt(line)) {
                return open ? null : REFUSED;
            }
            permitted |= line.startsWith("RCPT");
            open |= permitted && situation == Situation.PERMITTED;
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r"})
    void shouldFindCommandsBehindHalfALineEnd(String end) throws IOException {
        Script lineByLine = line -> line.contains(end)
            ? List.of(line.split(end)).stream().map(part -> isRcpt(part) && !part.endsWith("<victim@outside.example>") ? REFUSED : "250 OK")
                .collect(Collectors.joining("\r\n"))
            : isRcpt(line) ? REFUSED : null;
        try (ScriptedServer server = ScriptedServer.answering(lineByLine)) {
            assertThat(relaying(probe(server, settings().build())))
                .extracting(result -> result.test().recipient())
                .contains("postmaster@local.example>" + end + "RCPT TO:<victim@outside.example")
                .allMatch(recipient -> recipient.contains(end));
        }
    }

    @Test
    void shouldNotTakeATestThatWasPutOffForRefused() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> isRcpt(line) ? "450 4.7.1 come back later" : null)) {
            assertThat(outcomes(probe(server, settings().build()))).containsExactly(Outcome.PUT_OFF);
        }
    }

    @Test
    void shouldSayWhatWasRefusedAtMail() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("MAIL FROM:<>") ? "550 who are you" : isRcpt(line)
                ? REFUSED : null)) {
            assertThat(probe(server, settings().build()).results()).filteredOn(result -> result.test().sender().isEmpty())
                .isNotEmpty().allMatch(result -> result.reply().equals("MAIL: 550 who are you") && result.outcome() == Outcome.REFUSED);
        }
    }

    @Test
    void shouldTestNothingIfTheConnectionIsRefused() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> "554 mail.test.example connection refused")) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.results()).isEmpty();
            assertThat(report.problem()).isNull();
            assertThat(report.greeting()).startsWith("554 ");
        }
    }

    @Test
    void shouldNotTakeARefusalForNowForARefusal() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> "421 too busy")) {
            assertThat(probe(server, settings().build()).problem()).contains("421 too busy");
        }
    }

    @Test
    void shouldLeaveOutSituationsThatCannotBe() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("RCPT") ? REFUSED
                : line.startsWith("AUTH") ? "235 welcome" : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.notTried()).containsOnlyKeys(EnumSet.complementOf(EnumSet.of(Situation.FRESH)));
            assertThat(report.notTried().get(Situation.FAILED_AUTH)).contains("accepts the password of postmaster@local.example");
            assertThat(report.notTried().get(Situation.PERMITTED)).contains("postmaster@local.example", REFUSED);
            assertThat(report.problem()).isNull();
        }
    }

    @Test
    void shouldFailToAuthenticateByWhateverTheServerWants() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("AUTH") ? "334 " : line.equals("*") ? "501 no"
                : isRcpt(line) ? REFUSED : null)) {
            assertThat(probe(server, settings().build()).results()).extracting(TestResult::situation).contains(Situation.FAILED_AUTH);
        }
    }

    @Test
    void shouldNotTryWhatIsOfferedAndDoesNotWork() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("EHLO")
                ? "250-mail.test.example\r\n250-SIZE 1000\r\n250 STARTTLS" : line.equals("STARTTLS") ? "454 4.7.0 not now"
                : isRcpt(line) ? REFUSED : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.notTried()).containsOnlyKeys(Situation.STARTTLS, Situation.FAILED_AUTH);
            assertThat(report.notTried().get(Situation.STARTTLS)).contains("454 4.7.0 not now");
        }
    }

    @Test
    void shouldComeBackIfTheServerHasHadEnough() throws IOException {
        try (ScriptedServer server = ScriptedServer.of(() -> new Script() {
            private int refused;

            @Override
            public String reply(String line) {
                if (isRcpt(line)) {
                    refused++;
                    return refused > 3 ? "421 4.7.0 too many errors" : REFUSED;
                }
                return null;
            }
        })) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.problem()).isNull();
            assertThat(outcomes(report)).containsExactly(Outcome.REFUSED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "MAIL", "RCPT"})
    void shouldGiveUpOnAServerThatAlwaysLeaves(String command) throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith(command) ? ScriptedServer.CLOSE : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.problem()).contains("the server closed the connection");
            assertThat(relaying(report)).isEmpty();
            assertThat(server.connections()).isLessThan(12);
        }
    }

    @Test
    void shouldGiveUpOnASilentServer() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("EHLO") ? ScriptedServer.SILENCE : null)) {
            assertThat(probe(server, settings().build(), Duration.ofMillis(200)).problem()).isEqualTo("no answer in time");
        }
    }

    @Test
    void shouldGiveUpOnAReplyThatNeverEnds() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("EHLO") ? "250-more".repeat(1000) : null)) {
            assertThat(probe(server, settings().build()).problem()).isEqualTo("a reply line is longer than 2000 octets");
        }
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("EHLO") ? "250-more\r\n".repeat(1000) : null)) {
            assertThat(probe(server, settings().build()).problem()).isEqualTo("too many lines in a reply");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request", "", "250", "25x no", "2500"})
    void shouldNotBelieveWhatIsNoGreeting(String greeting) throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.isEmpty() ? greeting : REFUSED)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.results()).isEmpty();
            assertThat(outcomes(report)).doesNotContain(Outcome.REFUSED);
        }
    }

    @Test
    void shouldNotMistakeASurplusReplyForTheNext() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.startsWith("MAIL") ? "250 OK\r\n550 surplus" : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(outcomes(report)).containsExactly(Outcome.NO_ANSWER);
            assertThat(report.problem()).contains("spoke out of turn");
        }
    }

    @Test
    void shouldCleanWhatTheServerSays() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.isEmpty() ? "220 \u001b[2Jmail" : isRcpt(line)
                ? "550 \u001b]0;owned\u0007" + "x".repeat(1500) : null)) {
            AddressReport report = probe(server, settings().build());
            assertThat(report.greeting()).isEqualTo("220 \\u001b[2Jmail");
            assertThat(report.results()).extracting(TestResult::reply).allMatch(reply -> reply.matches("[ -~]{1,420}"));
        }
    }

    @Test
    void shouldSendNothingUnlessTold() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> null)) {
            probe(server, settings().build());
            assertThat(server.messages()).isEmpty();
        }
    }

    @Test
    void shouldSendAMarkedMessageWhereARecipientWasAccepted() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> isRcpt(line) && !line.equals("RCPT TO:<victim@outside.example>")
                ? REFUSED : null)) {
            AddressReport report = probe(server, settings().send(true).build());
            assertThat(relaying(report)).hasSameSizeAs(server.messages()).isNotEmpty()
                .allMatch(result -> result.reply().equals("DATA: 250 queued"));
            assertThat(server.messages()).allMatch(message -> message.contains("\nSubject: [mark] test "))
                .allMatch(message -> message.contains("\nTo: <victim@outside.example>\n"));
            assertThat(report.notTried().get(Situation.PERMITTED)).contains("name a local recipient");
        }
    }

    @Test
    void shouldBelieveARefusalOfTheMessage() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> line.equals(".") ? "554 5.7.1 not after all" : null)) {
            AddressReport report = probe(server, settings().send(true).localRecipient(Mailbox.parse("me@local.example")).build());
            assertThat(report.results()).filteredOn(result -> !result.test().mayBeSeveralLines())
                .extracting(TestResult::outcome).containsOnly(Outcome.REFUSED);
            assertThat(report.results()).extracting(TestResult::situation).contains(Situation.PERMITTED);
            assertThat(server.messages()).isEmpty();
        }
    }

    @Test
    void shouldStopWhenTheTimeIsUp() throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(line -> isRcpt(line) ? REFUSED : null);
                Patience patience = new Patience(LONG, Duration.ZERO)) {
            assertThat(OpenRelayProbe.run(server.address(), settings().build(), patience, "[mark]").problem()).isNotNull();
        }
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        ScriptedServer gone = ScriptedServer.answering(line -> null);
        gone.close();
        AddressReport report = probe(gone, settings().build());
        assertThat(report.greeting()).isNull();
        assertThat(report.problem()).contains("refused");
    }
}
