package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spark.Service;
import spark.route.HttpMethod;
import spark.routematch.RouteMatch;

/** The OpenAPI document tells all routes, and of each what it really answers. */
class OpenApiTest {

    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <routing>",
        "    <domain name=\"partner.example\" action=\"relay\"/>",
        "    <domains managed=\"customers.txt\" action=\"relay\"/>",
        "  </routing>",
        "  <policy name=\"mx\">",
        "    <restrictions>",
        "      <clients><network>192.0.2.0/24</network><networks managed=\"clients.txt\"/></clients>",
        "    </restrictions>",
        "  </policy>",
        "</relaycontrol>", "");

    @TempDir
    private Path folder;
    private TestWebadmin webadmin;
    private JsonNode document;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("relaycontrol.candidate.xml"), "<relaycontrol><policy name=\"mx\"/></relaycontrol>");
        webadmin = TestWebadmin.withPassword(folder, POLICY);
        HttpResponse<String> response = webadmin.get("/relaycontrol/openapi.json");
        assertThat(response.statusCode()).isEqualTo(200);
        document = TestWebadmin.json(response);
    }

    @AfterEach
    void stop() {
        webadmin.close();
    }

    private Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document.get("paths").fields().forEachRemaining(path -> path.getValue().fields().forEachRemaining(operation ->
            operations.put(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), operation.getValue())));
        return operations;
    }

    @Test
    void shouldTellAllRoutesAndNoOthers() {
        Set<String> routes = new TreeSet<>();
        Service service = Service.ignite().ipAddress("127.0.0.1").port(0);
        try {
            webadmin.get(RelayControlRoutes.class).define(service);
            service.awaitInitialization();
            for (RouteMatch route : service.routes()) {
                if (route.getHttpMethod() != HttpMethod.before) {
                    routes.add(route.getHttpMethod().name().toUpperCase(Locale.ROOT) + " "
                        + route.getMatchUri().replaceAll(":([a-z]+)", "{$1}").replace("*", "{network}"));
                }
            }
        } finally {
            service.stop();
        }

        assertThat(operations().keySet()).containsExactlyElementsOf(routes);
    }

    @Test
    void shouldReferToWhatIsThere() {
        Set<String> missing = new TreeSet<>();
        document.findValuesAsText("$ref").forEach(reference -> {
            if (document.at(reference.substring(1)).isMissingNode()) {
                missing.add(reference);
            }
        });

        assertThat(missing).isEmpty();
    }

    /** Each parameter is known, and each answer has the members that the document says, and no others. */
    @Test
    void shouldTellWhatIsAnswered() throws Exception {
        Files.writeString(folder.resolve("customers.txt"), "managed.example\n");
        Files.writeString(folder.resolve("clients.txt"), "192.0.2.7\n");
        webadmin.post("/relaycontrol/reload", "{}");
        operations().forEach((name, operation) -> {
            if (name.startsWith("GET ")) {
                HttpResponse<String> response = webadmin.get(path(name.substring(4), operation));
                assertThat(response.statusCode()).as("%s: %s", name, response.body()).isEqualTo(200);
                assertMembers(name, operation, response);
            }
        });
    }

    @Test
    void shouldTellWhatIsAnsweredToPosts() {
        Map<String, String> bodies = Map.of(
            "/relaycontrol/explain", "{\"client\":\"198.51.100.7\",\"client_host\":\"-\",\"recipient\":\"x@else.example\"}",
            "/relaycontrol/diff", "{\"files\":{\"customers.txt\":\"a.example\\n\"}}",
            "/relaycontrol/reload", "{}");
        operations().forEach((name, operation) -> {
            if (name.startsWith("POST ")) {
                assertMembers(name, operation, webadmin.post(name.substring(5), bodies.get(name.substring(5))));
            }
        });
    }

    /** The path with the examples of its parameters. */
    private static String path(String template, JsonNode operation) {
        String path = template;
        StringBuilder query = new StringBuilder();
        for (JsonNode parameter : operation.path("parameters")) {
            String name = parameter.get("name").textValue();
            if (parameter.get("in").textValue().equals("path")) {
                path = path.replace("{" + name + "}", parameter.get("example").asText());
            } else if (parameter.get("in").textValue().equals("query")) {
                query.append(query.length() == 0 ? "?" : "&").append(name).append('=')
                    .append(URLEncoder.encode(parameter.get("example").asText(), StandardCharsets.UTF_8));
            }
        }
        return path + query;
    }

    private void assertMembers(String name, JsonNode operation, HttpResponse<String> response) {
        assertThat(response.statusCode()).as("%s: %s", name, response.body()).isEqualTo(200);
        JsonNode schema = operation.at("/responses/200/content/application~1json/schema");
        assertMembers(name, schema, TestWebadmin.json(response));
    }

    private void assertMembers(String where, JsonNode schema, JsonNode value) {
        JsonNode resolved = schema.has("$ref") ? document.at(schema.get("$ref").textValue().substring(1)) : schema;
        if (resolved.has("allOf")) {
            ObjectNode merged = resolved.deepCopy();
            ObjectNode properties = merged.putObject("properties");
            ArrayNode required = merged.putArray("required");
            for (JsonNode part : resolved.get("allOf")) {
                JsonNode one = part.has("$ref") ? document.at(part.get("$ref").textValue().substring(1)) : part;
                properties.setAll((ObjectNode) one.get("properties"));
                required.addAll((ArrayNode) one.get("required"));
            }
            merged.remove("allOf");
            assertMembers(where, merged, value);
        } else if (value.isNull()) {
            assertThat(resolved.path("nullable").booleanValue()).as("%s may be null", where).isTrue();
        } else if (value.isArray()) {
            for (JsonNode element : value) {
                assertMembers(where + "[]", resolved.get("items"), element);
            }
        } else if (value.isObject() && resolved.path("properties").size() > 0) {
            value.fields().forEachRemaining(member -> {
                JsonNode property = resolved.get("properties").get(member.getKey());
                assertThat(property).as("%s.%s is in the document", where, member.getKey()).isNotNull();
                assertMembers(where + "." + member.getKey(), property, member.getValue());
            });
            for (JsonNode required : resolved.path("required")) {
                assertThat(value.has(required.textValue())).as("%s has %s", where, required.textValue()).isTrue();
            }
        }
    }
}
