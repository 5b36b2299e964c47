package org.relaycontrol.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.policy.Decision.Verdict;

/**
 * The console's files are public and whole, its policy lets the browser run nothing else, and nothing in them parses HTML.
 */
class ConsoleRoutesTest {

    private static final String BASE = "/relaycontrol/console/";
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^\"#]+)\"|(?:from |import\\()\"\\./([^\"]+)\"");
    private static final Pattern TEXT = Pattern.compile("\\bt\\(\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("^ {2}\"([^\"]+)\": \"", Pattern.MULTILINE);

    /** What reads like a text for people: a word with a capital, and another one. */
    private static final Pattern SENTENCE = Pattern.compile("[\"`][A-Z][a-z]+,? [a-z][^\"`]*[\"`]");

    @TempDir
    private Path folder;
    private TestWebadmin webadmin;

    @BeforeEach
    void start() {
        webadmin = TestWebadmin.withPassword(folder, "<relaycontrol><policy name=\"mx\"/></relaycontrol>");
    }

    @AfterEach
    void stop() {
        webadmin.close();
    }

    private HttpResponse<String> file(String name) {
        return webadmin.sendPlain("GET", BASE + name, null);
    }

    /** The console's files, found by following what refers to what from its page on. */
    private Set<String> files() {
        Set<String> found = new TreeSet<>(Set.of("index.html"));
        Set<String> read = new TreeSet<>();
        while (read.size() < found.size()) {
            for (String name : Set.copyOf(found)) {
                if (read.add(name)) {
                    Matcher reference = REFERENCE.matcher(file(name).body());
                    while (reference.find()) {
                        found.add(reference.group(1) == null ? reference.group(2) : reference.group(1));
                    }
                }
            }
        }
        return found;
    }

    @Test
    void shouldServeThePageAndAllThatItRefersToWithoutAuthentication() {
        assertThat(file("").body()).isEqualTo(file("index.html").body()).contains("<title>Relay control</title>");
        Set<String> files = files();
        assertThat(files).contains("main.js", "console.css", "strings.js", "map.js", "icon.svg").hasSizeGreaterThan(15);
        files.forEach(name -> assertThat(file(name).statusCode()).as(name).isEqualTo(200));
        assertThat(webadmin.sendPlain("GET", "/relaycontrol/status", null).statusCode()).isEqualTo(401);
    }

    @Test
    void shouldLetTheBrowserRunNothingElse() {
        for (String name : files()) {
            HttpResponse<String> response = file(name);
            String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
            assertThat(policy).as(name).startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .contains("frame-ancestors 'none'").doesNotContain("unsafe", "http", "*");
            assertThat(response.headers().firstValue("X-Content-Type-Options")).as(name).contains("nosniff");
        }
        assertThat(file("main.js").headers().firstValue("Content-Type").orElse("")).startsWith("text/javascript");
    }

    @Test
    void shouldParseNoHtmlAndAskNoOtherHost() {
        for (String name : files()) {
            assertThat(file(name).body().replace("http://www.w3.org/2000/svg", "")).as(name)
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage",
                    "http://", "https://");
        }
    }

    @Test
    void shouldKnowEveryTextItShows() {
        Set<String> known = KEY.matcher(file("strings.js").body()).results().map(match -> match.group(1)).collect(Collectors.toSet());
        Set<String> shown = new TreeSet<>();
        for (String name : files()) {
            TEXT.matcher(file(name).body()).results().forEach(match -> shown.add(match.group(1)));
        }
        assertThat(shown).hasSizeGreaterThan(100);
        assertThat(known).containsAll(shown);
    }

    @Test
    void shouldOfferEveryReasonToRefuse() {
        String script = file("refusals.js").body();

        assertThat(DecidedBy.values()).filteredOn(reason -> reason.verdict() != Verdict.PERMIT)
            .allSatisfy(reason -> assertThat(script).contains('"' + reason.toString() + '"'));
    }

    @Test
    void shouldHaveItsTextsInOneFile() {
        for (String name : files()) {
            if (name.endsWith(".js") && !name.equals("strings.js")) {
                String withoutComments = file(name).body().replaceAll("(?m)^ *(//|/?\\*).*$", "");
                assertThat(SENTENCE.matcher(withoutComments).results().map(MatchResult::group)).as(name).isEmpty();
            }
        }
    }

    @Test
    void shouldTellTheBrowserThatNothingHasChanged() {
        String tag = file("main.js").headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = webadmin.sendPlain("GET", BASE + "main.js", null, "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void shouldLeadToTheSlash() {
        HttpResponse<String> response = webadmin.sendPlain("GET", "/relaycontrol/console", null);
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).contains("console/");
    }
}
