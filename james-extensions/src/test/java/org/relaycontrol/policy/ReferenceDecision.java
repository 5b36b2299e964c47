package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The decision once more, step by step from the text of the design and as naive as can be: lists are searched from end to end, and for a
 * host name that is not known every possible one is tried. Answers {@code verdict reason route next-hops}.
 */
final class ReferenceDecision {

    private static final String NO_POLICY = "deny no-policy - -";

    private final PolicyModel model;

    ReferenceDecision(PolicyModel model) {
        this.model = model;
    }

    /**
     * What is asked: everything as text; {@code host} null is unknown, {@code -} none. Whether the recipient exists is not looked at where
     * {@code status} is null.
     */
    static final class Question {

        final @Nullable String client;
        final @Nullable String local;
        final int port;
        final @Nullable String user;
        final @Nullable String host;
        final String localPart;
        final String domain;
        final @Nullable RecipientStatus status;

        Question(@Nullable String client, @Nullable String local, int port, @Nullable String user, @Nullable String host, String localPart,
                 String domain, @Nullable RecipientStatus status) {
            this.client = client;
            this.local = local;
            this.port = port;
            this.user = user;
            this.host = host;
            this.localPart = localPart;
            this.domain = domain;
            this.status = status;
        }

        Question withHost(String name) {
            return new Question(client, local, port, user, name, localPart, domain, status);
        }

        Question withUser(@Nullable String name) {
            return new Question(client, local, port, name, host, localPart, domain, status);
        }

        Question withoutStatus() {
            return new Question(client, local, port, user, host, localPart, domain, null);
        }

        @Override
        public String toString() {
            return client + " at " + local + ":" + port + " user " + user + " host " + host + " to " + localPart + "@" + domain + " "
                + status;
        }
    }

    /** Sections 3 and 4 for a recipient at SMTP. */
    String decide(Question question, boolean refuseUnhosted) {
        PolicyModel.Policy policy = governing(question.local, question.port);
        return policy == null ? NO_POLICY : decide(policy, question, refuseUnhosted);
    }

    /** Section 1, decided afresh in the container: the policy without listeners; what is inbound is not relayed and needs no permission. */
    String decideSpooled(Question question) {
        PolicyModel.Policy policy = withoutListeners();
        if (policy == null) {
            PolicyModel.Entry entry = find(List.of(model.shared), question.domain);
            boolean inbound = entry == null ? model.hosted.contains(question.domain) : entry.action.equals("inbound");
            return inbound ? "permit inbound inbound -" : NO_POLICY;
        }
        PolicyModel.Entry entry = find(List.of(policy.routing, model.shared), question.domain);
        if (entry == null ? model.hosted.contains(question.domain) : entry.action.equals("inbound")) {
            return "permit inbound inbound -";
        }
        return decide(policy, question, false);
    }

    /** Exchange 2000's virtual servers: the most specific listener wins. */
    private PolicyModel.@Nullable Policy governing(@Nullable String local, int port) {
        IpAddress address = IpAddress.parse(local);
        String host = address.isIpv4() ? local : "[" + local + "]";
        for (String listener : List.of(host + ":" + port, "*:" + port, host + ":*")) {
            for (PolicyModel.Policy policy : model.policies) {
                if (policy.listeners.contains(listener)) {
                    return policy;
                }
            }
        }
        return withoutListeners();
    }

    private PolicyModel.@Nullable Policy withoutListeners() {
        return model.policies.stream().filter(policy -> policy.listeners.isEmpty()).findFirst().orElse(null);
    }

    private String decide(PolicyModel.Policy policy, Question question, boolean refuseUnhosted) {
        if (question.host != null) {
            return decideKnown(policy, question, refuseUnhosted);
        }
        Set<String> verdicts = new TreeSet<>();
        for (String host : possibleHosts(policy)) {
            verdicts.add(decideKnown(policy, question.withHost(host), refuseUnhosted).split(" ")[0]);
        }
        return verdicts.size() == 1 ? decideKnown(policy, question.withHost("-"), refuseUnhosted) : "defer dns-unavailable - -";
    }

