package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

/**
 * A headless Chromium with a fresh profile, as Debian has it. It knows no host but 127.0.0.1. What its pages asked for, what was kept from
 * them by their Content-Security-Policy and what went wrong in their scripts is kept for the test to see.
 */
public final class Browser implements AutoCloseable {
    private static final Pattern REQUESTED = Pattern.compile(
        "\"method\":\"Network\\.requestWillBeSent\".*?\"request\":\\{.*?\"url\":\"([^\"]*)\"");
    private static final String WATCH = "window.relaycontrolViolations = [];"
        + "document.addEventListener('securitypolicyviolation', event => window.relaycontrolViolations.push("
        + "event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));"
        + "window.relaycontrolErrors = [];"
        + "window.addEventListener('error', event => window.relaycontrolErrors.push(String(event.message)));"
        + "window.addEventListener('unhandledrejection', event => window.relaycontrolErrors.push(String(event.reason)));"
        + "for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {"
        + "  window[name] = text => { window.relaycontrolErrors.push(`${name}(${text})`); };"
        + "}";

    private final Path profile;
    private final ChromeDriver driver;
    private final List<String> requests = new ArrayList<>();

    private Browser(Path profile, ChromeDriver driver) {
        this.profile = profile;
        this.driver = driver;
    }

    /** Starts Chromium. Where it is not installed the test is skipped, or fails in CI. */
    public static Browser start() {
        Path chromium = Programs.require("chromium", "chromium");
        Path driver = Programs.require("chromedriver", "chromium-driver");
        Path profile = PeerProcess.newFolder("relaycontrol-browser");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
            "--hide-scrollbars", "--force-color-profile=srgb", "--user-data-dir=" + profile.resolve("profile"),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
        options.setCapability("goog:loggingPrefs", Map.of(LogType.PERFORMANCE, "ALL", LogType.BROWSER, "ALL"));
        ChromeDriverService service = new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.toFile())
            .usingAnyFreePort()
            .withEnvironment(Map.of("HOME", profile.toString(), "TZ", "UTC", "LANG", "C.UTF-8"))
            .withSilent(true)
            .build();
        Browser browser = new Browser(profile, new ChromeDriver(service, options));
        browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", WATCH));
        browser.size(1200, 900);
        return browser;
    }

    /** What drives it. */
    public ChromeDriver driver() {
        return driver;
    }

    /** A command of the Chrome DevTools Protocol. */
    public Map<String, Object> command(String name, Map<String, Object> parameters) {
        return driver.executeCdpCommand(name, parameters);
    }

    /** Makes the page so many CSS pixels wide and high. */
    public void size(int width, int height) {
        command("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What the page is told its user prefers, {@code light} or {@code dark}, and at once: colors that still change cannot be judged. */
    public void theme(String scheme) {
        command("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme),
            Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Runs a script as the body of a function and returns what it returns. */
    public Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Runs a script that returns a truth. */
    public boolean holds(String script, Object... arguments) {
        return Boolean.TRUE.equals(run("return Boolean((function () {" + script + "}).apply(null, arguments));", arguments));
    }

    /** Waits for a value that satisfies a condition, while the page may be changing. */
    public <T> T await(Callable<T> value, Predicate<T> condition, Supplier<String> what) {
        return RelayServer.await(() -> {
            try {
                return value.call();
            } catch (WebDriverException e) {
                // What was looked at is gone: the page has drawn it anew.
                return null;
            }
        }, got -> got != null && condition.test(got), () -> what.get() + "; the page says: " + text());
    }

    /** All that the page shows as text. */
    public String text() {
        return String.valueOf(run("return document.body.innerText;"));
    }

    /** The hosts, with ports, that pages of this browser have asked for something since it started. */
    public List<String> hostsAsked() {
        driver.manage().logs().get(LogType.PERFORMANCE).getAll().forEach(entry -> {
            Matcher matcher = REQUESTED.matcher(entry.getMessage());
            if (matcher.find()) {
                requests.add(matcher.group(1));
            }
        });
        return requests.stream().map(url -> URI.create(url.replaceAll("[?#].*", ""))).filter(url -> url.getScheme().startsWith("http"))
            .map(URI::getAuthority).filter(Objects::nonNull).distinct().collect(Collectors.toList());
    }

    /** What the page's Content-Security-Policy has refused, script errors, and dialogs of scripts, since the page was loaded. */
    public List<String> complaints() {
        List<String> all = new ArrayList<>();
        ((List<?>) run("return [...window.relaycontrolViolations, ...window.relaycontrolErrors];"))
            .forEach(one -> all.add(String.valueOf(one)));
        driver.manage().logs().get(LogType.BROWSER).getAll().stream()
            // A request that is answered with 401 or 412 is no fault of the page.
            .filter(entry -> !entry.getMessage().contains("Failed to load resource"))
            .forEach(entry -> all.add(entry.getMessage()));
        return all;
    }

    /** What axe-core finds on the page that has at least serious impact, one text for each rule that is broken. */
    public List<String> accessibilityFaults() {
        if (!holds("return window.axe;")) {
            run(axe());
        }
        Object found = driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
            + "axe.run(document, { resultTypes: ['violations'] })"
            + ".then(result => done(result.violations"
            + ".filter(one => one.impact === 'serious' || one.impact === 'critical')"
            + ".map(one => `${one.id} (${one.impact}): `"
            + " + one.nodes.map(node => `${node.target.join(' ')} ${node.failureSummary}`).join('; '))),"
            + " error => done(['axe-core: ' + error]));");
        return ((List<?>) found).stream().map(String::valueOf).collect(Collectors.toList());
    }

    private static String axe() {
        try (InputStream source = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(source).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes what is seen, as PNG. */
    public void screenshot(Path file) {
        try {
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends Chromium and deletes its profile. */
    @Override
    public void close() {
        try {
            driver.quit();
        } catch (WebDriverException e) {
            // A busy machine: ChromeDriver did not end in time. Selenium has killed it.
            System.out.println("ChromeDriver: " + e.getMessage());
        }
        RelayServer.await(this::deletesProfile, deleted -> deleted, () -> "Chromium to let go of " + profile);
    }

    private boolean deletesProfile() {
        try {
            PeerProcess.delete(profile);
            return true;
        } catch (UncheckedIOException e) {
            // A process of Chromium still writes there.
            return false;
        }
    }
}
