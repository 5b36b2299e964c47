package org.relaycontrol.it;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Browser;
import org.relaycontrol.it.harness.ConsolePage;
import org.relaycontrol.it.harness.RelayServer;

/**
 * How long the console takes with a million domains, as the browser's user sees it: from the navigation until rows are shown, and from a
 * key until the rows are those of the search (the page waits 120 ms after the last key). Not part of the build:
 * {@code mvn verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ConsoleBench
 * -Dfailsafe.failIfNoSpecifiedTests=false}.
 */
class ConsoleBench {
    private static final int DOMAINS = 1_000_000;
    private static final int ROUNDS = 11;
    /** Until the frame in which the rows are painted begins. */
    private static final String WATCH_ROWS = "const rows = new MutationObserver(() => { if (document.querySelector('main tbody tr')) {"
        + " rows.disconnect(); requestAnimationFrame(() => { window.relaycontrolShown = performance.now(); }); } });"
        + " rows.observe(document, { childList: true, subtree: true });";
    private static final String SEARCH = "const [text, done] = arguments; const search = document.querySelector('input[type=search]');"
        + "const start = performance.now(); search.value = text; search.dispatchEvent(new Event('input', { bubbles: true }));"
        + "const watch = () => document.querySelector('main tbody tr td')?.innerText.includes(text) ? done(performance.now() - start)"
        + " : requestAnimationFrame(watch); watch();";

    @Test
    void shouldTellHowLongAMillionDomainsTake() {
        StringBuilder domains = new StringBuilder();
        for (int i = 0; i < DOMAINS; i++) {
            domains.append("d").append(i).append(".customer-").append(i % 1000).append(".example\n");
        }
        try (Browser browser = Browser.start();
                RelayServer server = RelayServer.sample("mx-gateway", "console-million")
                    .nextHop("mail.robichaux.net", "127.0.0.1:1")
                    .conf(conf -> conf
                        .replace("relaycontrol.xml", "    <routing>",
                            "    <routing>\n      <domains file=\"million.txt\" action=\"relay\"/>")
                        .write("million.txt", domains.toString()))
                    .options("-Xmx1g")
                    .start()) {
            browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", WATCH_ROWS));
            ConsolePage page = new ConsolePage(browser, server.admin().base());
            page.open("routing");
            System.out.println("first page, first request to this James: " + Math.round(shown(browser)) + " ms");
            tell("first page", () -> {
                page.open("routing");
                return shown(browser);
            });
            for (String text : List.of("d999", "d12345", "er-77.")) {
                tell("search for " + text, () -> {
                    search(browser, "spam");
                    return search(browser, text);
                });
            }
        }
    }

    private static double search(Browser browser, String text) {
        return ((Number) browser.driver().executeAsyncScript(SEARCH, text)).doubleValue();
    }

    private static double shown(Browser browser) {
        return ((Number) browser.await(() -> browser.run("return window.relaycontrolShown;"), time -> true, () -> "rows")).doubleValue();
    }

    private static void tell(String what, DoubleSupplier milliseconds) {
        double[] times = DoubleStream.generate(milliseconds).limit(ROUNDS).sorted().toArray();
        System.out.printf("%s: median %.0f ms, %.0f to %.0f ms in %d rounds%n",
            what, times[ROUNDS / 2], times[0], times[ROUNDS - 1], ROUNDS);
    }
}
