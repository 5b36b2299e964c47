package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.Verification;

/** Edits of managed lists over HTTP: conditions, proof, preview, and that they are in force at once. */
class ManagedEditsTest {

    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <directories><ldapDirectory name=\"ad\" urls=\"ldap://127.0.0.1:1\" base=\"DC=example\"/></directories>",
        "  <routing>",
        "    <domain name=\"hosted.example\" action=\"inbound\"/>",
        "    <domains managed=\"customers.txt\" action=\"relay\"/>",
        "  </routing>",
        "  <policy name=\"mx\">",
        "    <restrictions>",
        "      <clients><network>192.0.2.0/24</network><networks managed=\"clients.txt\"/></clients>",
        "      <never><networks managed=\"blocked.txt\"/></never>",
        "    </restrictions>",
        "  </policy>",
        "  <policy name=\"second\" listeners=\"*:26\">",
        "    <routing><domains managed=\"second.txt\" action=\"route\" match=\"exact\"/></routing>",
        "  </policy>",
        "</relaycontrol>", "");
    private static final String DOMAINS = "/relaycontrol/policies/mx/domains/";
    private static final String RESTRICTIONS = "/relaycontrol/policies/mx/restrictions/";

    @TempDir
    private Path folder;
    private TestWebadmin webadmin;

    @BeforeEach
    void start() {
        webadmin = TestWebadmin.withPassword(folder, POLICY);
    }

    @AfterEach
    void stop() {
        webadmin.close();
    }

    private String file(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private HttpResponse<String> put(String path, String body, String... headers) {
        return webadmin.send("PUT", path, body, headers);
    }

    private HttpResponse<String> delete(String path, String... headers) {
        return webadmin.send("DELETE", path, null, headers);
    }

    private static String tag(HttpResponse<String> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }

    private RoutingEntry inForce(String domain) {
        return webadmin.get(PolicySource.class).current().policies().get(0).routing().find(DomainName.of(domain));
    }

    private static void assertStatus(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    }

    @Test
    void shouldAddChangeAndDeleteADomain() throws Exception {
        HttpResponse<String> created = put(DOMAINS + "New.example", "{\"next_hop\":\"10.0.0.9:2525\"}");

        assertStatus(created, 201);
        assertThat(TestWebadmin.json(created).get("managed"))
            .hasToString("{\"file\":\"customers.txt\",\"name\":\"New.example\",\"next_hop\":\"10.0.0.9:2525\",\"expires\":null}");
        assertThat(TestWebadmin.json(created).get("in_force").booleanValue()).isTrue();
        assertThat(file("customers.txt")).isEqualTo("New.example nextHop=10.0.0.9:2525\n");
        assertThat(inForce("x.new.example").treatment().nextHops()).hasToString("10.0.0.9:2525");

        HttpResponse<String> seen = webadmin.get(DOMAINS + "new.example");
        assertThat(tag(seen)).isEqualTo(tag(created));
        assertThat(TestWebadmin.json(seen).get("managed").get("file").textValue()).isEqualTo("customers.txt");

        HttpResponse<String> changed = put(DOMAINS + "new.example", "{\"action\":\"reject\",\"reply\":\"gone away\"}", "If-Match",
            tag(seen));
        assertStatus(changed, 200);
        assertThat(file("customers.txt")).isEqualTo("new.example action=reject reply=\"gone away\"\n");
        assertThat(inForce("new.example").treatment().reply()).isEqualTo("gone away");
        assertThat(tag(changed)).isNotEqualTo(tag(created));

        HttpResponse<String> deleted = delete(DOMAINS + "new.example", "If-Match", tag(changed));
        assertStatus(deleted, 200);
        assertThat(file("customers.txt")).isEmpty();
        assertThat(inForce("new.example")).isNull();
        assertStatus(delete(DOMAINS + "new.example"), 404);
    }

    @Test
    void shouldSayHowRecipientsAreVerified() throws Exception {
        HttpResponse<String> created = put(DOMAINS + "v.example", "{\"next_hop\":\"10.0.0.9\",\"verify\":\"callout\","
            + "\"verify_timeout\":\"5s\",\"verify_ttl\":\"1h\",\"verify_negative_ttl\":\"10m\",\"verify_on_failure\":\"defer\"}");

        assertStatus(created, 201);
        assertThat(file("customers.txt")).isEqualTo("v.example nextHop=10.0.0.9 verify=callout verifyTimeout=5s verifyTtl=1h "
            + "verifyNegativeTtl=10m verifyOnFailure=defer\n");
        assertThat(inForce("v.example").treatment().verification()).isEqualTo(Verification.callout().withTimeout(Duration.ofSeconds(5))
            .withTtl(Duration.ofHours(1)).withNegativeTtl(Duration.ofMinutes(10)).withOnFailure(Verification.OnFailure.DEFER));
        JsonNode seen = TestWebadmin.json(webadmin.get(DOMAINS + "v.example"));
        assertThat(seen.get("managed").get("verify_on_failure").textValue()).isEqualTo("defer");
        assertThat(seen.get("entry").get("verify").textValue()).isEqualTo("callout");

        put(DOMAINS + "v.example", "{\"verify\":\"ldap\",\"directory\":\"ad\"}", "If-Match", "*");
        assertThat(file("customers.txt")).isEqualTo("v.example verify=ldap directory=ad\n");
        assertThat(inForce("v.example").treatment().verification()).hasToString("ldap ad");
    }

    @Test
    void shouldNotOverwriteWhatSomebodyElseHasChanged() throws Exception {
        String first = tag(put(DOMAINS + "a.example", "{}"));

        assertStatus(put(DOMAINS + "a.example", "{\"action\":\"reject\"}"), 428);
        assertStatus(delete(DOMAINS + "a.example"), 428);
        String second = tag(put(DOMAINS + "a.example", "{\"action\":\"route\"}", "If-Match", first));
        HttpResponse<String> late = put(DOMAINS + "a.example", "{\"action\":\"reject\"}", "If-Match", first);

        assertStatus(late, 412);
        assertThat(TestWebadmin.json(late).get("message").textValue()).contains("a.example action=route").contains("somebody else");
        assertStatus(delete(DOMAINS + "a.example", "If-Match", first), 412);
        assertStatus(put(DOMAINS + "a.example", "{}", "If-None-Match", "*"), 412);
        assertThat(file("customers.txt")).isEqualTo("a.example action=route\n");
        assertStatus(put(DOMAINS + "a.example", "{}", "If-Match", "\"x\", " + second), 200);
        assertStatus(put(DOMAINS + "a.example", "{\"action\":\"route\"}", "If-Match", "*"), 200);
        assertStatus(put(DOMAINS + "b.example", "{}", "If-Match", "*"), 412);
        assertStatus(put(DOMAINS + "b.example", "{}", "If-None-Match", "*"), 201);
    }

    /** Of many who change what they have seen, one has seen what is there. */
    @Test
    void shouldLetOneOfManyEditorsWin() throws Exception {
        String seen = tag(put(DOMAINS + "a.example", "{}"));
        List<Callable<Integer>> editors = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String hop = "{\"next_hop\":\"10.0.0." + i + "\"}";
            editors.add(() -> put(DOMAINS + "a.example", hop, "If-Match", seen).statusCode());
        }
        for (int i = 0; i < 8; i++) {
            String other = DOMAINS + "b" + i + ".example";
            editors.add(() -> put(other, "{}").statusCode());
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Integer> statuses = new ArrayList<>();
        try {
            for (Future<Integer> status : threads.invokeAll(editors)) {
                statuses.add(status.get());
            }
        } finally {
            threads.shutdown();
        }

        assertThat(statuses.subList(0, 8)).containsOnlyOnce(200).filteredOn(status -> status != 200).containsOnly(412);
        assertThat(statuses.subList(8, 16)).containsOnly(201);
        assertThat(file("customers.txt").lines()).hasSize(9);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "%2A.example           | {}                                   | '*.example' has a wildcard; write example",
        "a_b@c.example         | {}                                   | '@'",
        "a.example             | {\"action\":\"bounce\"}              | customers.txt:1: action=\"bounce\" is unknown; write inbound",
        "a.example             | {\"next_hop\":\"10.0.0.9:99999\"}    | customers.txt:1: ",
        "a.example             | {\"action\":\"inbound\",\"next_hop\":\"10.0.0.9\"} | nextHop is not used by action=\"inbound\"",
        "a.example             | {\"via\":\"nowhere\"}                | customers.txt:1: ",
        "a.example             | {\"nextHop\":\"10.0.0.9\"} | the member 'nextHop' is unknown; write one of match, action, next_hop",
        "a.example             | {\"reply\":\"a\\nb\"}                | more than one line",
        "a.example             | {\"verify\":\"guess\"}             | customers.txt:1: verify=\"guess\"",
        "a.example             | {\"verify\":\"ldap\",\"directory\":\"nowhere\"} | customers.txt:1: ",
        "a.example             | {\"verify_ttl\":\"1h\"}            | customers.txt:1: ",
        "a.example             | {\"verify\":\"callout\",\"verify_timeout\":\"1 week\"} | customers.txt:1: verifyTimeout is '1 week'",
        "com                   | {}                                   | customers.txt:1: ",
        "hosted.example        | {}                                   | 'hosted.example' is listed already at relaycontrol.xml:4",
        "a.example?expires=2001-01-01T00:00:00Z | {}                  | has passed",
        "a.example?expires=soon                 | {}                  | 'soon' is no instant; write one like",
        "a.example?file=relay.txt               | {}                  | 'relay.txt' is no managed list there",
        "a.example?dryRun=yes                   | {}                  | dryRun=yes is unknown",
        "a.example?dry_run=true                 | {}                  | the parameter 'dry_run' is unknown",
    })
    void shouldRefuseABadDomainAndWriteNothing(String name, String body, String problem) {
        HttpResponse<String> refused = put(DOMAINS + name, body);

        assertThat(refused.statusCode()).isIn(400, 409);
        JsonNode error = TestWebadmin.json(refused);
        assertThat(error.get("message").textValue() + " " + error.get("details").asText()).contains(problem.strip().replace("'@'", "@"));
        assertThat(folder.resolve("customers.txt")).doesNotExist();
    }

    @Test
    void shouldPreviewWithoutWriting() {
        JsonNode preview = TestWebadmin.json(put(DOMAINS + "a.example?dryRun=true", "{}"));

        assertThat(preview.get("differences").get(0).get("to").textValue()).isEqualTo("domains under a.example");
        assertThat(preview.get("differences").get(0).get("after").get("reason").textValue()).isEqualTo("relay-domain");
        assertThat(preview.get("warnings").isArray()).isTrue();
        assertThat(folder.resolve("customers.txt")).doesNotExist();
        assertStatus(put(DOMAINS + "com?dryRun=true", "{}"), 400);

        put(DOMAINS + "a.example", "{}");
        assertThat(TestWebadmin.json(delete(DOMAINS + "a.example?dryRun=true")).get("differences").get(0).get("before").get("reason")
            .textValue()).isEqualTo("relay-domain");
        assertThat(inForce("a.example")).isNotNull();
    }

    @Test
    void shouldTellExactFromSubtree() throws Exception {
        assertStatus(put(DOMAINS + "a.example", "{\"match\":\"exact\",\"action\":\"reject\"}"), 201);
        assertStatus(put(DOMAINS + "a.example", "{}"), 201);

        assertThat(file("customers.txt")).isEqualTo("a.example match=exact action=reject\na.example\n");
        String exact = tag(webadmin.get(DOMAINS + "a.example?match=exact"));
        assertThat(exact).isNotEqualTo(tag(webadmin.get(DOMAINS + "a.example")));
        assertStatus(delete(DOMAINS + "a.example?match=exact", "If-Match", exact), 200);
        assertThat(file("customers.txt")).isEqualTo("a.example\n");
    }

    @Test
    void shouldAskWhichOfSeveralLists() throws Exception {
        String second = "/relaycontrol/policies/second/domains/";

        HttpResponse<String> which = put(second + "a.example", "{}");
        assertStatus(which, 409);
        assertThat(which.body()).contains("write ?file= and one of customers.txt, second.txt");
        assertStatus(put(second + "a.example?file=second.txt", "{}"), 201);
        assertThat(file("second.txt")).isEqualTo("a.example\n");
        assertStatus(delete(second + "a.example", "If-Match", "*"), 200);
        assertThat(webadmin.send("PUT", "/relaycontrol/policies/second/restrictions/clients/192.0.2.1", "{}").body())
            .contains("has no managed list there; write one into relaycontrol.xml, like <networks managed=");
    }

    @Test
    void shouldAddAndDeleteANetwork() throws Exception {
        HttpResponse<String> created = put(RESTRICTIONS + "never/192.0.2.64/26?expires=2990-01-31T18:00:00%2B01:00", "{}");

        assertStatus(created, 201);
        assertThat(file("blocked.txt")).isEqualTo("192.0.2.64/26 expires=2990-01-31T18:00:00+01:00\n");
        JsonNode seen = TestWebadmin.json(webadmin.get(RESTRICTIONS + "never/192.0.2.64/26"));
        assertThat(seen.get("entries").get(0)).hasToString("{\"kind\":\"network\",\"entry\":\"192.0.2.64/26\",\"rule\":\"blocked.txt:1\","
            + "\"managed\":true,\"expires\":\"2990-01-31T17:00:00Z\"}");
        assertThat(seen.get("managed").get("expires").textValue()).isEqualTo("2990-01-31T18:00:00+01:00");
        assertStatus(put(RESTRICTIONS + "clients/2001:db8::/32", ""), 201);
        assertStatus(put(RESTRICTIONS + "clients/10.0.0.1-10.0.0.9", "{}"), 201);
        assertThat(file("clients.txt")).isEqualTo("2001:db8::/32\n10.0.0.1-10.0.0.9\n");
        assertThat(put(RESTRICTIONS + "clients/192.0.2.1/24", "{}").body()).contains("has host bits set");
        assertThat(put(RESTRICTIONS + "clients/0.0.0.0/0", "{}").body()).contains("The policy would be refused", "[open-relay]");
        assertStatus(put(RESTRICTIONS + "internalAddresses/192.0.2.1", "{}"), 409);
        assertStatus(delete(RESTRICTIONS + "never/192.0.2.64/26", "If-Match", tag(created)), 200);
        assertThat(file("blocked.txt")).isEmpty();
    }

    @Test
    void shouldMarkManagedDomainsAndTellWhenTheyExpire() {
        String expires = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS).toString();
        put(DOMAINS + "a.example", "{}");
        put(DOMAINS + "b.example?expires=" + expires, "{}");

        JsonNode domains = TestWebadmin.json(webadmin.get("/relaycontrol/policies/mx/domains")).get("domains");

        assertThat(domains.get(0).get("managed").booleanValue()).isFalse();
        assertThat(domains.get(1).get("managed").booleanValue()).isTrue();
        assertThat(domains.get(1).get("expires").isNull()).isTrue();
        assertThat(domains.get(2).get("expires").textValue()).isEqualTo(expires);
    }

    @Test
    void shouldKeepWhatPeopleHaveWritten() throws Exception {
        Files.writeString(folder.resolve("customers.txt"), "# ours\n\nb.example # since 2020\nc.example\n");
        webadmin.post("/relaycontrol/reload", "{}");

        put(DOMAINS + "b.example", "{\"action\":\"route\"}", "If-Match", "*");
        delete(DOMAINS + "c.example", "If-Match", "*");

        assertThat(file("customers.txt")).isEqualTo("# ours\n\nb.example action=route  # since 2020\n");
    }

    @Test
    void shouldTellThatAListCannotBeWritten() throws IOException {
        Files.createDirectory(folder.resolve("customers.txt"));

        HttpResponse<String> response = put(DOMAINS + "a.example", "{}");

        assertStatus(response, 409);
        assertThat(response.body()).contains("'customers.txt' cannot be edited");
    }
}
