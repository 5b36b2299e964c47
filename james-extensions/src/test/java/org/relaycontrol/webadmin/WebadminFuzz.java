package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/**
 * Fuzz target: any body for the requests that have one; the first octet chooses among them. It is answered, never with 5xx, with JSON
 * that has the details; an entry that is taken is there as it was sent, and gone when it is deleted.
 */
public final class WebadminFuzz {

    private static final String POLICY = "<relaycontrol><webadmin unauthenticatedWrites='true'/><policy name='mx'><routing>"
        + "<domain name='hosted.example' action='inbound'/><domains managed='domains.txt' action='relay'/></routing>"
        + "<restrictions><clients><networks managed='clients.txt'/></clients></restrictions></policy></relaycontrol>";
    private static final String MX = "/relaycontrol/policies/mx/";
    private static final List<String> POSTS = List.of("/relaycontrol/explain", "/relaycontrol/diff", "/relaycontrol/reload");
    private static final List<String> PUTS = List.of(MX + "domains/fuzz.example", MX + "restrictions/clients/192.0.2.0/24");
    private static final TestWebadmin WEBADMIN = open();

    private WebadminFuzz() {
    }

    private static TestWebadmin open() {
        try {
            return TestWebadmin.open(Files.createTempDirectory("webadmin-fuzz"), POLICY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int request = Math.floorMod(data[0] - '0', POSTS.size() + PUTS.size());
        String body = new String(data, 1, data.length - 1, StandardCharsets.UTF_8);
        if (request < POSTS.size()) {
            check(WEBADMIN.post(POSTS.get(request), body));
            return;
        }
        String path = PUTS.get(request - POSTS.size());
        HttpResponse<String> put = check(WEBADMIN.send("PUT", path, body));
        if (put.statusCode() < 300) {
            JsonNode taken = TestWebadmin.json(put).get("managed");
            String entry = path + (taken.has("match") ? "?match=" + taken.get("match").textValue() : "");
            HttpResponse<String> got = check(WEBADMIN.get(entry));
            if (entry.contains("/domains/")) {
                assertThat(TestWebadmin.json(got).get("managed")).isEqualTo(taken);
            }
            String tag = put.headers().firstValue("ETag").orElseThrow();
            assertThat(check(WEBADMIN.send("DELETE", entry, null, "If-Match", tag)).statusCode()).as(entry).isLessThan(300);
        }
    }

    private static HttpResponse<String> check(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isLessThan(500);
        if (!response.body().isEmpty()) {
            JsonNode json = TestWebadmin.json(response);
            if (response.statusCode() >= 400) {
                assertThat(json.get("statusCode").intValue()).isEqualTo(response.statusCode());
                assertThat(json.get("message").textValue()).isNotEmpty();
            }
        }
        return response;
    }
}