    private static Set<String> possibleHosts(PolicyModel.Policy policy) {
        Set<String> hosts = new LinkedHashSet<>(List.of("-"));
        hosts.addAll(policy.connections.hosts);
        hosts.addAll(policy.never.hosts);
        if (policy.clients != null) {
            hosts.addAll(policy.clients.hosts);
        }
        return hosts;
    }

    private String decideKnown(PolicyModel.Policy policy, Question question, boolean refuseUnhosted) {
        String decision = decideUnverified(policy, question, refuseUnhosted);
        PolicyModel.Entry entry = find(List.of(policy.routing, model.shared), question.domain);
        boolean verified = question.status != null && entry != null && decision.split(" ")[2].equals("relay");
        return verified ? verify(entry, question, decision) : decision;
    }

    /** The last step, for what the others permit to relay. */
    private static String verify(PolicyModel.Entry entry, Question question, String permitted) {
        if (entry.recipients != null) {
            return lists(entry, question) ? permitted : "deny recipient-unknown - -";
        }
        if (entry.verified == null) {
            return permitted;
        }
        if (question.status == RecipientStatus.UNKNOWN) {
            return "deny recipient-unknown - -";
        }
        boolean unverified = question.status == RecipientStatus.PENDING
            || question.status == RecipientStatus.UNDETERMINED && entry.verified == Verification.OnFailure.DEFER;
        return unverified ? "defer recipient-unverified - -" : permitted;
    }

    private static boolean lists(PolicyModel.Entry entry, Question question) {
        String localPart = question.localPart.replace("\"", "").toLowerCase(Locale.ROOT);
        Set<String> matching = new LinkedHashSet<>(List.of("@" + question.domain, localPart + "@" + question.domain));
        if (!localPart.contains("@")) {
            matching.add(localPart);
        }
        int tag = localPart.indexOf('+', 1);
        if (entry.tagged && tag > 0) {
            matching.add(localPart.substring(0, tag));
            matching.add(localPart.substring(0, tag) + "@" + question.domain);
        }
        return entry.recipients.stream().anyMatch(listed -> matching.contains(listed.toLowerCase(Locale.ROOT)));
    }

    /** The table of section 3, steps 1 to 8. */
    private String decideUnverified(PolicyModel.Policy policy, Question question, boolean refuseUnhosted) {
        if (!mayConnect(policy, question.client, question.host)) {
            return "deny connection-refused - -";
        }
        if (policy.required && question.user == null) {
            return "deny authentication-required - -";
        }
        PolicyModel.Entry entry = find(List.of(policy.routing, model.shared), question.domain);
        boolean hosted = model.hosted.contains(question.domain);
        String action = entry != null ? entry.action : hosted ? "inbound" : "unlisted";
        if (action.equals("reject")) {
            return "deny domain-rejected - -";
        }
        String nextHop = nextHop(policy, entry);
        String restrictions = restrictions(policy, question, nextHop);
        if (routed(question.localPart) && !allowsRouted(policy, entry) && !restrictions.startsWith("permit")) {
            return "deny sender-specified-routing - -";
        }
        if (action.equals("inbound")) {
            return refuseUnhosted && !hosted ? "deny inbound-not-hosted - -" : "permit inbound inbound -";
        }
        if (Boolean.FALSE.equals(firstSet(policy.routing.reroute, model.shared.reroute))) {
            return "deny reroute-off - -";
        }
        return action.equals("relay") ? "permit relay-domain relay " + nextHop : restrictions;
    }

    /** Step 8. */
    private static String restrictions(PolicyModel.Policy policy, Question question, String nextHop) {
        if (lists(policy.never, question.client, question.host) || question.user != null && lists(policy.neverUsers, question.user)) {
            return "deny never - -";
        }
        if (policy.clients != null && question.client != null
            && lists(policy.clients, question.client, question.host) != policy.clients.allExcept) {
            return "permit client-listed relay " + nextHop;
        }
        if (question.local != null && contains(policy.internal, question.local)) {
            return "permit internal-address relay " + nextHop;
        }
        if (question.user != null && policy.authenticated && (policy.users == null || lists(policy.users, question.user))) {
            return "permit authenticated relay " + nextHop;
        }
        return "deny not-permitted - -";
    }

