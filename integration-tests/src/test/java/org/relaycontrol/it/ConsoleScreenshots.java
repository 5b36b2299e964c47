package org.relaycontrol.it;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.relaycontrol.it.harness.Browser;
import org.relaycontrol.it.harness.ConsolePage;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;

/**
 * Takes the README's screenshots of the console, from a James whose clients come from where the PROXY protocol says. Not part of the build:
 * {@code mvn verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ConsoleScreenshots
 * -Dfailsafe.failIfNoSpecifiedTests=false}.
 */
class ConsoleScreenshots {
    private static final Path FOLDER = Distribution.samples().resolveSibling("james-extensions/src/site/console");
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 720;
    private static final String[] CLIENTS = {"192.0.2.17", "198.51.100.7", "198.51.100.23", "192.168.1.66", "203.0.113.9"};
    private static final String[] RECIPIENTS = {"bob@yahoo.example", "info@ratest.com", "x@spam.example", "alice@customer-001.example",
        "lottery%win.example@ratest.com", "eve@robichaux.net"};

    private static String policy(int submission) {
        return String.join("\n",
            "<relaycontrol>",
            "  <webadmin unauthenticatedWrites=\"true\"/>",
            "  <routing smartHost=\"smtp.isp.example:587\">",
            "    <domain name=\"ratest.com\" action=\"inbound\"/>",
            "    <domain name=\"huntsville.ratest.com\" action=\"inbound\"/>",
            "    <domain name=\"robichaux.net\" action=\"relay\" nextHop=\"mail.robichaux.net\" verify=\"callout\"/>",
            "    <domain name=\"partner.example\" action=\"route\" nextHop=\"10.0.0.9:2525\" match=\"exact\"/>",
            "    <domain name=\"spam.example\" action=\"reject\" reply=\"not wanted here\"/>",
            "    <domains managed=\"customers.txt\" action=\"relay\" nextHop=\"mx:hub.example\" verify=\"callout\"/>",
            "  </routing>",
            "  <policy name=\"mx\">",
            "    <connections mode=\"allExcept\"><network>203.0.113.0/24</network></connections>",
            "    <restrictions>",
            "      <authenticated/>",
            "      <clients>",
            "        <network>192.168.1.0/24</network>",
            "        <network>172.16.0.0/12</network>",
            "        <range>10.0.0.10-10.0.0.20</range>",
            "        <network>45.90.12.0/24</network>",
            "        <networks managed=\"clients.txt\"/>",
            "      </clients>",
            "      <never>",
            "        <network>192.168.1.66</network>",
            "        <user>mallory@ratest.com</user>",
            "      </never>",
            "    </restrictions>",
            "  </policy>",
            "  <policy name=\"submission\" listeners=\"*:" + submission + "\">",
            "    <restrictions><authenticated required=\"true\"/></restrictions>",
            "  </policy>",
            "</relaycontrol>");
    }

    @Test
    void shouldShowTheConsole() throws Exception {
        int submission = FreePorts.next();
        StringBuilder customers = new StringBuilder();
        for (int i = 1; i <= 240; i++) {
            customers.append(String.format("customer-%03d.example%s%n", i, i == 2 ? " nextHop=10.0.0.7:2525 match=exact"
                : i == 4 ? " expires=2037-01-31T18:00:00Z" : ""));
        }
        Files.createDirectories(FOLDER);
        try (Browser browser = Browser.start();
                RelayServer server = RelayServer.sample("two-virtual-servers", "console-screenshots")
                    .port(587, submission)
                    .conf(conf -> conf.write("customers.txt", customers.toString()).write("clients.txt", "198.51.100.64/28\n")
                        .replace("smtpserver.xml", "<handlerchain", "<proxyRequired>true</proxyRequired><handlerchain"))
                    .policy(policy(submission))
                    .start()) {
            ConsolePage page = new ConsolePage(browser, server.admin().base());
            for (int i = 0; i < CLIENTS.length * RECIPIENTS.length; i++) {
                ask(i % 4 == 0 ? submission : server.port(25), CLIENTS[i % CLIENTS.length], RECIPIENTS[i % RECIPIENTS.length]);
            }
            browser.size(WIDTH, HEIGHT);
            page.open("routing").awaitRow("customer-004.example");
            browser.screenshot(FOLDER.resolve("routing.png"));
            page.press("Add a domain").type("Domain", "customer-241.example").choose("Action", "relay").press("Review the change")
                .awaitText("This is what the change means");
            browser.screenshot(FOLDER.resolve("review.png"));

            browser.theme("dark");
            page.open("restrictions?policy=mx").awaitRow("45.0.0.0/8");
            browser.screenshot(FOLDER.resolve("restrictions.png"));
            browser.theme("light");
            page.open("try?client=192.168.1.66&client_host=-&recipient=bob@yahoo.example").awaitText("How it was decided");
            browser.size(WIDTH, 1000);
            browser.screenshot(FOLDER.resolve("try.png"));

            browser.size(WIDTH, HEIGHT);
            page.open("refusals").awaitRow("bob@yahoo.example");
            browser.screenshot(FOLDER.resolve("refusals.png"));
            browser.size(360, 640);
            browser.theme("dark");
            page.open("status").awaitText("Decisions by reason");
            browser.screenshot(FOLDER.resolve("narrow.png"));
        }
    }

    private static void ask(int port, String client, String recipient) {
        try (SmtpClient smtp = SmtpClient.connect("127.0.0.1", "127.0.0.1", port)) {
            smtp.command("PROXY TCP4 " + client + " 192.0.2.25 40000 25\r\nEHLO client.example");
            smtp.mail("news@elsewhere.example");
            smtp.rcpt(recipient);
        }
    }
}
