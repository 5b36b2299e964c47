package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.Verification.OnFailure;

/**
 * A policy file as plain data, drawn at random from few values so that policies and envelopes collide often; and what the policy core makes
 * of the same data.
 */
final class PolicyModel {

    static final List<String> CLIENTS = List.of("10.0.0.1", "10.0.0.2", "10.0.0.200", "192.0.2.7", "203.0.113.5", "2001:db8::1");
    static final List<String> LOCAL_ADDRESSES = List.of("192.0.2.25", "10.1.1.1", "2001:db8::25");
    static final List<Integer> PORTS = List.of(25, 587, 2525);
    static final List<String> USERS = List.of("alice@a.example", "BOB@a.example", "carol@b.example", "root", "zed@other.test");
    static final List<String> HOST_NAMES = List.of("branch.example", "pc.branch.example", "x.pc.branch.example", "notbranch.example",
        "bad.example", "a.bad.example", "example", "other.test");
    static final List<String> DOMAINS = List.of("a.example", "x.a.example", "y.x.a.example", "b.example", "x.b.example", "example",
        "hosted.test", "sub.hosted.test", "unlisted.test", "[192.0.2.1]", "[IPv6:2001:db8::1]");
    static final List<String> LOCAL_PARTS = List.of("user", "User", "joe", "\"joe\"", "joe+tag", "+tag", "user%evil.test", "\"x@y\"",
        "imceasmtp-a", "IMCEAEX-a");

    private static final List<String> NETWORKS = List.of("10.0.0.1", "10.0.0.0/30", "10.0.0.0/24", "192.0.2.0/24", "2001:db8::/32",
        "0.0.0.0/0", "::/0", "10.0.0.2-10.0.0.150");
    private static final List<String> HOST_DOMAINS = List.of("branch.example", "pc.branch.example", "example", "bad.example");
    private static final List<String> USER_LISTS = List.of("alice@a.example", "@a.example", "Carol@B.example", "root", "@b.example");
    private static final List<String> LISTENERS = List.of("*:25", "*:587", "192.0.2.25:25", "10.1.1.1:*", "192.0.2.25:*", "10.1.1.1:587",
        "[2001:db8::25]:25");
    private static final List<String> ENTRY_NAMES = List.of("a.example", "x.a.example", "b.example", "example", "hosted.test",
        "[192.0.2.1]");
    private static final List<String> RECIPIENTS = List.of("user", "Joe", "joe+tag@x.a.example", "user@a.example", "@b.example",
        "@y.x.a.example", "user%evil.test@a.example", "+tag@b.example");

    final Routing shared;
    final List<Policy> policies = new ArrayList<>();
    final Set<String> hosted = new LinkedHashSet<>();

    PolicyModel(Random random) {
        shared = new Routing(random);
        List<String> listeners = new ArrayList<>(LISTENERS);
        Collections.shuffle(listeners, random);
        int count = 1 + random.nextInt(3);
        boolean anyWithout = random.nextInt(4) != 0;
        for (int i = 0; i < count; i++) {
            Policy policy = new Policy("policy" + i, random);
            if (i > 0 || !anyWithout) {
                policy.listeners.add(listeners.remove(0));
                if (random.nextBoolean()) {
                    policy.listeners.add(listeners.remove(0));
                }
            }
            policies.add(policy);
        }
        Collections.shuffle(policies, random);
        for (String domain : DOMAINS) {
            if (random.nextInt(3) == 0) {
                hosted.add(domain);
            }
        }
    }

    static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Set<String> some(Random random, List<String> values, int highest) {
        Set<String> some = new LinkedHashSet<>();
        for (int i = random.nextInt(highest + 1); i > 0; i--) {
            some.add(pick(random, values));
        }
        return some;
    }

    private static @Nullable Boolean maybe(Random random) {
        int value = random.nextInt(6);
        return value > 1 ? null : Boolean.valueOf(value == 1);
    }

