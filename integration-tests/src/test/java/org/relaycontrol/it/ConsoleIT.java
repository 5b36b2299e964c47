package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.relaycontrol.it.harness.Browser;
import org.relaycontrol.it.harness.ConsolePage;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/** The console of a stock James in a headless Chromium: what its user sees and does, and what SMTP makes of it. */
class ConsoleIT {
    private static final String STRANGER = "127.51.100.7";
    private static final String API = "/relaycontrol/";
    private static final String LIST = "<img src=x onerror=alert(1)>.txt";
    private static final String MARKUP = "<img src=x onerror=alert(2)>";
    private static final String WRITES = "  <webadmin unauthenticatedWrites='true'/>";
    private static final String POLICY = String.join("\n",
        "<relaycontrol>",
        WRITES,
        "  <routing>",
        "    <domain name='ratest.com' action='inbound'/>",
        "    <domain name='robichaux.net' action='relay' nextHop='127.0.0.1:1'/>",
        "    <domain name='spam.example' action='reject' reply='" + escaped(MARKUP) + "'/>",
        "    <domains managed='customers.txt' action='relay' nextHop='127.0.0.1:1'/>",
        "    <domain name='checked.example' action='relay' nextHop='127.0.0.1:1' recipients='known.txt'/>",
        "  </routing>",
        "  <policy name='mx'>",
        "    <connections mode='allExcept'><network>127.113.0.0/24</network></connections>",
        "    <restrictions>",
        "      <clients>",
        "        <network>127.168.1.0/24</network>",
        "        <network>8.8.8.0/24</network>",
        "        <networks file='" + escaped(LIST) + "'/>",
        "        <networks managed='clients.txt'/>",
        "      </clients>",
        "      <never><networks managed='never.txt'/></never>",
        "    </restrictions>",
        "  </policy>",
        "  <policy name='submission' listeners='127.0.0.9:*'>",
        "    <restrictions><authenticated required='true'/></restrictions>",
        "  </policy>",
        "</relaycontrol>");
    private static final List<String> VIEWS = List.of("routing", "restrictions?policy=mx",
        "try?client=" + STRANGER + "&client_host=-&recipient=x@else.example", "refusals", "status");

    private static final Resources RESOURCES = new Resources();

    private static Browser browser;
    private static RelayServer server;
    private static ConsolePage page;

