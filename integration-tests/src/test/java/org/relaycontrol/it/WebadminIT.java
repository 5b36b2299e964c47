package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.TokenIssuer;

/** Webadmin of a stock James that asks for tokens, with the pack's routes: who may what, and what SMTP makes of it. */
class WebadminIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String RUN = "webadmin";
    private static final String API = "/relaycontrol/";
    private static final String MANAGED = "    <routing>\n      <domains managed=\"customers.txt\" action=\"relay\"/>";
    private static final Pattern METRIC = Pattern.compile("relaycontrol_(?:[A-Za-z0-9_]|\\$\\{policy\\})+");
    private static final int KILLS = 2;
    private static final int EDITS = 1_000;
    private static final TokenIssuer ISSUER = TokenIssuer.create();

    private static RelayServer server;

    @BeforeAll
    static void start() {
        server = RelayServer.sample("mx-gateway", RUN)
            .nextHop("mail.robichaux.net", "127.0.0.1:1")
            .conf(conf -> conf.replace("relaycontrol.xml", "    <routing>", MANAGED))
            .conf(ISSUER.required())
            // James 3.8 lets every page in.
            .conf(conf -> conf.replace("webadmin.properties", "cors.origin=http://none.invalid", "cors.origin=*"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String token(boolean admin) {
        return "Bearer " + ISSUER.token("carol@ratest.com", admin);
    }

    private static HttpResponse<String> ask(String method, String path, String body, String... more) {
        List<String> headers = new ArrayList<>(List.of("Authorization", token(true), "Content-Type", "application/json"));
        headers.addAll(List.of(more));
        return server.admin().request(method, API + path, body, headers.toArray(new String[0]));
    }

    private static String rcpt(String recipient) {
        try (SmtpClient stranger = server.client(STRANGER)) {
            stranger.mail("someone@elsewhere.example");
            return stranger.rcpt(recipient).toString();
        }
    }

    @Test
    void shouldAskForAToken() {
        assertThat(server.admin().request("GET", API + "status", "").statusCode()).isEqualTo(401);
        assertThat(server.admin().request("GET", API + "refusals", "", "Authorization", token(false)).statusCode()).isEqualTo(401);
        assertThat(server.admin().request("DELETE", API + "policies/mx/domains/x.example", "").statusCode()).isEqualTo(401);

        HttpResponse<String> status = ask("GET", "status", "");

        assertThat(status.statusCode()).isEqualTo(200);
        assertThat(status.body()).contains("\"may_change\":true", "\"sha256\":\"", "customers.txt");
    }

    @Test
    void shouldNotBeOpenToOtherPages() {
        HttpResponse<String> preflight = server.admin().request("OPTIONS", API + "policies/mx/domains/x.example", "",
            "Origin", "http://evil.example", "Access-Control-Request-Method", "PUT");
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods")).as("James lets every page ask").contains("PUT");

        assertThat(ask("GET", "status", "", "Origin", "http://evil.example").statusCode()).isEqualTo(403);
        assertThat(ask("PUT", "policies/mx/domains/x.example", "{}", "Origin", "http://evil.example").statusCode()).isEqualTo(403);
        assertThat(ask("GET", "status", "", "Origin", server.admin().base()).statusCode()).isEqualTo(200);
    }

    /** On a stock James this header makes another method of OPTIONS, which needs no token: the pack refuses it for all of webadmin. */
    @Test
    void shouldNotBeOpenToOptions() {
        HttpResponse<String> refusals = server.admin().request("OPTIONS", API + "refusals", "", "X-HTTP-Method-Override", "GET");
        HttpResponse<String> put = server.admin().request("OPTIONS", API + "policies/mx/domains/x.example", "{}",
            "X-HTTP-Method-Override", "PUT", "Content-Type", "application/json");

        HttpResponse<String> stock = server.admin().request("OPTIONS", "/domains/evil.example", "", "X-HTTP-Method-Override", "PUT");

        assertThat(refusals.statusCode()).isEqualTo(400);
        assertThat(put.statusCode()).isEqualTo(400);
        assertThat(stock.statusCode()).isEqualTo(400);
        assertThat(server.admin().request("OPTIONS", "/domains/evil.example", "").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldChangeWhatSmtpAnswers() throws Exception {
        assertThat(rcpt("x@customer.example")).isEqualTo("550 5.7.1 Unable to relay for x@customer.example");

        HttpResponse<String> created = ask("PUT", "policies/mx/domains/customer.example", "{}");

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(rcpt("x@customer.example")).startsWith("250 ");
        assertThat(server.awaitPackLog(0, "Managed list customers.txt: put customer.example")).contains("by carol@ratest.com");

        HttpResponse<String> deleted = ask("DELETE", "policies/mx/domains/customer.example", "", "If-Match",
            created.headers().firstValue("ETag").orElseThrow());

        assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(200);
        assertThat(rcpt("x@customer.example")).startsWith("550 ");
        assertThat(Files.readAllLines(Distribution.run(RUN).resolve("logs/relaycontrol-audit.log")))
            .anyMatch(line -> line.startsWith("{\"time\":\"") && line.contains("\"event\":\"edit\",\"edit\":\"put\"")
                && line.contains("\"by\":\"carol@ratest.com\""))
            .anyMatch(line -> line.contains("\"event\":\"decision\",\"verdict\":\"permit\",\"reason\":\"relay-domain\"")
                && line.contains("\"recipient\":\"x@customer.example\""));
    }

    @Test
    void shouldLetOneOfTwoEditorsWin() throws Exception {
        String seen = ask("PUT", "policies/mx/domains/both.example", "{}").headers().firstValue("ETag").orElseThrow();
        List<Callable<Integer>> editors = List.of(
            () -> ask("PUT", "policies/mx/domains/both.example", "{\"next_hop\":\"127.0.0.1:2\"}", "If-Match", seen).statusCode(),
            () -> ask("PUT", "policies/mx/domains/both.example", "{\"next_hop\":\"127.0.0.1:3\"}", "If-Match", seen).statusCode());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> status : threads.invokeAll(editors)) {
                statuses.add(status.get());
            }
            assertThat(statuses).containsExactlyInAnyOrder(200, 412);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void shouldTellWhyMailWasRefused() {
        assertThat(rcpt("why@else.example")).startsWith("550 ");

        HttpResponse<String> refusals = ask("GET", "refusals?recipient=why@else.example&client=127.51.0.0/16&reason=not-permitted", "");

        assertThat(refusals.body()).contains("\"reason\":\"not-permitted\"", "\"client\":\"" + STRANGER + "\"",
            "\"recipient\":\"why@else.example\"", "\"sender\":\"someone@elsewhere.example\"", "\"policy\":\"mx\"");
        assertThat(ask("POST", "explain",
                "{\"client\":\"" + STRANGER + "\",\"client_host\":\"-\",\"recipient\":\"why@else.example\"}").body())
            .contains("\"reason\":\"not-permitted\"", "\"steps\":[");
        assertThat(ask("GET", "decisions", "").body()).contains("\"reason\":\"not-permitted\",\"total\":");
    }

    @Test
    void shouldKeepTheOldPolicyAndDegradeHealth() throws Exception {
        Path policy = Distribution.run(RUN).resolve("conf/relaycontrol.xml");
        String good = Files.readString(policy);
        try {
            Files.writeString(policy, good.replace("</relaycontrol>", "<policy name=\"mx\"/></relaycontrol>"));
            HttpResponse<String> refused = ask("POST", "reload", "{}");

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("\"problems\":[{\"file\":\"relaycontrol.xml\"");
            assertThat(health()).contains("degraded", "relaycontrol.xml:");
            assertThat(metrics()).contains("relaycontrol_load_stale 1.0");
            assertThat(rcpt("x@spam.example")).startsWith("550 5.7.1 spam.example is not wanted here");
        } finally {
            Files.writeString(policy, good);
        }
        assertThat(ask("POST", "reload", "{}").statusCode()).isEqualTo(200);
        assertThat(health()).contains("healthy").doesNotContain("degraded");
    }

    @Test
    void shouldStopAnEntryOnTimeAndStayDegradedWhileTheFileIsBad() throws Exception {
        HttpResponse<String> trial = ask("PUT", "policies/mx/domains/trial.example?expires=" + Instant.now().plusSeconds(10), "{}");
        assertThat(trial.statusCode()).as(trial.body()).isEqualTo(201);
        Path policy = Distribution.run(RUN).resolve("conf/relaycontrol.xml");
        String good = Files.readString(policy);
        int from = server.packLogSize();
        try {
            Files.writeString(policy, good.replace("</relaycontrol>", "<policy name=\"mx\"/></relaycontrol>"));
            server.awaitPackLog(from, "[ERROR]", "has problems, the one before stays in force");

            server.awaitPackLog(from, "in force without what has expired");

            assertThat(rcpt("x@trial.example")).startsWith("550 ");
            assertThat(health()).contains("degraded", "relaycontrol.xml:");
            assertThat(metrics()).contains("relaycontrol_load_stale 1.0");
            assertThat(ask("GET", "status", "").body()).contains("\"stale\":true");
        } finally {
            Files.writeString(policy, good);
        }
        assertThat(ask("POST", "reload", "{}").statusCode()).isEqualTo(200);
        assertThat(metrics()).contains("relaycontrol_load_stale 0.0");
    }

    private static String health() {
        return server.admin().request("GET", "/healthcheck/checks/Relay%20Control%20policy", "").body();
    }

    private static String metrics() {
        return server.admin().request("GET", "/metrics", "").body();
    }

    @Test
    void shouldCountWhatTheDashboardShows() throws Exception {
        long before = metric("relaycontrol_decisions_deny_domain_rejected_total");
        rcpt("x@spam.example");

        assertThat(metric("relaycontrol_decisions_deny_domain_rejected_total")).isEqualTo(before + 1);
        assertThat(metric("relaycontrol_policy_mx_decisions_deny_domain_rejected_total")).isPositive();
        assertThat(metric("relaycontrol_load_age_seconds")).isNotNegative();

        Set<String> shown = new TreeSet<>();
        Matcher matcher = METRIC.matcher(Files.readString(Distribution.samples().resolve("grafana-dashboard.json")));
        while (matcher.find()) {
            shown.add(matcher.group().replace("${policy}", "mx"));
        }
        shown.remove("relaycontrol_policy_");
        Set<String> there = new TreeSet<>();
        metrics().lines().filter(line -> line.startsWith("relaycontrol_")).forEach(line -> there.add(line.split("[ {]")[0]));
        assertThat(there).containsAll(shown);
        assertThat(shown).hasSizeGreaterThan(30);
    }

    private static long metric(String name) {
        return metrics().lines().filter(line -> line.startsWith(name + " ")).findFirst()
            .map(line -> (long) Double.parseDouble(line.split(" ")[1]))
            .orElseGet(() -> fail("no metric " + name));
    }

    /** Killed in the middle of it, James leaves a managed list with all edits that were answered, and perhaps the one that was not. */
    @Test
    void shouldLeaveOneWholeVersionWhenKilled() throws Exception {
        try (RelayServer open = RelayServer.sample("mx-gateway", "webadmin-killed")
                .nextHop("mail.robichaux.net", "127.0.0.1:1")
                .conf(conf -> conf.replace("relaycontrol.xml", "    <routing>", MANAGED))
                .conf(conf -> conf.replace("relaycontrol.xml", "  <policy name=\"mx\">",
                    "  <webadmin unauthenticatedWrites=\"true\"/>\n  <policy name=\"mx\">"))
                .start()) {
            Path list = Distribution.run("webadmin-killed").resolve("conf/customers.txt");
            AtomicInteger answered = new AtomicInteger();
            for (int kill = 1; kill <= KILLS; kill++) {
                int killAt = kill * EDITS / (KILLS + 1);
                Thread killer = new Thread(() -> {
                    try {
                        RelayServer.await(answered::get, count -> count >= killAt, () -> killAt + " edits, got " + answered);
                        open.james().kill();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                killer.start();
                editUntilKilled(open, answered);
                killer.join();
                List<String> lines = wholeLines(list);
                assertThat(lines).as("after %s edits", answered)
                    .isIn(expected(answered.get()), expected(answered.get() + 1));
                answered.set(lines.size());
                open.restart();
            }
            while (answered.get() < EDITS) {
                put(open, answered.get());
                answered.incrementAndGet();
            }
            assertThat(wholeLines(list)).isEqualTo(expected(EDITS));
            assertThat(open.admin().request("GET", API + "status", "").body()).contains("\"stale\":false");
        }
    }

    private static void editUntilKilled(RelayServer open, AtomicInteger answered) {
        try {
            while (true) {
                put(open, answered.get());
                answered.incrementAndGet();
            }
        } catch (UncheckedIOException e) {
            // That was the kill.
            return;
        }
    }

    private static void put(RelayServer open, int number) {
        HttpResponse<String> response = open.admin().request("PUT", API + "policies/mx/domains/" + domain(number), "{}",
            "Content-Type", "application/json");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    }

    private static String domain(int number) {
        return "customer-" + number + ".example";
    }

    private static List<String> expected(int edits) {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < edits; i++) {
            expected.add(domain(i));
        }
        return expected;
    }

    private static List<String> wholeLines(Path list) throws IOException {
        String text = Files.readString(list);
        assertThat(text).endsWith("\n");
        return text.lines().collect(Collectors.toList());
    }
}