    /** The policies of the core. */
    RelayPolicies build() {
        RoutingList sharedList = shared.list(null);
        List<RelayPolicy> built = new ArrayList<>();
        for (Policy policy : policies) {
            built.add(policy.build(sharedList));
        }
        return RelayPolicies.of(built, sharedList);
    }

    @Override
    public String toString() {
        return "shared " + shared + "\nhosted " + hosted + "\n" + policies;
    }

    /** Networks and client host names. */
    static final class Clients {

        final boolean allExcept;
        final Set<String> networks;
        final Set<String> hosts;

        Clients(Random random, boolean allExcept, int highest) {
            this.allExcept = allExcept;
            networks = some(random, NETWORKS, highest);
            hosts = some(random, HOST_DOMAINS, highest);
        }

        ClientList build() {
            Rule rule = Rule.of("clients", 1);
            ClientList.Builder builder = ClientList.builder(allExcept ? ClientList.Mode.ALL_EXCEPT : ClientList.Mode.ONLY, rule);
            networks.forEach(network -> builder.network(network(network), rule));
            hosts.forEach(host -> builder.host(DomainName.of(host), rule));
            return builder.build();
        }

        @Override
        public String toString() {
            return (allExcept ? "allExcept " : "only ") + networks + hosts;
        }
    }

    static Network network(String text) {
        return text.indexOf('-') >= 0 ? Network.parseRange(text) : Network.parse(text);
    }

    private static @Nullable UserList users(@Nullable Set<String> users) {
        if (users == null) {
            return null;
        }
        UserList.Builder builder = UserList.builder();
        users.forEach(user -> builder.add(user, Rule.of("users", 1)));
        return builder.build();
    }

    /** One policy. */
    static final class Policy {

        final String name;
        final List<String> listeners = new ArrayList<>();
        final Clients connections;
        final Routing routing;
        final boolean authenticated;
        final boolean required;
        final @Nullable Set<String> users;
        final @Nullable Clients clients;
        final Set<String> internal;
        final Clients never;
        final Set<String> neverUsers;

        Policy(String name, Random random) {
            this.name = name;
            int mode = random.nextInt(6);
            connections = mode < 3 ? new Clients(random, true, 0) : new Clients(random, mode < 5, 2);
            routing = random.nextBoolean() ? new Routing() : new Routing(random);
            authenticated = random.nextInt(3) != 0;
            required = authenticated && random.nextInt(3) == 0;
            users = random.nextBoolean() ? null : some(random, USER_LISTS, 3);
            clients = random.nextInt(3) == 0 ? null : new Clients(random, random.nextInt(3) == 0, 2);
            internal = some(random, List.of("10.1.1.1", "2001:db8::/64"), random.nextInt(2));
            never = new Clients(random, false, random.nextInt(2));
            neverUsers = some(random, USER_LISTS, random.nextInt(3));
        }

        RelayPolicy build(RoutingList sharedList) {
            Rule rule = Rule.of("policy", 1);
            Restrictions.Builder restrictions = Restrictions.builder(rule).never(never.build(), users(neverUsers));
            if (authenticated) {
                restrictions.authenticated(required, users(users), rule);
            }
            if (clients != null) {
                restrictions.clients(clients.build());
            }
            NetworkSet.Builder internalAddresses = NetworkSet.builder();
            internal.forEach(network -> internalAddresses.add(network(network), rule));
            restrictions.internalAddresses(internalAddresses.build());
            List<Listener> parsed = new ArrayList<>();
            listeners.forEach(listener -> parsed.add(Listener.parse(listener)));
            return RelayPolicy.of(name, rule, parsed, connections.build(), routing.list(sharedList), restrictions.build());
        }

        @Override
        public String toString() {
            return "\n" + name + " listeners " + listeners + " connections " + connections + "\n  routing " + routing + "\n  authenticated "
                + authenticated + " required " + required + " users " + users + " clients " + clients + " internal " + internal + " never "
                + never + neverUsers;
        }
    }

    /** A routing list. */
    static final class Routing {

