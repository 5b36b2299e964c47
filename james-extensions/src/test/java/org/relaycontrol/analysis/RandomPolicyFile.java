package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.User;

/**
 * Random policy files with everything they may say, one thing a line, and envelopes. Both are made of so few names and addresses that they
 * often meet.
 */
final class RandomPolicyFile {

    static final LocalDomains LOCAL_DOMAINS = Set.of(DomainName.of("local.example"), DomainName.of("a.example"))::contains;

    private static final List<String> NETWORKS = List.of("10.0.0.0/8", "10.1.0.0/255.255.0.0", "10.1.1.1", "198.51.100.0/24", "0.0.0.0/0",
        "2001:db8::/32", "2001:db8::1", "::/0", "::ffff:10.2.0.0/112");
    private static final List<String> CLIENTS = List.of("10.0.0.1", "10.1.0.0", "10.1.1.1", "10.1.1.2", "10.2.0.9", "198.51.100.255",
        "203.0.113.1", "2001:db8::", "2001:db8::1", "2001:db9::", "::ffff:10.1.1.1");
    private static final List<String> HOSTS = List.of("example", "h.example", "deep.h.example", "other.test");
    private static final List<String> HOST_NAMES = List.of("example", "h.example", "pc.deep.h.example", "oh.example", "mail.test");
    private static final List<String> LISTENERS = List.of("*:25", "*:587", "10.1.1.1:25", "10.1.1.1:*", "[2001:db8::25]:25");
    private static final List<String> LOCAL_ADDRESSES = List.of("10.1.1.1", "192.0.2.25", "2001:db8::25");
    private static final List<String> USERS = List.of("alice@a.example", "@a.example", "bob", "@b.example");
    private static final List<String> USER_NAMES = List.of("Alice@a.example", "carol@a.example", "bob", "dave@b.example", "eve@c.example");
    private static final List<String> DOMAINS = List.of("a.example", "b.a.example", "c.b.a.example", "example", "d.test", "[192.0.2.25]");
    private static final List<String> RECIPIENT_DOMAINS = List.of("a.example", "b.a.example", "x.a.example", "c.b.a.example", "aa.example",
        "d.test", "x.d.test", "local.example", "other.test", "[192.0.2.25]", "[IPv6:2001:db8::1]");
    private static final List<String> SENDERS = List.of("dept.example", "boss@dept.example", "Sub.dept.example", "carol@other.test");
    /** Nothing is the null sender. */
    private static final List<Optional<String>> SENDER_ADDRESSES = List.of(Optional.empty(), Optional.of("Boss@dept.example"),
        Optional.of("\"boss\"@dept.example"), Optional.of("x@dept.example"), Optional.of("boss@sub.dept.example"),
        Optional.of("carol@other.test"), Optional.of("dave@other.test"), Optional.of("x@deeper.sub.dept.example"));
    private static final List<String> LOCAL_PARTS = List.of("user", "boss", "nobody", "user%evil.test", "\"a@b\"", "IMCEASMTP-x", "a!b");

    /** The list file that entries name. */
    static final String RECIPIENTS = "user\nboss\n";

    private static final List<String> VERIFIED_BY = List.of("recipients='recipients.txt'", "verify='callout'",
        "verify='callout' verifyOnFailure='defer'", "verify='ldap' directory='ad'");

    private final Random random;
    private final boolean verified;
    private final StringBuilder xml = new StringBuilder();

    private RandomPolicyFile(Random random, boolean verified) {
        this.random = random;
        this.verified = verified;
    }

    /** The text of a policy file. */
    static String text(Random random) {
        return text(random, false);
    }

    /** The same, where entries say whose recipients are verified, some by a list {@code recipients.txt}. */
    static String verifiedText(Random random) {
        return text(random, true);
    }

    private static String text(Random random, boolean verified) {
        RandomPolicyFile file = new RandomPolicyFile(random, verified);
        file.write();
        return file.xml.toString();
    }

