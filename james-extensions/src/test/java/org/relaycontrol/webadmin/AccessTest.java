package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spark.Service;
import spark.route.HttpMethod;
import spark.routematch.RouteMatch;

/** What is refused before anything is done, whoever asks. */
class AccessTest {

    private static final String POLICY = "<relaycontrol><policy name=\"mx\"/></relaycontrol>";
    private static final String ENVELOPE = "{\"client\":\"198.51.100.7\",\"client_host\":\"-\",\"recipient\":\"x@else.example\"}";

    @TempDir
    private Path folder;
    private TestWebadmin webadmin;

    @AfterEach
    void stop() {
        webadmin.close();
    }

    private void assertRefused(HttpResponse<String> response, int status, String message) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(TestWebadmin.json(response).get("statusCode").intValue()).isEqualTo(status);
        assertThat(TestWebadmin.json(response).get("message").textValue() + TestWebadmin.json(response).get("details").asText())
            .contains(message);
        assertThat(TestWebadmin.json(response).get("type").textValue()).isNotEmpty();
    }

    /** The methods and paths of all routes, with something in the place of their parameters. */
    private static List<String[]> routes(TestWebadmin webadmin) {
        // A second server of the same routes, which tells them.
        Service service = Service.ignite().ipAddress("127.0.0.1").port(0);
        try {
            webadmin.get(RelayControlRoutes.class).define(service);
            service.awaitInitialization();
            List<String[]> routes = new ArrayList<>();
            for (RouteMatch route : service.routes()) {
                if (route.getHttpMethod() != HttpMethod.before) {
                    routes.add(new String[] {route.getHttpMethod().name().toUpperCase(Locale.ROOT),
                        route.getMatchUri().replace(":policy", "mx").replace(":name", "x.example").replace(":list", "clients")
                            .replace("*", "192.0.2.0/24")});
                }
            }
            return routes;
        } finally {
            service.stop();
        }
    }

    @Test
    void shouldAuthenticateEveryRoute() {
        webadmin = TestWebadmin.withPassword(folder, POLICY);

        List<String[]> routes = routes(webadmin);

        assertThat(routes).hasSizeGreaterThan(10);
        for (String[] route : routes) {
            assertThat(webadmin.sendPlain(route[0], route[1], null).statusCode()).as("%s %s", (Object[]) route).isEqualTo(401);
        }
    }

    /** James's filters leave OPTIONS alone, and Spark obeys the header. */
    @Test
    void shouldNotLetOptionsPassForAnotherMethod() {
        webadmin = TestWebadmin.withPassword(folder, POLICY);

        for (String[] route : routes(webadmin)) {
            HttpResponse<String> response = webadmin.sendPlain("OPTIONS", route[1], null, "X-HTTP-Method-Override", route[0]);
            assertThat(response.statusCode()).as("%s %s", (Object[]) route).isEqualTo(400);
            assertThat(response.body()).contains("X-HTTP-Method-Override is not taken");
        }
    }

    @ParameterizedTest
    @CsvSource({"http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "''"})
    void shouldRefusePagesOfOtherOrigins(String origin) {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertRefused(webadmin.send("GET", "/relaycontrol/status", null, "Origin", origin), 403, "another origin");
        assertRefused(webadmin.send("POST", "/relaycontrol/explain", ENVELOPE, "Origin", origin), 403, "another origin");
    }

    @Test
    void shouldAnswerItsOwnPages() {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertThat(webadmin.send("GET", "/relaycontrol/status", null, "Origin", "http://127.0.0.1:" + webadmin.port()).statusCode())
            .isEqualTo(200);
        assertThat(Access.isSame("https://admin.example", "Admin.example")).isTrue();
        assertThat(Access.isSame("http://[::1]:8000", "[::1]:8000")).isTrue();
        assertThat(Access.isSame("https://admin.example", null)).isFalse();
        assertThat(Access.isSame("http://a b", "a b")).isFalse();
    }

    @Test
    void shouldTakeJsonAlone() {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertRefused(webadmin.send("POST", "/relaycontrol/explain", ENVELOPE, "Content-Type", "text/plain"), 415, "text/plain");
        assertRefused(webadmin.send("POST", "/relaycontrol/explain", ENVELOPE, "Content-Type", "application/x-www-form-urlencoded"), 415,
            "send application/json");
        assertRefused(webadmin.sendPlain("POST", "/relaycontrol/explain", ENVELOPE), 415, "missing");
        assertThat(webadmin.send("POST", "/relaycontrol/explain", ENVELOPE, "Content-Type", "application/JSON; charset=utf-8").statusCode())
            .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "{\"client\":\"1.2.3.4\"  | is no JSON",
        "[]                       | no JSON object",
        "{\"client\":1}           | 'client' is no text",
        "{\"client\":\"1.2.3.4\",\"client\":\"1.2.3.5\"} | Duplicate field 'client'",
        "{} {}                    | is no JSON",
        "{\"cleint\":\"1.2.3.4\"} | the member 'cleint' is unknown; write one of client, local, auth,",
        "{\"client\":\"1.2.3\",\"recipient\":\"x@y.example\"} | '1.2.3' is not an IP address",
    })
    void shouldSayWhatIsWrongWithABody(String body, String problem) {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertRefused(webadmin.post("/relaycontrol/explain", body), 400, problem);
    }

    @Test
    void shouldRefuseALargeBody() {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertRefused(webadmin.post("/relaycontrol/explain", "{\"client\":\"" + "1".repeat(20_000) + "\"}"), 413, "send at most 16384");
    }

    @Test
    void shouldChangeNothingWithoutAuthenticationUnlessThePolicyAllowsIt(@TempDir Path other) {
        webadmin = TestWebadmin.open(folder, POLICY);
        try (TestWebadmin allowed = TestWebadmin.open(other,
                "<relaycontrol><webadmin unauthenticatedWrites=\"true\"/><policy/></relaycontrol>")) {
            assertRefused(webadmin.post("/relaycontrol/reload", "{}"), 403, "webadmin has no authentication");
            assertThat(TestWebadmin.json(webadmin.get("/relaycontrol/status")).get("may_change").booleanValue()).isFalse();
            assertThat(allowed.post("/relaycontrol/reload", "{}").statusCode()).isEqualTo(200);
            assertThat(TestWebadmin.json(allowed.get("/relaycontrol/status")).get("may_change").booleanValue()).isTrue();
        }
    }

    @Test
    void shouldKeepAnswersOutOfCaches() {
        webadmin = TestWebadmin.open(folder, POLICY);

        HttpResponse<String> response = webadmin.get("/relaycontrol/status");

        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void shouldRefuseUnknownParameters() {
        webadmin = TestWebadmin.open(folder, POLICY);

        assertRefused(webadmin.get("/relaycontrol/refusals?cleint=1.2.3.4"), 400, "the parameter 'cleint' is unknown; write one of client");
        assertRefused(webadmin.get("/relaycontrol/policies/mx/domains?limit=0"), 400, "write a number from 1 to 1000");
        assertRefused(webadmin.get("/relaycontrol/policies/mx/domains?limit=many"), 400, "write a number from 1 to 1000");
    }
}
