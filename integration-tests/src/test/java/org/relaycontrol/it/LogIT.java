package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Readme;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/** What a flood of refusals leaves in James's log. */
class LogIT {
    private static final String FLOODING = "127.51.100.8";
    private static final String OTHER = "127.51.100.9";
    private static final int FLOOD = 250;
    private static final int LOGGED = 100;

    private static RelayServer server;

    @BeforeAll
    static void start() {
        server = server("flood").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RelayServer.Builder server(String run) {
        return RelayServer.sample("mail-clients", run)
            .policy("<relaycontrol><policy name='mx'><routing><domain name='ratest.com' action='inbound'/></routing></policy>"
                + "</relaycontrol>");
    }

    /** Refuses the flood; then all that was logged of it is in the log. */
    private static void flood(RelayServer server) {
        int from = server.packLogSize();
        refuse(server, FLOODING, FLOOD);
        refuse(server, OTHER, 1);
        server.awaitPackLog(from, "reason=not-permitted", "client=" + OTHER);
    }

    private static void refuse(RelayServer server, String source, int recipients) {
        try (SmtpClient client = server.client(source)) {
            client.mail("someone@elsewhere.example");
            List<SmtpReply> replies = client.pipeline(Collections.nCopies(recipients, "RCPT TO:<x@else.example>"));
            assertThat(replies).hasSize(recipients).allSatisfy(reply -> assertThat(reply.code()).isIn(530, 550));
        }
    }

    private static List<String> lines(RelayServer server, String... texts) {
        return server.james().log().stream().filter(line -> List.of(texts).stream().allMatch(line::contains)).collect(Collectors.toList());
    }

    @Test
    void shouldLeaveAHundredLinesAMinuteOfOneClient() {
        flood(server);

        assertThat(lines(server, "reason=not-permitted", "client=" + FLOODING)).hasSize(LOGGED);
        assertThat(lines(server, "RelayRcptHook: result=")).as("James's own lines of the same refusals").isEmpty();
    }

    @Test
    void shouldLeaveALineOfEachRefusalWhereAllAreAskedFor() {
        try (RelayServer tracing = server("flood-trace")
                .conf(conf -> conf.addLogging("<logger name='org.relaycontrol.smtp.DecisionLog' level='TRACE'/>")).start()) {
            flood(tracing);

            assertThat(lines(tracing, "reason=not-permitted", "client=" + FLOODING)).hasSize(FLOOD);
        }
    }

    /** As README has it. */
    @Test
    void shouldLeaveALineOfEachRefusalInAFileOfItsOwn() throws IOException {
        RelayServer own = server("flood-own-file").conf(conf -> conf.addLogging(Readme.xml("<appender name=\"DECISIONS\""))).start();
        try (own) {
            refuse(own, FLOODING, FLOOD);
            // Lines are written when there are 8 KiB of them: with these all of the flood are.
            refuse(own, OTHER, LOGGED);
        }
        assertThat(Files.readAllLines(own.conf().path("../logs/relaycontrol.log")))
            .filteredOn(line -> line.contains(" client=" + FLOODING + " "))
            .hasSize(FLOOD)
            .allSatisfy(line -> assertThat(line).contains(" [INFO ] verdict=deny reason=not-permitted policy=mx "));
        assertThat(lines(own, "reason=not-permitted")).as("what is in James's log besides").isEmpty();
    }

    /** That the pack's own refusals are not logged twice must not hide those of others. */
    @Test
    void shouldLeaveToJamesTheLogOfWhatItRefuses() {
        try (SmtpClient client = server.client(OTHER)) {
            client.mail("someone@elsewhere.example");
            assertThat(client.rcpt("nobody@ratest.com").code()).isEqualTo(550);
        }
        RelayServer.await(() -> lines(server, "ValidRcptHandler: result= (DENY"), lines -> lines.size() == 1, () -> "one line of it");
    }
}
