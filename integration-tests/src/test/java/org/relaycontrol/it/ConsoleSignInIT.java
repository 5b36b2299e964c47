package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Browser;
import org.relaycontrol.it.harness.ConsolePage;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.TokenIssuer;

/** The console where webadmin asks for a token: typed once, kept for the browser session, gone at sign-out. */
class ConsoleSignInIT {
    private static final String STORAGE = "return JSON.stringify(sessionStorage);";

    private static final Resources RESOURCES = new Resources();
    private static final TokenIssuer ISSUER = TokenIssuer.create();

    private static Browser browser;
    private static RelayServer server;
    private static ConsolePage page;

    @BeforeAll
    static void start() {
        browser = RESOURCES.add(Browser.start());
        server = RESOURCES.add(RelayServer.sample("mx-gateway", "console-sign-in")
            .nextHop("mail.robichaux.net", "127.0.0.1:1")
            .conf(conf -> conf.replace("relaycontrol.xml", "    <routing>",
                "    <routing>\n      <domains managed=\"customers.txt\" action=\"relay\"/>"))
            .conf(ISSUER.required())
            .start());
        page = new ConsolePage(browser, server.admin().base());
    }

    @AfterAll
    static void stop() {
        RESOURCES.close();
    }

    @Test
    void shouldAskForATokenOnceAndForgetItAtSignOut() {
        page.load("routing");
        page.awaitText("James's webadmin asks for authentication");
        assertThat(browser.accessibilityFaults()).isEmpty();
        page.type("Token or password", "not a token").press("Sign in").awaitText("The server did not accept that");
        page.type("Token or password", ISSUER.token("mallory@ratest.com", false)).press("Sign in")
            .awaitText("The server did not accept that");
        page.type("Token or password", TokenIssuer.create().token("carol@ratest.com", true)).press("Sign in")
            .awaitText("The server did not accept that");

        String token = ISSUER.token("carol@ratest.com", true);
        page.type("Token or password", token).press("Sign in").awaitNoDialog().awaitRow("ratest.com", "inbound");
        assertThat((String) browser.run(STORAGE)).contains(token);
        assertThat(browser.run("return localStorage.length + document.cookie.length;")).isEqualTo(0L);
        assertThat(browser.run("return document.documentElement.outerHTML + location.href;").toString()).doesNotContain(token);

        page.press("Add a domain").type("Domain", "signed.example").press("Review the change").awaitText("Gain:").press("Save")
            .awaitNoDialog();
        assertThat(server.awaitPackLog(0, "Managed list customers.txt: put signed.example")).contains("by carol@ratest.com");

        page.open("status").awaitText("Changes here").awaitNoText("asks for authentication");
        HttpResponse<String> other = server.admin().request("GET", "/relaycontrol/status", "");
        assertThat(other.statusCode()).as("nobody else is signed in").isEqualTo(401);

        page.press("Sign out").awaitText("James's webadmin asks for authentication");
        assertThat((String) browser.run(STORAGE)).isEqualTo("{}");
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.hostsAsked()).containsExactly(server.admin().base().substring("http://".length()));
    }

    /** A token that is not valid any more is asked for anew, and nothing that was typed meanwhile is lost. */
    @Test
    void shouldAskAgainWhenTheTokenIsNoLongerAccepted() {
        page.load("routing");
        browser.run("sessionStorage.clear(); location.reload();");
        page.awaitText("James's webadmin asks for authentication").type("Token or password", ISSUER.token("carol@ratest.com", true))
            .press("Sign in")
            .awaitNoDialog().press("Add a domain").type("Domain", "typed.example");
        browser.run("sessionStorage.setItem('relaycontrol.credentials', JSON.stringify({ Authorization: 'Bearer expired' }));");
        page.press("Review the change").awaitText("asks for authentication")
            .type("Token or password", ISSUER.token("carol@ratest.com", true))
            .press("Sign in").awaitText("This is what the change means").awaitText("typed.example").press("Cancel").awaitNoDialog();
        browser.run("sessionStorage.clear();");
    }
}