    /** Step 1: a mail without client has no connection to refuse. */
    private static boolean mayConnect(PolicyModel.Policy policy, @Nullable String client, String host) {
        return client == null || lists(policy.connections, client, host) != policy.connections.allExcept;
    }

    /** Whether the client may connect, if its host name is known; else whether it may under any name. */
    boolean mayConnect(String client, String local, int port, @Nullable String host) {
        PolicyModel.Policy policy = governing(local, port);
        return policy != null && (host == null ? possibleHosts(policy) : Set.of(host)).stream()
            .anyMatch(name -> mayConnect(policy, client, name));
    }

    /** Whether the restrictions permit the client, who has not authenticated, under every name it may have, or none, or some. */
    String permitsByAddress(Question question) {
        PolicyModel.Policy policy = governing(question.local, question.port);
        if (policy == null) {
            return "deny";
        }
        Set<String> verdicts = new TreeSet<>();
        for (String host : question.host == null ? possibleHosts(policy) : Set.of(question.host)) {
            verdicts.add(restrictions(policy, question.withHost(host).withUser(null), "-").split(" ")[0]);
        }
        return verdicts.size() == 1 ? verdicts.iterator().next() : "defer";
    }

    /** Whether a client that is refused as not permitted could relay as some user, to whomever: strangers do not learn who exists. */
    boolean authenticatingHelps(Question refused) {
        Question question = refused.withoutStatus();
        Set<String> users = new LinkedHashSet<>(PolicyModel.USERS);
        users.add("somebody@a.example");
        users.add("somebody@b.example");
        return question.user == null && users.stream()
            .anyMatch(user -> decide(question.withUser(user), true).startsWith("permit authenticated"));
    }

    private static boolean lists(PolicyModel.Clients clients, @Nullable String client, String host) {
        return client != null && (contains(clients.networks, client)
            || clients.hosts.stream().anyMatch(listed -> host.equals(listed) || host.endsWith("." + listed)));
    }

    private static boolean contains(Set<String> networks, String address) {
        return networks.stream().anyMatch(network -> PolicyModel.network(network).contains(IpAddress.parse(address)));
    }

    private static boolean lists(Set<String> users, String user) {
        String lower = user.toLowerCase(Locale.ROOT);
        return users.stream().map(listed -> listed.toLowerCase(Locale.ROOT))
            .anyMatch(listed -> listed.startsWith("@") ? lower.endsWith(listed) : lower.equals(listed));
    }

    /** Step 3: of the same name and match the first list's. */
    private static PolicyModel.@Nullable Entry find(List<PolicyModel.Routing> lists, String domain) {
        List<String> keys = new ArrayList<>(List.of("exact " + domain, "subtree " + domain));
        String parent = domain;
        while (!domain.startsWith("[") && parent.indexOf('.') >= 0) {
            parent = parent.substring(parent.indexOf('.') + 1);
            keys.add("subtree " + parent);
        }
        for (String key : keys) {
            for (PolicyModel.Routing list : lists) {
                if (list.entries.containsKey(key)) {
                    return list.entries.get(key);
                }
            }
        }
        return null;
    }

    private boolean allowsRouted(PolicyModel.Policy policy, PolicyModel.@Nullable Entry entry) {
        Boolean routing = firstSet(policy.routing.allowRouted, model.shared.allowRouted);
        return Boolean.TRUE.equals(entry == null ? routing : firstSet(entry.allowRouted, routing));
    }

    private String nextHop(PolicyModel.Policy policy, PolicyModel.@Nullable Entry entry) {
        String smartHost = policy.routing.smartHost != null ? policy.routing.smartHost : model.shared.smartHost;
        String nextHop = entry == null || entry.viaSmartHost ? smartHost : entry.nextHop;
        return nextHop == null ? "-" : nextHop;
    }

    private static @Nullable Boolean firstSet(@Nullable Boolean first, @Nullable Boolean second) {
        return first != null ? first : second;
    }

    private static boolean routed(String localPart) {
        String resolved = localPart.replace("\"", "").toLowerCase(Locale.ROOT);
        return resolved.contains("%") || resolved.contains("!") || resolved.contains("@") || resolved.startsWith("imceasmtp-")
            || resolved.startsWith("imcea ");
    }
}
