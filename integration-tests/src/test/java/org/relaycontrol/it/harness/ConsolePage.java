package org.relaycontrol.it.harness;

import java.util.List;
import java.util.stream.Collectors;

import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/**
 * The console in a browser, as its user sees it: controls are found by their labels, in the open dialog if there is one. Whatever is looked
 * for is waited for.
 */
public final class ConsolePage {
    private static final String IN_SCOPE = "const scope = [...document.querySelectorAll('dialog[open]')].pop() ?? document;"
        + "const seen = node => node.getClientRects().length > 0;";
    private static final String BUTTON = IN_SCOPE
        + "return [...scope.querySelectorAll('button, a, summary, [role=button]')].find(node => seen(node)"
        + " && !node.disabled && (node.getAttribute('aria-label') ?? node.textContent).trim() === arguments[0]);";
    private static final String FIELD = IN_SCOPE + "const label = [...scope.querySelectorAll('label')].find(node => seen(node)"
        + " && node.firstChild.textContent.trim() === arguments[0]); return label && document.getElementById(label.htmlFor);";
    private static final String ROWS = "return [...document.querySelectorAll('main tbody tr')]"
        + ".map(row => row.innerText.replace(/\\s+/g, ' ').trim());";

    private final Browser browser;
    private final String address;

    /**
     * The console of a server.
     *
     * @param base where webadmin answers
     */
    public ConsolePage(Browser browser, String base) {
        this.browser = browser;
        this.address = base + "/relaycontrol/console/";
    }

    /** Loads the page anew and shows a view, like {@code routing} or {@code try?client=192.0.2.1}. */
    public ConsolePage open(String view) {
        load(view);
        browser.await(() -> browser.holds("return document.documentElement.dataset.ready;"), ready -> ready, () -> "a page that is ready");
        return this;
    }

    /** Loads the page anew, without waiting for what it shows. */
    public void load(String view) {
        browser.driver().get("about:blank");
        browser.driver().get(address + "#/" + view);
    }

    /** Waits until the page, or its open dialog, shows this text. */
    public ConsolePage awaitText(String text) {
        browser.await(this::text, shown -> shown.contains(text), () -> "the text: " + text);
        return this;
    }

    /** Waits until the page, or its open dialog, does not show this text. */
    public ConsolePage awaitNoText(String text) {
        browser.await(this::text, shown -> !shown.contains(text), () -> "no more the text: " + text);
        return this;
    }

    /** Waits until no dialog is open. */
    public ConsolePage awaitNoDialog() {
        browser.await(() -> browser.holds("return !document.querySelector('dialog[open]');"), none -> none, () -> "no dialog");
        return this;
    }

    /** What the open dialog shows, or the whole page if none is open. */
    public String text() {
        return String.valueOf(browser.run("return ([...document.querySelectorAll('dialog[open]')].pop() ?? document.body).innerText;"));
    }

    /** The rows of the page's tables, each as one text. */
    public List<String> rows() {
        return ((List<?>) browser.run(ROWS)).stream().map(String::valueOf).collect(Collectors.toList());
    }

    /** Waits until some row has all of these texts. */
    public ConsolePage awaitRow(String... texts) {
        browser.await(this::rows, rows -> rows.stream().anyMatch(row -> List.of(texts).stream().allMatch(row::contains)),
            () -> "a row with " + List.of(texts));
        return this;
    }

    /** Presses a button or follows a link. */
    public ConsolePage press(String label) {
        browser.await(() -> {
            WebElement button = (WebElement) browser.run(BUTTON, label);
            if (button == null) {
                return false;
            }
            button.click();
            return true;
        }, pressed -> pressed, () -> "a button: " + label);
        return this;
    }

    /** Replaces what an input says, key by key. */
    public ConsolePage type(String label, String text) {
        browser.await(() -> {
            WebElement field = field(label);
            if (field == null) {
                return false;
            }
            field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE, text);
            return field.getDomProperty("value").equals(text);
        }, typed -> typed, () -> "an input: " + label);
        return this;
    }

    /** Chooses an option by its value, or sets a date and time. */
    public ConsolePage choose(String label, String value) {
        browser.await(() -> browser.holds("const field = (function () {" + FIELD + "}).apply(null, arguments[0]);"
            + "if (!field) { return false; }"
            + "field.value = arguments[1]; field.dispatchEvent(new Event('input', { bubbles: true }));"
            + "field.dispatchEvent(new Event('change', { bubbles: true })); return field.value === arguments[1];", List.of(label), value),
            chosen -> chosen, () -> "a choice " + value + " of " + label);
        return this;
    }

    /** What an input says. */
    public String value(String label) {
        return browser.await(() -> {
            WebElement field = field(label);
            return field == null ? null : field.getDomProperty("value");
        }, value -> true, () -> "an input: " + label);
    }

    private WebElement field(String label) {
        return (WebElement) browser.run(FIELD, label);
    }

    /** Presses keys, whatever has the focus. */
    public ConsolePage keys(CharSequence... keys) {
        browser.driver().switchTo().activeElement().sendKeys(keys);
        return this;
    }

    /** What the focused element is called. */
    public String focused() {
        return String.valueOf(browser.run("const node = document.activeElement;"
            + "return (node.getAttribute('aria-label') ?? node.labels?.[0]?.firstChild.textContent ?? node.textContent).trim();"));
    }

    /** Presses the tabulator key until the element of this name has the focus. */
    public ConsolePage tabTo(String label) {
        for (int i = 0; i < 60; i++) {
            if (focused().equals(label)) {
                return this;
            }
            keys(Keys.TAB);
        }
        throw new AssertionError("the tabulator key does not lead to " + label + "; the page says: " + text());
    }
}