    @BeforeAll
    static void start() {
        browser = RESOURCES.add(Browser.start());
        server = RESOURCES.add(RelayServer.sample("mx-gateway", "console")
            .policy(POLICY)
            .conf(conf -> conf.write(LIST, "127.9.9.9\n127.168.1.0/24\n").write("known.txt", "ann\nbob\n"))
            .start());
        page = new ConsolePage(browser, server.admin().base());
        rcpt("x@spam.example");
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @BeforeEach
    void lookAsUsual() {
        browser.size(1200, 900);
        browser.theme("light");
    }

    /** Whatever a test does: nothing is refused by the page's Content-Security-Policy, no script fails, no other host is asked. */
    @AfterEach
    void shouldKeepToItself() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.hostsAsked()).containsExactly(server.admin().base().substring("http://".length()));
        assertThat(browser.holds("return document.querySelector('img[src=\"x\"], script:not([src])');")).isFalse();
    }

    private static String escaped(String text) {
        return text.replace("<", "&lt;");
    }

    private static String rcpt(String recipient) {
        return rcpt(STRANGER, recipient);
    }

    private static String rcpt(String client, String recipient) {
        try (SmtpClient stranger = server.client(client)) {
            stranger.mail("someone@elsewhere.example");
            return stranger.rcpt(recipient).toString();
        }
    }

    private static HttpResponse<String> ask(String method, String path, String body, String... headers) {
        return server.admin()
            .request(method, API + path, body, headers.length > 0 ? headers : new String[] {"Content-Type", "application/json"});
    }

    /** What another administrator does. */
    private static void put(String domain, String body) {
        String tag = ask("GET", "policies/mx/domains/" + domain, "").headers().firstValue("ETag").orElse(null);
        HttpResponse<String> answer = tag == null ? ask("PUT", "policies/mx/domains/" + domain, body)
            : ask("PUT", "policies/mx/domains/" + domain, body, "Content-Type", "application/json", "If-Match", tag);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    }

    @Test
    void shouldShowTheRoutingListAndSearchAsOneTypes() {
        put("search.example", "{}");
        page.open("routing").awaitRow("ratest.com", "and below", "inbound", "relaycontrol.xml:4")
            .awaitRow("search.example", "customers.txt")
            .type("Search", "robich").awaitNoText("ratest.com").awaitRow("robichaux.net", "127.0.0.1:1")
            .type("Search", "arch.ex").awaitRow("search.example")
            .type("Search", "nothing.of.this").awaitText("No entry");

        page.type("Search", "deep.below.search.example").awaitText("search.example covers deep.below.search.example: action relay")
            .awaitRow("search.example");
    }

    @Test
    void shouldAddChangeAndRemoveADomain() {
        assertThat(rcpt("x@new.example")).startsWith("550 5.7.1 Unable to relay");

        page.open("routing").press("Add a domain").type("Domain", "new.example").choose("Expires", "2037-01-31T18:00")
            .press("Review the change")
            .awaitText("This is what the change means").awaitText("Strangers gain something").awaitText("domains under new.example");
        assertThat(rcpt("x@new.example")).as("nothing is saved yet").startsWith("550 ");
        page.press("Save").awaitNoDialog().awaitRow("new.example", "2037");
        assertThat(rcpt("x@new.example")).startsWith("250 ");
        assertThat(server.conf().read("customers.txt")).contains("new.example", "expires=2037-01-31T18:00:00Z");

        page.press("Edit new.example").choose("Action", "reject").type("Reply", "moved away").press("Review the change").awaitText("Lose:")
            .press("Save").awaitNoDialog().awaitRow("new.example", "reject", "moved away");
        assertThat(rcpt("x@new.example")).isEqualTo("550 5.7.1 moved away");

        page.press("Remove new.example").awaitText("domain-rejected").press("Save").awaitNoDialog().awaitNoText("new.example");
        assertThat(rcpt("x@new.example")).startsWith("550 5.7.1 Unable to relay");
    }

    @Test
    void shouldSayWhatIsWrongWithAnEdit() {
        page.open("routing").press("Add a domain").press("Review the change").awaitText("Enter a domain")
            .type("Domain", "*.x.example").press("Review the change").awaitText("x.example")
            .press("Back");
        assertThat(page.value("Domain")).isEqualTo("*.x.example");
        page.type("Domain", "past.example").choose("Expires", "2020-01-01T00:00").press("Review the change").awaitText("has passed")
            .press("Cancel").awaitNoDialog();
    }

    @Test
    void shouldShowAndChangeHowRecipientsAreVerified() {
        page.open("routing").awaitRow("checked.example", "2").press("Add a domain").type("Domain", "asked.example")
            .choose("Recipients are verified", "callout").press("Review the change").awaitText("This is what the change means")
            .press("Save").awaitNoDialog().awaitRow("asked.example", "callout");
        assertThat(server.conf().read("customers.txt")).contains("asked.example match=subtree verify=callout");
        page.press("Edit asked.example").choose("Recipients are verified", "ldap").type("Directory", "nowhere").press("Review the change")
            .awaitText("nowhere").press("Cancel").awaitNoDialog();

        page.open("try").type("Client", STRANGER).type("Recipient", "x@asked.example").press("Decide").awaitText("relay-domain")
            .choose("The recipient exists", "no").press("Decide").awaitText("recipient-unknown")
            .choose("The recipient exists", "unknown").press("Decide").awaitText("verifyOnFailure is accept");
        page.open("routing").press("Edit asked.example").choose("Action", "reject").press("Review the change").awaitText("Lose:")
            .press("Save").awaitNoDialog().awaitRow("asked.example", "reject");
        assertThat(server.conf().read("customers.txt")).contains("asked.example match=subtree action=reject\n");

        assertThat(rcpt("nobody@checked.example")).startsWith("550 5.1.1 ");
        page.open("refusals?recipient=nobody@checked").awaitRow("recipient-unknown", "nobody@checked.example").press("Allow this…")
            .awaitText("was not found there").press("Cancel").awaitNoDialog();
    }

    @Test
    void shouldForgetAnEntryThatExpires() {
        put("short.example", "{}");
        page.open("routing").awaitRow("short.example");
        String tag = ask("GET", "policies/mx/domains/short.example", "").headers().firstValue("ETag").orElseThrow();
        ask("PUT", "policies/mx/domains/short.example?expires=" + Instant.now().plusSeconds(2), "{}", "Content-Type", "application/json",
            "If-Match", tag);
        RelayServer.await(() -> rcpt("x@short.example"), reply -> reply.startsWith("550 "), () -> "the entry to expire");
        page.open("routing").awaitRow("ratest.com").awaitNoText("short.example");
    }

    @Test
    void shouldTellTwoAdministratorsOfEachOther() {
        put("both.example", "{\"next_hop\":\"127.0.0.1:2\",\"allow_sender_specified_routing\":true}");
        page.open("routing").press("Edit both.example");
        assertThat(page.value("Next hop")).isEqualTo("127.0.0.1:2");
        put("both.example", "{\"next_hop\":\"127.0.0.1:3\",\"allow_sender_specified_routing\":true}");

        page.type("Next hop", "127.0.0.1:4").press("Review the change")
            .awaitText("Somebody else has changed this entry since you opened it")
            .awaitText("next_hop=127.0.0.1:3").awaitText("via 127.0.0.1:4");
        put("both.example", "{\"next_hop\":\"127.0.0.1:5\",\"allow_sender_specified_routing\":true}");
        page.press("Save").awaitText("Somebody else has changed the list in the meantime. Nothing was saved.");
        assertThat(server.conf().read("customers.txt")).contains("nextHop=127.0.0.1:5");

        page.press("Compare again").awaitText("next_hop=127.0.0.1:5").press("Save").awaitNoDialog().awaitRow("both.example", "127.0.0.1:4");
        assertThat(server.conf().read("customers.txt")).as("what the form does not show").contains("nextHop=127.0.0.1:4")
            .contains("allowSenderSpecifiedRouting=true");

        page.press("Add a domain").type("Domain", "both.example").press("Review the change")
            .awaitText("There is an entry of this name already")
            .press("Cancel").awaitNoDialog();
        page.press("Remove both.example").awaitText("Save");
        put("both.example", "{}");
        page.press("Save").awaitText("Nothing was saved").press("Compare again").awaitText("Somebody else has changed").press("Save")
            .awaitNoDialog()
            .awaitNoText("both.example");
    }

    @Test
    void shouldShowAndChangeTheRestrictions() {
        assertThat(rcpt("127.168.1.66", "x@else.example")).startsWith("250 ");
        page.open("restrictions?policy=mx").awaitText("Only these may relay:").awaitText("127.168.1.0/24")
            .awaitText("All may connect, except these:")
            .awaitRow("8.0.0.0/8", "< 0.1 %");
        assertThat(browser.run("return document.querySelectorAll('rect.open').length")).as("strangers that may relay are red")
            .isEqualTo(1L);

        page.press("8.0.0.0/8").awaitRow("8.8.0.0/16").press("IPv6").awaitText("Nobody may relay");
        browser.run("[...document.querySelectorAll('section')].find(one => one.querySelector('h3')?.textContent.startsWith('Never'))"
            + ".querySelector('button').click()");
        page.type("Network", "127.168.1.66").press("Review the change").awaitText("Lose: 127.168.1.66").press("Save").awaitNoDialog()
            .awaitText("never.txt:1");
        assertThat(rcpt("127.168.1.66", "x@else.example")).startsWith("550 ");

        page.press("Remove 127.168.1.66").awaitText("Gain: 127.168.1.66").press("Save").awaitNoDialog();
        assertThat(rcpt("127.168.1.66", "x@else.example")).startsWith("250 ");
    }

    @Test
    void shouldSayWhatWouldBeAnsweredAndLeadToTheLine() {
        page.open("try").press("Decide").awaitText("This is needed.")
            .type("Client", "127.168.1.5").type("Recipient", "x@sub.robichaux.net").press("Decide").awaitText("relay-domain")
            .awaitRow("3", "robichaux.net covers sub.robichaux.net", "relaycontrol.xml:5")
            .press("relaycontrol.xml:5").awaitText("robichaux.net covers");
        awaitMarked("tr", "robichaux.net");

        page.open("try").type("Client", "127.168.1.5").type("Recipient", "x@else.example").press("Decide").awaitText("client-listed")
            .press("relaycontrol.xml:14").awaitText("What covers 127.168.1.5:");
        awaitMarked("li", "127.168.1.0/24");

        page.open("try").type("Client", "not an address").type("Recipient", "x@else.example").press("Decide").awaitText("not an address");
    }

    private static void awaitMarked(String element, String text) {
        browser.await(() -> browser.run("return document.querySelector(arguments[0] + '.hit')?.innerText", element),
            line -> line.toString().contains(text), () -> "a marked line with " + text);
    }

    @Test
    void shouldShowRefusalsAsTheyHappenAndAllowThem() {
        page.open("refusals?reason=not-permitted").awaitText("Pause");
        rcpt("bob@wanted.example");
        page.awaitRow("not-permitted", STRANGER, "bob@wanted.example", "from someone@elsewhere.example", "mx");
        rcpt("x@spam.example");
        page.type("Recipient", "wanted").awaitRow("bob@wanted.example").press("Why?").awaitText("How it was decided")
            .awaitText("nothing permits it");

        page.open("refusals?recipient=wanted").press("Allow this…").press("Everybody may send to wanted.example");
        assertThat(page.value("Domain")).isEqualTo("wanted.example");
        page.press("Review the change").awaitText("Gain:").awaitText("wanted.example itself").press("Save").awaitNoDialog();
        assertThat(rcpt("bob@wanted.example")).startsWith("250 ");

        page.open("refusals?recipient=wanted").press("Allow this…").press(STRANGER + " may relay anywhere").press("Review the change")
            .awaitText("Gain: " + STRANGER).press("Cancel").awaitNoDialog();
        assertThat(rcpt("x@else.example")).startsWith("550 ");
    }

    @Test
    void shouldShowTheStatus() {
        page.open("status").awaitText("Decisions by reason in the last hour").awaitText("domain-rejected").awaitText("customers.txt")
            .awaitText("There is no conf/relaycontrol.candidate.xml");
        try {
            server.conf().replace("relaycontrol.candidate.xml", POLICY.replace("<domain name='robichaux.net' action='relay'",
                "<domain name='robichaux.net' action='reject'").replace("reject' nextHop='127.0.0.1:1'", "reject'"));
            page.awaitText("What it would decide differently").awaitText("Lose: every client").awaitText("robichaux.net");

            server.conf().replace("relaycontrol.xml", POLICY.replace("action='inbound'", "action='inbuond'"));
            page.awaitText("The last load was refused").awaitText("relaycontrol.xml:4:").awaitText("last load failed");
            page.press("Reload now").awaitText("inbuond");
        } finally {
            server.conf().replace("relaycontrol.xml", POLICY);
            server.conf().delete("relaycontrol.candidate.xml");
        }
        page.awaitNoText("The last load was refused").awaitText("There is no conf/relaycontrol.candidate.xml");
    }

    /** Markup is shown as the text it is, wherever it comes from: files, their names, SMTP, the page's own address and its fields. */
    @Test
    void shouldShowMarkupAsText() {
        rcpt("\"<svg/onload=alert(3)>\"@else.example");
        rcpt("a%<script>@else.example");
        page.open("routing").awaitRow("spam.example", MARKUP).type("Search", MARKUP).awaitText(MARKUP);
        page.open("restrictions?policy=mx").awaitText(LIST);
        page.open("status").awaitText(LIST);
        page.open("refusals?reason=not-permitted").awaitRow("<svg/onload=alert(3)>");
        page.press("Why?").awaitText("nothing permits it");
        page.open("try");
        for (String field : List.of("Client", "Connects to", "Authenticated as", "Client's host name", "Sender", "Recipient")) {
            page.type(field, MARKUP);
        }
        page.press("Decide").awaitText(MARKUP);
        page.open("try?client=" + STRANGER + "&client_host=-&recipient=x@spam.example").awaitText("550 5.7.1 " + MARKUP);
        page.open("refusals").type("Client", MARKUP).awaitText(MARKUP);
        page.open("refusals").type("Recipient", MARKUP).awaitText("Nothing has been refused");
        page.open("routing?policy=" + MARKUP.replace(" ", "%20") + "&q=" + MARKUP.replace(" ", "%20")).awaitText(MARKUP);

        for (String field : List.of("Domain", "Next hop", "Named next hop")) {
            page.open("routing").press("Add a domain").type("Domain", "markup.example").choose("Action", "route")
                .type(field, MARKUP).press("Review the change").awaitText("Back").awaitText("img");
        }
        page.open("routing").press("Add a domain").type("Domain", "markup.example").choose("Action", "reject").type("Reply", MARKUP)
            .press("Review the change").awaitText("domain-rejected").press("Save").awaitNoDialog().awaitRow("markup.example", MARKUP);
        assertThat(rcpt("x@markup.example")).isEqualTo("550 5.7.1 " + MARKUP);
        page.press("Edit markup.example");
        assertThat(page.value("Reply")).isEqualTo(MARKUP);
        page.press("Cancel").awaitNoDialog();
        page.open("restrictions?policy=mx").press("Add a network").type("Network", MARKUP).press("Review the change").awaitText("img");
    }

    @Test
    void shouldBeUsableWithTheKeyboardAlone() {
        page.open("routing").awaitRow("ratest.com").tabTo("Skip to content").keys(Keys.ENTER);
        assertThat(browser.holds("return document.activeElement.id === 'main';")).isTrue();
        page.tabTo("Add a domain").keys(Keys.ENTER);
        assertThat(page.focused()).isEqualTo("Domain");
        page.keys(Keys.ESCAPE).awaitNoDialog();
        assertThat(page.focused()).as("the focus is back").isEqualTo("Add a domain");
        page.keys(Keys.ENTER).keys("keys.example").keys(Keys.ENTER).awaitText("This is what the change means");
        assertThat(page.focused()).isEqualTo("Save");
        page.keys(Keys.ENTER).awaitNoDialog().awaitRow("keys.example");
        assertThat(rcpt("x@keys.example")).startsWith("250 ");

        page.open("routing").tabTo("Restrictions").keys(Keys.ENTER).awaitText("Who may relay, at a glance");
        browser.await(() -> browser.holds("return document.querySelector('rect');"), drawn -> drawn, () -> "the map");
        browser.await(() -> {
            page.tabTo("0.0.0.0/8: may not relay");
            return true;
        }, there -> there, () -> "the map in the order of focus");
        page.keys(Keys.ARROW_RIGHT);
        assertThat(page.focused()).startsWith("1.0.0.0/8:");
        page.keys(Keys.ENTER).awaitText("Who may relay in 1.0.0.0/8");
    }

    @Test
    void shouldFitANarrowPage() {
        browser.size(360, 740);
        for (String view : VIEWS) {
            page.open(view);
            assertThat(browser.run("return document.documentElement.scrollWidth;")).as(view).isEqualTo(360L);
        }
        page.open("routing").press("Add a domain").type("Domain", "a-name-that-is-as-long-as-a-name-may-be-without-a-dot.example")
            .choose("Action", "route").press("Review the change").awaitText("This is what the change means");
        assertThat(browser.run("const dialog = document.querySelector('dialog'); return dialog.scrollWidth - dialog.clientWidth;"))
            .isEqualTo(0L);
        page.press("Cancel").awaitNoDialog();
    }

    @Test
    void shouldHaveNoSeriousFaultOfAccessibility() {
        for (String view : VIEWS) {
            page.open(view);
            assertAccessible(view);
        }
        page.open("routing").press("Add a domain").type("Domain", "axe.example").press("Review the change").awaitText("Gain:");
        assertAccessible("dialog");
    }

    private static void assertAccessible(String view) {
        browser.theme("light");
        assertThat(browser.accessibilityFaults()).as(view).isEmpty();
        browser.theme("dark");
        assertThat(browser.accessibilityFaults()).as(view + ", dark").isEmpty();
    }

    @Test
    void shouldBeReadOnlyWithoutAuthentication() {
        try {
            server.conf().replace("relaycontrol.xml", POLICY.replace(WRITES, ""));
            awaitMayChange(false);
            assertThat(ask("PUT", "policies/mx/domains/readonly.example", "{}").statusCode()).isEqualTo(403);
            page.open("routing").awaitText("Read only").awaitRow("ratest.com").awaitNoText("Add a domain").awaitNoText("Remove");
            page.open("restrictions?policy=mx").awaitText("Read only").awaitNoText("Add a network");
            page.open("refusals").awaitText("Why?").awaitNoText("Allow this");
            page.open("status").awaitText("no: webadmin has no authentication").awaitNoText("Reload now");
        } finally {
            server.conf().replace("relaycontrol.xml", POLICY);
            awaitMayChange(true);
        }
    }

    private static void awaitMayChange(boolean allowed) {
        RelayServer.await(() -> ask("GET", "status", "").body(), status -> status.contains("\"may_change\":" + allowed),
            () -> "a policy that says whether writes are allowed: " + allowed);
    }
}
