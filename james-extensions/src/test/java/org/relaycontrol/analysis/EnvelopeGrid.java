package org.relaycontrol.analysis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.User;

/**
 * Envelopes for the policies of {@link RandomPolicyFile} that lie at the edges of everything such policies list: the first and last address
 * of each network and their neighbours, each listed name, one below it and one beside it. And, without any help of the analysis, whether a
 * set that the analysis tells of holds an envelope.
 */
final class EnvelopeGrid {

    private static final Pattern NETWORK = Pattern.compile("<network>([^<]*)</network>");
    private static final List<String> HOSTS = List.of("example", "h.example", "pc.h.example", "deep.h.example", "a.deep.h.example",
        "oh.example", "other.test", "test");
    private static final List<String> USERS = List.of("alice@a.example", "Alice@A.example", "carol@a.example", "bob", "dave@b.example",
        "eve@c.example", "zoe");
    private static final List<String> LOCAL_ADDRESSES = List.of("10.1.1.1", "10.1.1.2", "192.0.2.25", "2001:db8::25", "2001:db8::26",
        "2001:db8:0:1::");
    private static final List<Integer> PORTS = List.of(25, 587, 2525);
    private static final List<String> DOMAINS = List.of("a.example", "b.a.example", "x.a.example", "c.b.a.example", "x.c.b.a.example",
        "aa.example", "example", "d.test", "x.d.test", "test", "[192.0.2.25]", "[IPv6:2001:db8::1]", "elsewhere.invalid");
    private static final List<String> LOCAL_PARTS = List.of("user", "user%elsewhere", "\"a!b\"");

    private final Random random;
    private final List<IpAddress> clients = new ArrayList<>();

    EnvelopeGrid(Random random, String... policyFiles) {
        this.random = random;
        Set<IpAddress> edges = new LinkedHashSet<>();
        AddressSet.ALL.intervals().forEach(family -> edges.addAll(List.of(family.first(), family.last())));
        for (String file : policyFiles) {
            Matcher networks = NETWORK.matcher(file);
            while (networks.find()) {
                AddressSet network = AddressSet.of(List.of(Network.parse(networks.group(1))));
                network.intervals().forEach(interval -> edges.addAll(List.of(interval.first(), interval.last())));
                network.complement().intervals().forEach(interval -> edges.addAll(List.of(interval.first(), interval.last())));
            }
        }
        clients.addAll(edges);
    }

    static RelayPolicies load(String xml) throws IOException, PolicyException {
        Path file = Files.createTempFile("relaycontrol", ".xml");
        try {
            Files.writeString(file, xml);
            return PolicyLoader.load(file).policies();
        } finally {
            Files.delete(file);
        }
    }

    Envelope envelope() {
        int host = random.nextInt(4);
        return Envelope.smtp(pick(clients), IpAddress.parse(pick(LOCAL_ADDRESSES)), pick(PORTS),
            random.nextInt(3) == 0 ? null : User.of(pick(USERS)),
            host == 0 ? ClientHost.NONE : host == 1 ? ClientHost.UNKNOWN : ClientHost.named(DomainName.of(pick(HOSTS))),
            Recipient.of(pick(LOCAL_PARTS), DomainName.of(pick(DOMAINS))));
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    static boolean holds(Clients clients, Envelope envelope) {
        IpAddress client = envelope.client();
        IpAddress local = envelope.localAddress();
        return client != null && local != null && clients.addresses().contains(client)
            && clients.listeners().contains(local, envelope.localPort())
            && holdsHost(clients, envelope.host()) && holdsUser(clients, envelope.user());
    }

    private static boolean holdsHost(Clients clients, ClientHost host) {
        if (!host.isKnown()) {
            return clients.unknownHost();
        }
        DomainName name = host.name();
        return name == null ? clients.hosts().rest() : holdsDomain(clients.hosts(), name.toString());
    }

    private static boolean holdsUser(Clients clients, @Nullable User user) {
        if (user == null) {
            return clients.unauthenticated();
        }
        String name = user.name();
        Boolean exactly = told(clients.users(), name, true);
        int at = name.lastIndexOf('@');
        Boolean byDomain = at < 0 ? null : told(clients.users(), name.substring(at), false);
        return exactly != null ? exactly : byDomain != null ? byDomain : clients.users().rest();
    }

    static boolean holds(Destination destination, Recipient recipient, boolean hosted) {
        return holdsDomain(hosted ? destination.hostedDomains() : destination.domains(), recipient.domain().toString())
            && (recipient.isSenderRouted() ? destination.senderRouted() : destination.plain());
    }

    static boolean holdsSender(NameSet senders, @Nullable Sender sender) {
        if (sender == null) {
            return senders.rest();
        }
        Boolean exactly = told(senders, sender.toString(), true);
        Boolean byDomain = told(senders, sender.domain().toString(), false);
        return exactly != null ? exactly : byDomain != null ? byDomain : senders.rest();
    }

    private static boolean holdsDomain(NameSet names, String domain) {
        String name = domain;
        while (true) {
            Boolean told = told(names, name, name.equals(domain));
            if (told != null) {
                return told;
            }
            int dot = name.charAt(0) == '[' ? -1 : name.indexOf('.');
            if (dot < 0) {
                return names.rest();
            }
            name = name.substring(dot + 1);
        }
    }

    /** What the terms of a name say of the name itself or of what is below it, or null if they say nothing. */
    private static @Nullable Boolean told(NameSet names, String name, boolean itself) {
        NameSet.Extent other = itself ? NameSet.Extent.BELOW : NameSet.Extent.NAME;
        if (names.included().stream().anyMatch(term -> term.name().equals(name) && term.extent() != other)) {
            return true;
        }
        return names.excluded().stream().anyMatch(term -> term.name().equals(name) && term.extent() != other) ? false : null;
    }
}
