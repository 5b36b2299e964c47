package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/** Two James nodes with the same policy, whose managed list lies in a folder that they share. */
class NodesIT {

    private static final String POLICY = "<relaycontrol>\n<webadmin unauthenticatedWrites='true'/>\n<policy name='nodes'>\n"
        + "<routing><domains managed='shared/customers.txt' action='relay'/></routing>\n</policy>\n</relaycontrol>\n";

    @Test
    void shouldTakeUpEditsOfEachOther(@TempDir Path shared) {
        try (RelayServer one = node("node-one", shared); RelayServer two = node("node-two", shared)) {
            edit(one, "first.example");
            awaitPermitted(two, "x@first.example");

            edit(two, "second.example");
            awaitPermitted(one, "x@second.example");

            assertThat(rcpt(one, "x@first.example")).isEqualTo(250);
            assertThat(rcpt(two, "x@first.example")).isEqualTo(250);
            assertThat(rcpt(two, "x@third.example")).isEqualTo(550);
        }
    }

    private static RelayServer node(String run, Path shared) {
        return RelayServer.sample("closed", run)
            .conf(conf -> link(conf.path("shared"), shared))
            .policy(POLICY)
            .start();
    }

    private static void link(Path link, Path folder) {
        try {
            Files.createSymbolicLink(link, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void edit(RelayServer node, String domain) {
        HttpResponse<String> created = node.admin().request("PUT", "/relaycontrol/policies/nodes/domains/" + domain, "{}",
            "Content-Type", "application/json");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(rcpt(node, "x@" + domain)).as("on the node that was edited, at once").isEqualTo(250);
    }

    private static void awaitPermitted(RelayServer node, String recipient) {
        RelayServer.await(() -> rcpt(node, recipient), code -> code == 250, () -> recipient + " to be permitted on the other node");
    }

    private static int rcpt(RelayServer node, String recipient) {
        try (SmtpClient stranger = node.client("127.51.100.7")) {
            stranger.mail("someone@elsewhere.example");
            return stranger.rcpt(recipient).code();
        }
    }
}
