package org.relaycontrol.cli.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The battery: all 16 tests of nmap's smtp-open-relay.nse, Nessus's smtp_relay2, the forms of abuse.net's and MAPS's relay tests and of
 * Microsoft Q304897 and Q264330, and what hides an outside address behind case, dots, Unicode, length, NUL and line ends.
 */
final class RelayTests {

    private static final String SMTP_RELAY2 = "smtp_relay2";
    private static final String ABUSE_NET = "abuse.net";
    private static final String MAPS = "MAPS";
    private static final String Q304897 = "Q304897";
    /** RFC 5321 section 4.5.3.1: 64 octets of a local part, 256 of a path, 512 of a line; most servers' own limits are below the last. */
    private static final int[] OVERLONG = {65, 257, 600, 1100, 2100, 10_000};

    private final ServerNames server;
    private final Mailbox from;
    private final Mailbox to;
    private final String permitted;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();

    private RelayTests(ServerNames server, Mailbox from, Mailbox to, String permitted) {
        this.server = server;
        this.from = from;
        this.to = to;
        this.permitted = permitted;
    }

    /**
     * The tests for a server.
     *
     * @param from an outside sender
     * @param to an outside recipient
     * @param permitted a recipient that the server accepts
     */
    static List<RelayTest> of(ServerNames server, Mailbox from, Mailbox to, String permitted) {
        RelayTests tests = new RelayTests(server, from, to, permitted);
        tests.addSenders();
        tests.addForms(tests.sender(server.literal()), "nmap", ABUSE_NET);
        tests.addForms(tests.sender(server.hostName()), SMTP_RELAY2, MAPS);
        tests.addEncapsulated();
        tests.addDisguised();
        tests.addOverlong();
        tests.addInjected();
        List<RelayTest> all = new ArrayList<>();
        tests.drafts.values().forEach(draft -> all.add(draft.numbered(all.size() + 1)));
        return all;
    }

    private String sender(String domain) {
        return from.localPart() + "@" + domain;
    }

    /** The outside recipient as it is, from senders that a server may take for its own. */
    private void addSenders() {
        String outside = to.toString();
        add("sender", "", outside, false, "nmap 1", ABUSE_NET, SMTP_RELAY2, MAPS);
        add("sender", from.toString(), outside, false, "nmap 2", ABUSE_NET, SMTP_RELAY2, MAPS);
        add("sender", outside, outside, false, SMTP_RELAY2, MAPS);
        add("sender", sender(server.hostName()), outside, false, "nmap 3", ABUSE_NET, SMTP_RELAY2, MAPS);
        add("sender", sender(server.literal()), outside, false, "nmap 4", ABUSE_NET, SMTP_RELAY2, MAPS);
        server.localDomains().forEach(domain -> add("sender", sender(domain), outside, false, MAPS));
        add("sender", "postmaster@" + server.hostName(), outside, false, SMTP_RELAY2);
        add("sender", sender("localhost"), outside, false, SMTP_RELAY2, MAPS);
        add("sender", from.localPart(), outside, false, ABUSE_NET, SMTP_RELAY2, MAPS);
        add("sender", sender("relay-test." + from.domain()), outside, false, SMTP_RELAY2);
    }

    /** The outside recipient in the forms of sender-specified routing. */
    private void addForms(String sender, String suite, String otherSuite) {
        String user = to.localPart();
        String domain = to.domain();
        for (String name : server.all()) {
            boolean numbered = suite.equals("nmap");
            int literal = name.equals(server.literal()) ? 0 : 1;
            boolean tested = literal == 0 || name.equals(server.hostName());
            add("percent", sender, user + "%" + domain + "@" + name, true, known(numbered, tested, suite, 5 + literal), otherSuite,
                Q304897);
            add("double @", sender, to + "@" + name, true, known(numbered, tested, suite, 9 + 2 * literal), otherSuite);
            add("quoted", sender, "\"" + to + "\"@" + name, true, known(numbered, tested && literal == 0, suite, 10), otherSuite, Q304897);
            add("route", sender, "@" + name + ":" + to, false, known(numbered, tested, suite, 12 + literal), otherSuite, Q304897);
            add("bang", sender, domain + "!" + user + "@" + name, true, known(numbered, tested, suite, 15 + literal), otherSuite, Q304897);
        }
        add("quoted", sender, "\"" + to + "\"", true, suite.equals("nmap") ? "nmap 7" : suite, otherSuite, Q304897);
        add("percent", sender, "\"" + user + "%" + domain + "\"", true, suite.equals("nmap") ? "nmap 8" : suite, otherSuite);
        add("percent", sender, user + "%" + domain, true, otherSuite, Q304897);
        add("bang", sender, domain + "!" + user, true, suite.equals("nmap") ? "nmap 14" : suite, otherSuite, Q304897);
    }

    private static String known(boolean numbered, boolean tested, String suite, int number) {
        return !tested ? "" : numbered ? suite + " " + number : suite;
    }

