package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.james.core.healthcheck.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.james.CandidatePolicies;
import org.relaycontrol.monitor.CandidateComparison;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.monitor.DecisionRecord;
import org.relaycontrol.monitor.Decisions;
import org.relaycontrol.policy.IpAddress;
import reactor.core.publisher.Mono;

/** Answers of the routes that change nothing but what is in force. */
class RoutesTest {

    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <routing smartHost=\"smart.example\">",
        "    <domain name=\"hosted.example\" action=\"inbound\"/>",
        "    <domain name=\"partner.example\" action=\"relay\" nextHop=\"10.0.0.9:2525\"/>",
        "    <domains file=\"relay-domains.txt\" action=\"route\" via=\"smartHost\"/>",
        "  </routing>",
        "  <policy name=\"mx\">",
        "    <routing>",
        "      <domain name=\"partner.example\" action=\"reject\" reply=\"not here\"/>",
        "      <domain name=\"lab.partner.example\" action=\"relay\" match=\"exact\"/>",
        "    </routing>",
        "    <restrictions>",
        "      <authenticated><user>alice@hosted.example</user></authenticated>",
        "      <clients><network>192.0.2.0/24</network><range>10.0.0.1-10.0.0.7</range><domain>branch.example</domain></clients>",
        "      <never><network>192.0.2.66</network><user>@bad.example</user></never>",
        "    </restrictions>",
        "  </policy>",
        "  <policy name=\"submission\" listeners=\"*:587\"><restrictions><authenticated required=\"true\"/></restrictions></policy>",
        "</relaycontrol>", "");

    @TempDir
    private Path folder;
    private TestWebadmin webadmin;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("relay-domains.txt"), "b.example\na.example\nab.example\n");
        webadmin = TestWebadmin.withPassword(folder, POLICY);
    }

    @AfterEach
    void stop() {
        webadmin.close();
    }

    private JsonNode get(String path) {
        HttpResponse<String> response = webadmin.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TestWebadmin.json(response);
    }

    private static List<String> texts(JsonNode array, String member) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.get(member).asText()));
        return texts;
    }

    @Test
    void shouldTellTheStatus() {
        JsonNode status = get("/relaycontrol/status");

        assertThat(status.get("source").textValue()).endsWith("relaycontrol.xml");
        assertThat(status.get("counts")).hasToString("{\"policies\":2,\"domains\":7,\"networks\":3,\"hosts\":1,\"users\":2,"
            + "\"recipients\":0}");
        assertThat(Instant.parse(status.get("loaded_at").textValue())).isBefore(Instant.now());
        assertThat(status.get("sha256").textValue()).hasSize(64);
        assertThat(status.get("files")).hasToString("[\"relaycontrol.xml\",\"relay-domains.txt\"]");
        assertThat(status.get("warnings").isArray()).isTrue();
        assertThat(status.get("loads").intValue()).isEqualTo(1);
        assertThat(status.get("last_failure").isNull()).isTrue();
        assertThat(status.get("may_change").booleanValue()).isTrue();
    }

    @Test
    void shouldReloadAndTellWhyItCannot() throws IOException {
        Files.writeString(folder.resolve("relaycontrol.xml"), POLICY.replace("10.0.0.9:2525", "10.0.0.9:99999"));

        HttpResponse<String> refused = webadmin.post("/relaycontrol/reload", "{}");

        assertThat(refused.statusCode()).isEqualTo(400);
        JsonNode error = TestWebadmin.json(refused);
        assertThat(error.get("message").textValue()).isEqualTo("The policy would be refused");
        assertThat(error.get("details").textValue()).startsWith("relaycontrol.xml:4: ");
        assertThat(error.get("problems").get(0).get("line").intValue()).isEqualTo(4);
        assertThat(get("/relaycontrol/status").get("stale").booleanValue()).isTrue();
        assertThat(get("/relaycontrol/status").get("last_failure").get("problems").get(0).get("file").textValue())
            .isEqualTo("relaycontrol.xml");
        assertThat(health().isDegraded()).isTrue();
        assertThat(health().getCause().orElse("")).contains("relaycontrol.xml:4: ");

        Files.writeString(folder.resolve("relaycontrol.xml"), POLICY.replace("\"submission\"", "\"mua\""));

        assertThat(TestWebadmin.json(webadmin.post("/relaycontrol/reload", "{}")).get("loads").intValue()).isEqualTo(2);
        assertThat(texts(get("/relaycontrol/policies").get("policies"), "name")).containsExactly("mx", "mua");
        assertThat(health().isHealthy()).isTrue();
    }

    private Result health() {
        return Mono.from(webadmin.get(PolicyHealthCheck.class).check()).block();
    }

    @Test
    void shouldListPolicies() {
        JsonNode mx = get("/relaycontrol/policies").get("policies").get(0);

        assertThat(mx.get("listeners")).isEmpty();
        assertThat(mx.get("domains").intValue()).isEqualTo(7);
        assertThat(mx.get("smart_host").textValue()).isEqualTo("smart.example");
        assertThat(mx.get("restrictions").get("clients"))
            .hasToString("{\"mode\":\"only\",\"rule\":\"relaycontrol.xml:14\",\"networks\":2,\"hosts\":1,\"users\":0}");
        assertThat(mx.get("restrictions").get("authenticated").get("users").intValue()).isEqualTo(1);
        assertThat(mx.get("restrictions").get("internalAddresses").isNull()).isTrue();
    }

    @Test
    void shouldTellAPolicyAtAGlance() {
        JsonNode mx = get("/relaycontrol/policies/mx");

        assertThat(mx.get("reject").intValue()).isEqualTo(1);
        assertThat(texts(mx.get("may_relay"), "reason")).contains("client-listed", "authenticated");
        assertThat(webadmin.get("/relaycontrol/policies/nope").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldListDomainsInTheOrderOfTheConfigurationWithoutThoseReplaced() {
        JsonNode all = get("/relaycontrol/policies/mx/domains");

        assertThat(all.get("total").intValue()).isEqualTo(6);
        assertThat(texts(all.get("domains"), "name"))
            .containsExactly("partner.example", "lab.partner.example", "hosted.example", "b.example", "a.example", "ab.example");
        assertThat(all.get("domains").get(0)).hasToString("{\"name\":\"partner.example\",\"match\":\"subtree\",\"action\":\"reject\","
            + "\"next_hop\":null,\"via\":null,\"reply\":\"not here\",\"allow_sender_specified_routing\":null,"
            + "\"recipients\":null,\"verify\":null,"
            + "\"rule\":\"relaycontrol.xml:9\",\"managed\":false,\"expires\":null}");
        assertThat(all.get("domains").get(3).get("next_hop").textValue()).isEqualTo("smart.example");
        assertThat(all.get("domains").get(3).get("via").textValue()).isEqualTo("smartHost");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "limit=2                     | 6 | partner.example lab.partner.example",
        "limit=2&offset=1            | 6 | lab.partner.example hosted.example",
        "limit=2&offset=5            | 6 | ab.example",
        "offset=6                    | 6 | ''",
        "prefix=a                    | 2 | a.example ab.example",
        "prefix=A                    | 2 | a.example ab.example",
        "prefix=a&limit=1&offset=1   | 2 | ab.example",
        "prefix=a&offset=2           | 2 | ''",
        "contains=partner            | 2 | lab.partner.example partner.example",
        "contains=partner&prefix=p   | 1 | partner.example",
        "action=route                | 3 | a.example ab.example b.example",
        "action=inbound&prefix=x     | 0 | ''"})
    void shouldSearchDomains(String query, int total, String names) {
        JsonNode found = get("/relaycontrol/policies/mx/domains?" + query);

        assertThat(found.get("total").intValue()).isEqualTo(total);
        assertThat(String.join(" ", texts(found.get("domains"), "name"))).isEqualTo(names);
    }

    @Test
    void shouldRefuseAnUnknownAction() {
        assertThat(webadmin.get("/relaycontrol/policies/mx/domains?action=bounce").body())
            .contains("there is no action 'bounce'; write one of inbound, relay, route, reject");
    }

    @Test
    void shouldTellWhichEntryAnswersAndWhy() {
        JsonNode below = get("/relaycontrol/policies/mx/domains/x.Lab.partner.example");
        assertThat(below.get("decided_by").textValue()).isEqualTo("entry");
        assertThat(below.get("entry").get("rule").textValue()).isEqualTo("relaycontrol.xml:9");
        assertThat(below.get("why").textValue()).isEqualTo("partner.example covers x.lab.partner.example: action reject");

        JsonNode exact = get("/relaycontrol/policies/mx/domains/lab.partner.example");
        assertThat(exact.get("entry").get("match").textValue()).isEqualTo("exact");
        assertThat(texts(exact.get("hidden"), "name")).containsExactly("partner.example");

        assertThat(get("/relaycontrol/policies/submission/domains/partner.example").get("entry").get("action").textValue())
            .isEqualTo("relay");
        JsonNode unlisted = get("/relaycontrol/policies/mx/domains/art.example");
        assertThat(unlisted.get("decided_by").textValue()).isEqualTo("unlisted");
        assertThat(unlisted.get("entry").isNull()).isTrue();
        assertThat(webadmin.get("/relaycontrol/policies/mx/domains/%2A.example").body()).contains("'*.example'");
    }

    @Test
    void shouldListRestrictions() {
        assertThat(get("/relaycontrol/policies/mx/restrictions").get("never").get("networks").intValue()).isEqualTo(1);
        assertThat(texts(get("/relaycontrol/policies/mx/restrictions/clients").get("entries"), "entry"))
            .containsExactly("192.0.2.0/24", "10.0.0.1-10.0.0.7", "branch.example");
        assertThat(texts(get("/relaycontrol/policies/mx/restrictions/never").get("entries"), "kind")).containsExactly("network", "user");
        assertThat(texts(get("/relaycontrol/policies/mx/restrictions/clients?address=192.0.2.9").get("entries"), "entry"))
            .containsExactly("192.0.2.0/24");
        assertThat(get("/relaycontrol/policies/mx/restrictions/clients?contains=BRANCH").get("total").intValue()).isEqualTo(1);
        assertThat(get("/relaycontrol/policies/mx/restrictions/clients?offset=1&limit=1").get("entries").get(0).get("entry").textValue())
            .isEqualTo("10.0.0.1-10.0.0.7");
        assertThat(webadmin.get("/relaycontrol/policies/mx/restrictions/nobody").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldFindANetwork() {
        assertThat(get("/relaycontrol/policies/mx/restrictions/clients/192.0.2.0/24").get("entries").get(0).get("rule").textValue())
            .isEqualTo("relaycontrol.xml:14");
        assertThat(get("/relaycontrol/policies/mx/restrictions/clients/10.0.0.1-10.0.0.7").get("entries").get(0).get("kind").textValue())
            .isEqualTo("network");
        assertThat(webadmin.get("/relaycontrol/policies/mx/restrictions/clients/192.0.2.0/25").statusCode()).isEqualTo(404);
        assertThat(webadmin.get("/relaycontrol/policies/mx/restrictions/clients/192.0.2.1/24").body()).contains("has host bits set");
    }

    @Test
    void shouldExplain() {
        JsonNode explained = TestWebadmin.json(webadmin.post("/relaycontrol/explain",
            "{\"client\":\"198.51.100.7\",\"client_host\":\"-\",\"recipient\":\"x@else.example\"}"));

        assertThat(explained.get("verdict").textValue()).isEqualTo("deny");
        assertThat(explained.get("reason").textValue()).isEqualTo("not-permitted");
        assertThat(explained.get("steps").size()).isGreaterThan(5);
        assertThat(TestWebadmin.json(webadmin.post("/relaycontrol/explain", "{\"client\":\"198.51.100.7\",\"recipient\":\"postmaster\"}"))
            .get("reason").textValue()).isEqualTo("inbound");
        assertThat(TestWebadmin.json(webadmin.post("/relaycontrol/explain",
            "{\"client\":\"198.51.100.7\",\"recipient\":\"x@below.hosted.example\"}")).get("reason").textValue())
            .isEqualTo("inbound-not-hosted");
    }

    @Test
    void shouldTellWhatAnotherPolicyWouldDecide() {
        JsonNode difference = TestWebadmin.json(webadmin.post("/relaycontrol/diff",
            "{\"policy\":" + quoted(POLICY.replace("192.0.2.0/24", "192.0.2.0/25")) + "}"));

        assertThat(difference.get("differences").size()).isPositive();
        assertThat(difference.get("differences").get(0).get("clients").get("networks")).hasToString("[\"192.0.2.128/25\"]");
        assertThat(difference.get("warnings").isArray()).isTrue();
    }

    @Test
    void shouldTellWhatOtherListFilesWouldDecide() {
        JsonNode none = TestWebadmin.json(webadmin.post("/relaycontrol/diff",
            "{\"files\":{\"relay-domains.txt\":\"a.example\\nb.example\\nab.example\\n\"}}"));
        JsonNode one = TestWebadmin.json(webadmin.post("/relaycontrol/diff",
            "{\"files\":{\"relay-domains.txt\":\"a.partner.example\\n\"}}"));

        assertThat(none.get("differences")).isEmpty();
        assertThat(one.get("differences").size()).isPositive();
        assertThat(get("/relaycontrol/policies/mx/domains").get("total").intValue()).isEqualTo(6);
    }

    @Test
    void shouldRefuseToCompareWithABadPolicy() {
        HttpResponse<String> response = webadmin.post("/relaycontrol/diff", "{\"files\":{\"relay-domains.txt\":\"a.example\\n*.x\\n\"}}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TestWebadmin.json(response).get("details").textValue()).startsWith("relay-domains.txt:2: '*.x' has a wildcard");
        assertThat(webadmin.post("/relaycontrol/diff", "{}").body()).contains("there is nothing to compare");
        assertThat(webadmin.post("/relaycontrol/diff",
            "{\"policy\":" + quoted(POLICY.replace("relay-domains.txt", "/etc/passwd")) + "}").body())
            .contains("the list file '/etc/passwd' is none of the policy in force").doesNotContain("root:");
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static DecisionRecord decided(DecidedBy reason, String client, String recipient) {
        return DecisionRecord.builder(System.currentTimeMillis(), reason, IpAddress.parse(client), "192.0.2.25:25", "s1")
            .envelope("a@b.example", recipient)
            .build();
    }

    private void refuse(String client, String recipient, DecidedBy reason) {
        webadmin.get(Decisions.class).decided(decided(reason, client, recipient));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                              | 3 2 1",
        "client=198.51.100.7             | 2 1",
        "client=198.51.100.0/24          | 3 2 1",
        "recipient=ELSE                  | 3 1",
        "reason=never                    | 2",
        "limit=1                         | 3",
        "after=1                         | 3 2",
        "since=2020-01-01T00:00:00Z      | 3 2 1",
        "since=2990-01-01T00:00:00Z      | ''",
        "policy=mx                       | ''"})
    void shouldFindRefusals(String query, String numbers) {
        refuse("198.51.100.7", "x@else.example", DecidedBy.NOT_PERMITTED);
        refuse("198.51.100.7", "y@partner.example", DecidedBy.NEVER);
        refuse("198.51.100.8", "<b>z</b>@else.example", DecidedBy.NOT_PERMITTED);

        JsonNode found = get("/relaycontrol/refusals?" + query);

        assertThat(found.get("count").intValue()).isEqualTo(3);
        assertThat(String.join(" ", texts(found.get("refusals"), "number"))).isEqualTo(numbers);
    }

    @Test
    void shouldTellAllOfARefusal() {
        refuse("198.51.100.8", "x@else.example", DecidedBy.NOT_PERMITTED);

        JsonNode refusal = get("/relaycontrol/refusals").get("refusals").get(0);

        assertThat(refusal.fieldNames()).toIterable().containsExactly("number", "time", "verdict", "reason", "policy", "enforce",
            "rule", "client",
            "host", "local", "user", "sender", "recipient", "session");
        assertThat(refusal.get("sender").textValue()).isEqualTo("a@b.example");
        assertThat(webadmin.get("/relaycontrol/refusals?since=today").body()).contains("since=today is no time");
        assertThat(webadmin.get("/relaycontrol/refusals?reason=" + URLEncoder.encode("spam & eggs", StandardCharsets.UTF_8)).body())
            .contains("there is no reason 'spam & eggs'");
    }

    @Test
    void shouldCountDecisionsMinuteByMinute() {
        refuse("198.51.100.8", "x@else.example", DecidedBy.NOT_PERMITTED);

        JsonNode decisions = get("/relaycontrol/decisions");

        assertThat(decisions.get("reasons").size()).isEqualTo(DecidedBy.values().length);
        for (JsonNode reason : decisions.get("reasons")) {
            assertThat(reason.get("counts").size()).isEqualTo(60);
            assertThat(reason.get("total").intValue()).isEqualTo(reason.get("reason").textValue().equals("not-permitted") ? 1 : 0);
        }
    }

    @Test
    void shouldTellOfNoCandidate() {
        assertThat(get("/relaycontrol/candidate").get("since").isNull()).isTrue();
        assertThat(webadmin.get("/relaycontrol/candidate/diff").statusCode()).isEqualTo(404);
        assertThat(webadmin.post("/relaycontrol/explain", "{\"client\":\"192.0.2.1\",\"recipient\":\"x\",\"candidate\":true}").statusCode())
            .isEqualTo(409);
    }

    @Test
    void shouldCompareWithTheCandidate(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("relaycontrol.candidate.xml"), "<relaycontrol><policy name=\"mx\"><restrictions><clients>"
            + "<network>198.51.100.0/24</network></clients></restrictions></policy></relaycontrol>");
        try (TestWebadmin two = TestWebadmin.withPassword(other, "<relaycontrol><policy name=\"mx\"/></relaycontrol>")) {
            CandidatePolicies candidates = two.get(CandidatePolicies.class);
            DecisionRecord refused = decided(DecidedBy.NOT_PERMITTED, "198.51.100.7", "x@else.example");
            DecisionRecord permitted = decided(DecidedBy.CLIENT_LISTED, "198.51.100.7", "x@else.example");
            two.get(CandidateComparison.class).different(candidates.current(), refused, permitted);

            JsonNode candidate = TestWebadmin.json(two.get("/relaycontrol/candidate"));
            JsonNode difference = TestWebadmin.json(two.get("/relaycontrol/candidate/diff"));
            JsonNode explained = TestWebadmin.json(two.post("/relaycontrol/explain",
                "{\"client\":\"198.51.100.7\",\"recipient\":\"x@else.example\",\"candidate\":true}"));

            assertThat(candidate.get("different").intValue()).isEqualTo(1);
            assertThat(candidate.get("latest").get(0).get("running").get("reason").textValue()).isEqualTo("not-permitted");
            assertThat(candidate.get("latest").get(0).get("candidate").get("verdict").textValue()).isEqualTo("permit");
            assertThat(difference.get("differences").get(0).get("clients").get("networks")).hasToString("[\"198.51.100.0/24\"]");
            assertThat(explained.get("reason").textValue()).isEqualTo("client-listed");
        }
    }
}