    private void write() {
        line("<relaycontrol>");
        line("<nextHops>");
        line("<nextHop name='isp' hosts='isp.example:587, backup.example'" + maybe(" balance='true'", 3) + "/>");
        line("<nextHop name='bulk' hosts='smtps:bulk.example'/>");
        line("</nextHops>");
        if (verified) {
            line("<directories>");
            line("<ldapDirectory name='ad' urls='ldap://dc1.example' base=''/>");
            line("</directories>");
        }
        if (random.nextBoolean()) {
            routing();
        }
        int policies = 1 + random.nextInt(3);
        boolean fallback = random.nextInt(4) > 0;
        List<String> listeners = new ArrayList<>(LISTENERS);
        Collections.shuffle(listeners, random);
        for (int i = 0; i < policies; i++) {
            boolean listening = i > 0 || !fallback;
            line("<policy name='p" + i + "'" + (listening ? " listeners='" + listeners.get(i) + "'" : "") + ">");
            if (random.nextBoolean()) {
                line("<connections mode='" + (random.nextInt(3) > 0 ? "allExcept" : "only") + "'>");
                clients();
                line("</connections>");
            }
            if (random.nextBoolean()) {
                routing();
            }
            if (random.nextInt(4) > 0) {
                restrictions();
            }
            line("</policy>");
        }
        line("</relaycontrol>");
    }

    private void routing() {
        line("<routing" + maybe(" reroute='" + random.nextBoolean() + "'", 4) + maybe(" allowSenderSpecifiedRouting='"
            + random.nextBoolean() + "'", 3) + maybe(" smartHost='smart.example:587'", 2) + ">");
        if (random.nextBoolean()) {
            line("<senders>");
            some(SENDERS, 3).forEach(sender -> line("<sender name='" + sender + "' via='" + pick(List.of("isp", "bulk")) + "'/>"));
            line("</senders>");
        }
        for (String name : some(DOMAINS, 4)) {
            String match = random.nextInt(3) == 0 ? "exact" : "subtree";
            String action = pick(List.of("inbound", "relay", "route", "reject"));
            boolean relays = action.equals("relay") || action.equals("route");
            String hop = relays ? maybe(" nextHop='10.0.0.9:2525, mx:hub.example'", 2)
                + (verified ? maybe(" " + pick(VERIFIED_BY), 2) : "") : "";
            line("<domain name='" + name + "' match='" + match + "' action='" + action + "'" + hop
                + (action.equals("reject") ? "" : maybe(" allowSenderSpecifiedRouting='" + random.nextBoolean() + "'", 4)) + "/>");
        }
        line("</routing>");
    }

    private void restrictions() {
        line("<restrictions>");
        if (random.nextBoolean()) {
            line("<authenticated" + maybe(" required='true'", 4) + ">");
            users();
            line("</authenticated>");
        }
        if (random.nextBoolean()) {
            line("<clients mode='" + (random.nextInt(3) > 0 ? "only" : "allExcept") + "'>");
            clients();
            line("</clients>");
        }
        if (random.nextInt(3) == 0) {
            line("<internalAddresses>");
            line("<network>" + pick(List.of("10.1.1.1", "2001:db8::/64")) + "</network>");
            line("</internalAddresses>");
        }
        if (random.nextBoolean()) {
            line("<never>");
            clients();
            users();
            line("</never>");
        }
        line("</restrictions>");
    }

    private void clients() {
        some(NETWORKS, 2).forEach(network -> line("<network>" + network + "</network>"));
        some(HOSTS, 1).forEach(host -> line("<domain>" + host + "</domain>"));
    }

    private void users() {
        some(USERS, 2).forEach(user -> line("<user>" + user + "</user>"));
    }

    private void line(String text) {
        xml.append(text).append('\n');
    }

    private String maybe(String text, int oneIn) {
        return random.nextInt(oneIn) == 0 ? text : "";
    }

    private Set<String> some(List<String> values, int most) {
        Set<String> some = new LinkedHashSet<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            some.add(pick(values));
        }
        return some;
    }

    private String pick(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** A sender, or null for the null sender. */
    static @Nullable Sender sender(Random random) {
        return SENDER_ADDRESSES.get(random.nextInt(SENDER_ADDRESSES.size())).map(Sender::parse).orElse(null);
    }

    /** An envelope. */
    static Envelope envelope(Random random) {
        RandomPolicyFile file = new RandomPolicyFile(random, true);
        int host = random.nextInt(3);
        return Envelope.smtp(
            IpAddress.parse(file.pick(CLIENTS)),
            IpAddress.parse(file.pick(LOCAL_ADDRESSES)),
            random.nextBoolean() ? 25 : 587,
            random.nextBoolean() ? null : User.of(file.pick(USER_NAMES)),
            host == 0 ? ClientHost.NONE : host == 1 ? ClientHost.UNKNOWN : ClientHost.named(DomainName.of(file.pick(HOST_NAMES))),
            Recipient.of(random.nextInt(3) > 0 ? "user" : file.pick(LOCAL_PARTS), DomainName.of(file.pick(RECIPIENT_DOMAINS))))
            .withRecipientStatus(RecipientStatus.values()[random.nextInt(RecipientStatus.values().length)]);
    }
}