    /** Exchange's encapsulated addresses, and chains of two forms. */
    private void addEncapsulated() {
        String user = to.localPart();
        String domain = to.domain();
        String encapsulated = "IMCEASMTP-" + user + "+40" + domain.replace(".", "+2E");
        for (String name : server.all()) {
            String sender = from.toString();
            add("IMCEA", sender, encapsulated + "@" + name, true, Q304897);
            add("IMCEA", sender, encapsulated.toLowerCase(Locale.ROOT) + "@" + name, true);
            add("IMCEA", sender, "\"IMCEA " + to + "\"@" + name, true, "Q264330");
            add("chain", sender, user + "%" + domain + "%" + name + "@" + name, true);
            add("chain", sender, name + "!" + domain + "!" + user + "@" + name, true);
            add("chain", sender, "@" + name + ":" + user + "%" + domain + "@" + name, true);
            add("chain", sender, "\"" + user + "%" + domain + "\"@" + name, true);
            add("escaped", sender, user + "\\@" + domain + "@" + name, true);
            add("escaped", sender, "\"" + user + "\\@" + domain + "\"@" + name, true);
        }
        add("IMCEA", from.toString(), encapsulated, true);
        add("escaped", from.toString(), user + "\\@" + domain, false);
        add("double @", from.toString(), user + "@" + server.literal() + "@" + domain, false);
        add("double @", from.toString(), user + "@" + server.hostName() + "@" + domain, false);
    }

    /** The same address to some part of a server, and another one to the next. */
    private void addDisguised() {
        String user = to.localPart();
        String domain = to.domain();
        String sender = from.toString();
        String mixed = mixedCase(domain);
        add("case", sender, mixedCase(user) + "@" + mixed, false);
        add("dot", sender, to + ".", false);
        add("dot", sender, to + "..", false);
        add("UTF-8", sender, user + "\u00e9@" + domain, false);
        add("UTF-8", sender, user + "@b\u00fccher." + domain, false);
        add("UTF-8", sender, user + "@" + domain.replace('.', '\u3002'), false);
        for (String name : server.all()) {
            add("case", sender, user + "%" + mixed + "@" + mixedCase(name), true);
            add("dot", sender, user + "%" + domain + "@" + name + ".", true);
            add("dot", sender, user + "%" + domain + ".@" + name, true);
            add("UTF-8", sender, user + "\uff20" + domain + "@" + name, true);
            add("UTF-8", sender, user + "\uff05" + domain + "@" + name, true);
            add("UTF-8", sender, user + "\uff01" + domain + "@" + name, true);
        }
    }

    private static String mixedCase(String text) {
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            mixed.append(i % 2 == 0 ? Character.toUpperCase(text.charAt(i)) : Character.toLowerCase(text.charAt(i)));
        }
        return mixed.toString();
    }

    private void addOverlong() {
        String sender = from.toString();
        for (int octets : OVERLONG) {
            String padding = "x".repeat(octets);
            add("overlong", sender, padding + to, false);
            add("overlong", sender, "\"" + padding + to + "\"@" + server.hostName(), true);
            add("overlong", sender, padding + "%" + to.domain() + "@" + server.hostName(), true);
        }
        String label = "x".repeat(60) + ".";
        add("overlong", sender, to.localPart() + "@" + label.repeat(5) + to.domain(), false);
        add("overlong", sender, ("@" + server.hostName() + ",").repeat(30) + "@" + server.hostName() + ":" + to, false);
    }

    /** What a server may read up to a NUL or to half a line end, and another one beyond. */
    private void addInjected() {
        String sender = from.toString();
        for (String name : server.all()) {
            add("NUL", sender, to + "\0@" + name, true);
            add("NUL", sender, to + ">\0@" + name, false);
            add("NUL", sender, to + "\0." + name, false);
        }
        add("NUL", sender, permitted + "\0" + to, true);
        add("NUL", sender, to + "\0", false);
        addInjectedLines("bare CR", "\r");
        addInjectedLines("bare LF", "\n");
    }

    private void addInjectedLines(String form, String end) {
        String sender = from.toString();
        for (String name : server.all()) {
            addLines(form, sender, to + end + "@" + name, true, 0);
            addLines(form, sender, to + ">" + end + "@" + name, false, 0);
            addLines(form, sender, to + end + "." + name, false, 0);
        }
        addLines(form, sender, to + end, false, 0);
        addLines(form, sender, permitted + end + to, true, 1);
        addLines(form, sender, permitted + ">" + end + "RCPT TO:<" + to, true, 1);
        addLines(form, sender, permitted + ">" + end + "RSET" + end + "MAIL FROM:<>" + end + "RCPT TO:<" + to, true, 3);
    }

    private void add(String form, String sender, String recipient, boolean local, String... knownFrom) {
        draft(form, sender, recipient, local, -1).addKnown(knownFrom);
    }

    private void addLines(String form, String sender, String recipient, boolean local, int line) {
        draft(form, sender, recipient, local, line);
    }

    private Draft draft(String form, String sender, String recipient, boolean local, int line) {
        return drafts.computeIfAbsent(sender + ' ' + recipient, any -> new Draft(form, sender, recipient, local, line));
    }

    /** A test that has no number yet; the same one may come from several suites. */
    private static final class Draft {

        private final String form;
        private final String sender;
        private final String recipient;
        private final boolean local;
        private final int line;
        private final List<String> knownFrom = new ArrayList<>();

        Draft(String form, String sender, String recipient, boolean local, int line) {
            this.form = form;
            this.sender = sender;
            this.recipient = recipient;
            this.local = local;
            this.line = line;
        }

        void addKnown(String... suites) {
            for (String suite : suites) {
                if (!suite.isEmpty() && !knownFrom.contains(suite)) {
                    knownFrom.add(suite);
                }
            }
        }

        RelayTest numbered(int number) {
            return new RelayTest(number, form, knownFrom, sender, recipient, local, line);
        }
    }
}