        final @Nullable Boolean reroute;
        final @Nullable Boolean allowRouted;
        final @Nullable String smartHost;
        final Map<String, Entry> entries = new LinkedHashMap<>();

        /** An empty one. */
        Routing() {
            reroute = null;
            allowRouted = null;
            smartHost = null;
        }

        Routing(Random random) {
            reroute = maybe(random);
            allowRouted = maybe(random);
            smartHost = random.nextInt(3) == 0 ? pick(random, List.of("smart.example:587", "other.example")) : null;
            for (int i = random.nextInt(5); i > 0; i--) {
                Entry entry = new Entry(random);
                entries.putIfAbsent(entry.key(), entry);
            }
        }

        RoutingList list(@Nullable RoutingList sharedList) {
            Rule rule = Rule.of("routing", 1);
            RoutingList.Builder builder = RoutingList.builder(rule);
            if (reroute != null) {
                builder.reroute(reroute);
            }
            if (allowRouted != null) {
                builder.allowSenderSpecifiedRouting(allowRouted);
            }
            if (smartHost != null) {
                builder.smartHost(NextHops.parse(smartHost));
            }
            entries.values().forEach(entry -> builder.add(entry.build()));
            return builder.buildOver(sharedList);
        }

        @Override
        public String toString() {
            return "reroute " + reroute + " allow " + allowRouted + " smartHost " + smartHost + " " + entries.values();
        }
    }

    /** An entry of a routing list. */
    static final class Entry {

        final String name;
        final boolean exact;
        final String action;
        final @Nullable String nextHop;
        final boolean viaSmartHost;
        final @Nullable Boolean allowRouted;
        final @Nullable Set<String> recipients;
        final boolean tagged;
        final @Nullable OnFailure verified;

        Entry(Random random) {
            name = pick(random, ENTRY_NAMES);
            // Nothing is below an address literal.
            exact = random.nextInt(3) == 0 || name.startsWith("[");
            action = pick(random, List.of("inbound", "relay", "route", "reject"));
            boolean sendsOut = action.equals("relay") || action.equals("route");
            nextHop = sendsOut && random.nextBoolean() ? "hop.example:2525" : null;
            viaSmartHost = sendsOut && nextHop == null && random.nextBoolean();
            allowRouted = action.equals("reject") ? null : maybe(random);
            recipients = sendsOut && random.nextInt(3) == 0 ? some(random, RECIPIENTS, 4) : null;
            tagged = random.nextBoolean();
            verified = sendsOut && recipients == null && random.nextBoolean() ? pick(random, List.of(OnFailure.values())) : null;
        }

        String key() {
            return (exact ? "exact " : "subtree ") + name;
        }

        RoutingEntry build() {
            Treatment treatment = Treatment.of(Arrays.stream(Action.values()).filter(value -> value.name().equalsIgnoreCase(action))
                .findFirst().orElseThrow());
            if (nextHop != null) {
                treatment = treatment.withNextHops(NextHops.parse(nextHop));
            }
            if (viaSmartHost) {
                treatment = treatment.withSmartHost();
            }
            if (allowRouted != null) {
                treatment = treatment.withSenderSpecifiedRouting(allowRouted);
            }
            if (recipients != null) {
                RecipientList.Builder listed = RecipientList.builder(tagged ? "+" : "");
                recipients.forEach(recipient -> listed.add(recipient, "recipients", 1));
                treatment = treatment.withRecipients(listed.build());
            }
            if (verified != null) {
                treatment = treatment.withVerification(Verification.callout().withOnFailure(verified));
            }
            return RoutingEntry.of(DomainName.of(name), exact ? Match.EXACT : Match.SUBTREE, treatment, Rule.of("entry " + key(), 1));
        }

        @Override
        public String toString() {
            return key() + " " + action + " " + nextHop + " " + viaSmartHost + " " + allowRouted + " " + recipients
                + (tagged ? " + " : " ") + verified;
        }
    }
}
