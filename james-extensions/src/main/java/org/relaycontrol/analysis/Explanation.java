package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.SmtpReply;
import org.relaycontrol.policy.User;
import org.relaycontrol.policy.UserList;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.policy.Verification.OnFailure;

/**
 * Why an envelope in an SMTP session is decided as it is: the steps of the decision table one by one, what each compared, and the line
 * that matched or the nearest one that did not. It goes through the table on its own, over the same policy objects; its last step, before
 * those that tell that a relayed recipient exists and where it goes, gives the reason of {@link #decision()} and {@link #rule()}.
 * Immutable. Made for people: one explanation may scan a whole routing list.
 */
public final class Explanation {

    private static final String ROUTING_ENTRY = "routing entry";
    private static final String RECIPIENT_STEP = "9";
    private static final String RECIPIENT = "recipient";

    private final Envelope envelope;
    private final @Nullable Sender sender;
    private final Decision decision;
    private final List<Step> steps;

    private Explanation(Envelope envelope, @Nullable Sender sender, Decision decision, List<Step> steps) {
        this.envelope = envelope;
        this.sender = sender;
        this.decision = decision;
        this.steps = List.copyOf(steps);
    }

    /**
     * Explains what {@link RelayPolicies#decide} decides, and where the recipient goes.
     *
     * @param sender who sends the mail, on which next hops may depend; null for the null sender, and where it is not known
     * @throws IllegalArgumentException if the envelope has no client or no local address
     */
    public static Explanation of(RelayPolicies policies, Envelope envelope, @Nullable Sender sender, LocalDomains localDomains,
                                 boolean refuseUnhosted) {
        IpAddress client = envelope.client();
        IpAddress local = envelope.localAddress();
        if (client == null || local == null) {
            throw new IllegalArgumentException("only a recipient in an SMTP session can be explained");
        }
        Decision decision = policies.decide(envelope, localDomains, refuseUnhosted);
        RelayPolicy policy = policies.governing(local, envelope.localPort());
        List<Step> steps = new ArrayList<>();
        String listener = listener(local, envelope.localPort());
        if (policy == null) {
            steps.add(new Step("0", "listener", "no policy governs " + listener + ": there are policies for " + listeners(policies), null,
                Reason.NO_POLICY));
            return new Explanation(envelope, sender, decision, steps);
        }
        steps.add(new Step("0", "listener", "policy " + policy.name() + " governs " + listener + (policy.listeners().isEmpty()
            ? ", as every listener that no other policy names" : ", being for " + text(policy.listeners())), policy.rule(), null));
        if (envelope.host().isKnown()) {
            new Trace(steps, policy, envelope, client, local, localDomains, refuseUnhosted).run();
        } else {
            explainUnknownHost(steps, policies, policy, envelope, client, local, localDomains, refuseUnhosted);
        }
        if (decision.route() == Decision.Route.RELAY) {
            DomainName domain = envelope.recipient().domain();
            NextHopChoice choice = NextHopChoice.of(policy.routing(), domain, policy.routing().find(domain), sender);
            steps.add(new Step("", "next hop", choice.text(), choice.rule(), null));
        }
        return new Explanation(envelope, sender, decision, steps);
    }

    /**
     * The step that finds the entry of a routing list for a domain.
     *
     * @param hosted whether the domain is in James's DomainList
     */
    public static Step routingStep(RoutingList routing, DomainName domain, boolean hosted) {
        RoutingEntry entry = routing.find(domain);
        if (entry != null) {
            return new Step("3", ROUTING_ENTRY, text(entry) + (entry.name().equals(domain) ? "" : " covers " + domain) + ": action "
                + action(entry), entry.rule(), null);
        }
        RoutingEntry near = NearestEntry.of(routing, domain);
        String finding = "no entry for " + domain + (near == null ? "" : "; " + text(near) + " at " + near.rule() + " does not cover it");
        return hosted ? new Step("3", ROUTING_ENTRY, finding + "; it is in James's DomainList: inbound", Rule.DOMAIN_LIST, null)
            : new Step("3", ROUTING_ENTRY, finding + "; it is not in James's DomainList: unlisted", null, null);
    }

    private static String text(RoutingEntry entry) {
        return entry.name() + (entry.match() == RoutingEntry.Match.EXACT ? " (exact)" : "");
    }

    private static String action(RoutingEntry entry) {
        return entry.treatment().action().name().toLowerCase(Locale.ROOT);
    }

    private static String listener(IpAddress local, int port) {
        return (local.isIpv4() ? local.toString() : "[" + local + "]") + ":" + port;
    }

    private static String listeners(RelayPolicies policies) {
        return text(policies.policies().stream().flatMap(policy -> policy.listeners().stream()).collect(Collectors.toList()));
    }

    private static String text(List<Listener> listeners) {
        return listeners.stream().map(Listener::toString).collect(Collectors.joining(", "));
    }

    /** The table for a client without host name; then, whether a name that it may have would change the verdict. */
    private static void explainUnknownHost(List<Step> steps, RelayPolicies policies, RelayPolicy policy, Envelope envelope,
                                           IpAddress client, IpAddress local, LocalDomains localDomains, boolean refuseUnhosted) {
        Set<String> names = hostNames(policy);
        if (!names.isEmpty()) {
            steps.add(new Step("", "client host name", "not known: decided as if " + client + " had none, then for each listed domain ("
                + names.size() + ")", null, null));
        }
        Envelope withoutHost = envelope.withHost(ClientHost.NONE);
        new Trace(steps, policy, withoutHost, client, local, localDomains, refuseUnhosted).run();
        Decision none = policies.decide(withoutHost, localDomains, refuseUnhosted);
        for (String name : names) {
            Decision named = policies.decide(envelope.withHost(ClientHost.named(DomainName.of(name))), localDomains, refuseUnhosted);
            if (named.verdict() != none.verdict()) {
                steps.add(new Step("", "client host name", "not known, and it matters: " + none.verdict() + " " + none.reason()
                    + " without one, " + named.verdict() + " " + named.reason() + " if it were " + name, hostRule(policy, name),
                    Reason.DNS_UNAVAILABLE));
                return;
            }
        }
    }

    private static Set<String> hostNames(RelayPolicy policy) {
        Set<String> names = new LinkedHashSet<>(policy.connections().hosts());
        ClientList clients = policy.restrictions().clients();
        if (clients != null) {
            names.addAll(clients.hosts());
        }
        names.addAll(policy.restrictions().never().hosts());
        return names;
    }

    private static Rule hostRule(RelayPolicy policy, String name) {
        ClientList clients = policy.restrictions().clients();
        Rule rule = policy.restrictions().never().findHost(name);
        if (rule == null && clients != null) {
            rule = clients.findHost(name);
        }
        if (rule == null) {
            rule = policy.connections().findHost(name);
        }
        return rule == null ? policy.rule() : rule;
    }

    /** The recipient that is decided. */
    public Recipient recipient() {
        return envelope.recipient();
    }

    /** What is decided. */
    public Decision decision() {
        return decision;
    }

    /** The line that decides, or null where no policy governs. */
    public @Nullable Rule rule() {
        return decision.rule(envelope);
    }

    /** Where the recipient goes; null for its domain's MX, and for what is not relayed. */
    public @Nullable NextHops nextHops() {
        return decision.nextHops(envelope.recipient(), sender);
    }

    /** The steps that were taken, the deciding one last but for whether a relayed recipient exists and where it goes. */
    public List<Step> steps() {
        return steps;
    }

    /** What the client is told; a second text where that depends on whether the listener offers AUTH. */
    public List<String> replies() {
        if (decision.isPermit()) {
            return List.of("250, from James itself");
        }
        switch (decision.reason()) {
            case NO_POLICY:
            case CONNECTION_REFUSED:
                return List.of("554 <hostname> connection refused, as the greeting; then 503 to every command but QUIT");
            default:
                String reply = SmtpReply.of(decision, recipient(), true).toString();
                String withoutAuth = SmtpReply.of(decision, recipient(), false).toString();
                return reply.equals(withoutAuth) ? List.of(reply) : List.of(reply, withoutAuth + ", where AUTH is not offered");
        }
    }

    /** One step of the decision table. Immutable. */
    public static final class Step {

        private final String number;
        private final String test;
        private final String finding;
        private final @Nullable Rule rule;
        private final @Nullable Reason reason;

        private Step(String number, String test, String finding, @Nullable Rule rule, @Nullable Reason reason) {
            this.number = number;
            this.test = test;
            this.finding = finding;
            this.rule = rule;
            this.reason = reason;
        }

        /** Its number in the table; empty for what is said of the client's host name and of the next hop. */
        public String number() {
            return number;
        }

        /** What is tested, in a few words. */
        public String test() {
            return test;
        }

        /** What was compared, and the outcome. */
        public String finding() {
            return finding;
        }

        /** The line that matched, or null. */
        public @Nullable Rule rule() {
            return rule;
        }

        /** The reason for which the step decides, or null if it does not. */
        public @Nullable Reason reason() {
            return reason;
        }

        @Override
        public String toString() {
            return number + " " + test + ": " + finding + (rule == null ? "" : " [" + rule + "]") + (reason == null ? "" : " => " + reason);
        }
    }

    /** The table from step 1 on, for a client whose host name is known, or that has none. */
    private static final class Trace {

        private final List<Step> steps;
        private final RelayPolicy policy;
        private final Restrictions restrictions;
        private final Envelope envelope;
        private final IpAddress client;
        private final IpAddress local;
        private final @Nullable DomainName host;
        private final @Nullable RoutingEntry entry;
        private final boolean hosted;
        private final boolean unhostedRefused;

        Trace(List<Step> steps, RelayPolicy policy, Envelope envelope, IpAddress client, IpAddress local, LocalDomains localDomains,
              boolean refuseUnhosted) {
            this.steps = steps;
            this.policy = policy;
            this.restrictions = policy.restrictions();
            this.envelope = envelope;
            this.client = client;
            this.local = local;
            this.host = envelope.host().name();
            DomainName domain = envelope.recipient().domain();
            this.entry = policy.routing().find(domain);
            this.hosted = localDomains.contains(domain);
            this.unhostedRefused = refuseUnhosted && !hosted;
        }

        void run() {
            if (connection() || authentication()) {
                return;
            }
            routingEntry();
            if (rejected() || senderSpecifiedRouting() || inbound() || rerouteOff()) {
                return;
            }
            if (!relayDomain()) {
                steps.add(restrictions(steps));
            }
            Reason reason = steps.get(steps.size() - 1).reason();
            if (entry != null && reason != Reason.NEVER && reason != Reason.NOT_PERMITTED) {
                recipient(entry.treatment(), entry.rule());
            }
        }

        private boolean pass(String number, String test, String finding, @Nullable Rule rule) {
            steps.add(new Step(number, test, finding, rule, null));
            return false;
        }

        private boolean decide(String number, String test, String finding, Rule rule, Reason reason) {
            steps.add(new Step(number, test, finding, rule, reason));
            return true;
        }

        private boolean connection() {
            ClientList connections = policy.connections();
            boolean only = connections.mode() == ClientList.Mode.ONLY;
            if (connections.isEmpty() && !only) {
                return pass("1", "connection", "everyone may connect", null);
            }
            Rule listed = find(connections);
            String list = only ? "those that may connect" : "those that may not connect";
            String finding = inList(connections, listed, list);
            if (only) {
                return listed == null
                    ? decide("1", "connection", finding, connections.rule(), Reason.CONNECTION_REFUSED)
                    : pass("1", "connection", finding, listed);
            }
            return listed == null
                ? pass("1", "connection", finding, null)
                : decide("1", "connection", finding, listed, Reason.CONNECTION_REFUSED);
        }

        private boolean authentication() {
            if (!restrictions.authenticationRequired()) {
                return pass("2", "authentication", "not required", null);
            }
            Rule declared = restrictions.authenticatedRule();
            Rule rule = declared == null ? policy.rule() : declared;
            User user = envelope.user();
            return user == null
                ? decide("2", "authentication", "required, and the client has not authenticated", rule, Reason.AUTHENTICATION_REQUIRED)
                : pass("2", "authentication", "required, and the client has authenticated as " + user, rule);
        }

        private void routingEntry() {
            steps.add(routingStep(policy.routing(), envelope.recipient().domain(), hosted));
        }

        private Action action() {
            if (entry == null) {
                return hosted ? Action.INBOUND : Action.ROUTE;
            }
            return entry.treatment().action();
        }

        private Rule entryRule() {
            if (entry == null) {
                return hosted ? Rule.DOMAIN_LIST : policy.routing().rule();
            }
            return entry.rule();
        }

        private String actionText() {
            return entry == null && !hosted ? "the domain is unlisted" : "the action is " + action().name().toLowerCase(Locale.ROOT);
        }

        private boolean rejected() {
            return action() == Action.REJECT
                ? decide("4", "rejected domain", actionText(), entryRule(), Reason.DOMAIN_REJECTED)
                : pass("4", "rejected domain", actionText(), null);
        }

        private boolean senderSpecifiedRouting() {
            String test = "sender-specified routing";
            String localPart = envelope.recipient().localPart();
            if (!envelope.recipient().isSenderRouted()) {
                return pass("5", test, "none in the local part " + localPart, null);
            }
            if (policy.routing().allowsSenderSpecifiedRouting(entry)) {
                return pass("5", test, "the local part " + localPart + " carries it, and it is allowed", null);
            }
            Step deciding = restrictions(new ArrayList<>());
            Reason reason = deciding.reason();
            String because = "(" + deciding.number() + ": " + reason + ")";
            if (reason == Reason.NEVER || reason == Reason.NOT_PERMITTED) {
                return decide("5", test, "the local part " + localPart + " carries it, it is not allowed, and the restrictions do not "
                    + "permit the client " + because, entryRule(), Reason.SENDER_SPECIFIED_ROUTING);
            }
            return pass("5", test, "the local part " + localPart + " carries it, and the restrictions permit the client " + because,
                deciding.rule());
        }

        private boolean inbound() {
            if (action() != Action.INBOUND) {
                return pass("6", "inbound domain", actionText(), null);
            }
            return unhostedRefused
                ? decide("6", "inbound domain", actionText() + ", but James's DomainList lacks " + envelope.recipient().domain(),
                    entryRule(), Reason.INBOUND_NOT_HOSTED)
                : decide("6", "inbound domain", actionText(), entryRule(), Reason.INBOUND);
        }

        private boolean rerouteOff() {
            RoutingList routing = policy.routing();
            return routing.reroute()
                ? pass("7", "reroute", "on", null)
                : decide("7", "reroute", "off: only what is inbound is accepted", routing.rerouteRule(), Reason.REROUTE_OFF);
        }

        private boolean relayDomain() {
            return action() == Action.RELAY
                ? decide("7a", "relay domain", actionText(), entryRule(), Reason.RELAY_DOMAIN)
                : pass("7a", "relay domain", actionText(), null);
        }

        /** Step 8: adds to {@code passed} what does not decide, and returns what does. */
        private Step restrictions(List<Step> passed) {
            User user = envelope.user();
            ClientList never = restrictions.never();
            Rule neverClient = find(never);
            Rule neverUser = user == null ? null : restrictions.neverUsers().find(user);
            if (neverClient != null) {
                return new Step("8a", "never", inList(never, neverClient, "those that never relay"), neverClient, Reason.NEVER);
            }
            if (neverUser != null) {
                return new Step("8a", "never", user + " is listed at " + neverUser + " among those that never relay", neverUser,
                    Reason.NEVER);
            }
            passed.add(new Step("8a", "never", neverFinding(), null, null));

            ClientList clients = restrictions.clients();
            if (clients == null) {
                passed.add(new Step("8b", "clients", "no clients may relay by address or host name", null, null));
            } else {
                Rule listed = find(clients);
                boolean only = clients.mode() == ClientList.Mode.ONLY;
                String finding = inList(clients, listed, only ? "those that may relay" : "those that may not relay");
                Rule permitting = only ? listed : listed == null ? clients.rule() : null;
                if (permitting != null) {
                    return new Step("8b", "clients", finding, permitting, Reason.CLIENT_LISTED);
                }
                passed.add(new Step("8b", "clients", finding, null, null));
            }

            NetworkSet internal = restrictions.internalAddresses();
            Rule internalRule = internal.find(local);
            if (internalRule != null) {
                return new Step("8c", "internal address", "the client connected to " + local + ", which is listed at " + internalRule,
                    internalRule, Reason.INTERNAL_ADDRESS);
            }
            passed.add(new Step("8c", "internal address", internal.isEmpty() ? "none is configured"
                : "the client connected to " + local + ", which is not listed" + NearestNetwork.text(internal, local), null, null));

            Rule authenticated = restrictions.authenticatedRule();
            UserList users = restrictions.authenticatedUsers();
            Rule userRule = user == null || authenticated == null ? null : users == null ? authenticated : users.find(user);
            if (userRule != null) {
                return new Step("8d", "authenticated", "the client has authenticated as " + user
                    + (users == null ? "" : ", who is listed at " + userRule), userRule, Reason.AUTHENTICATED);
            }
            passed.add(new Step("8d", "authenticated", notAuthenticatedFinding(authenticated, user), null, null));
            return new Step("8e", "otherwise", "nothing permits it", restrictions.rule(), Reason.NOT_PERMITTED);
        }

        /** Step 9. Where it decides, the step before does not. */
        private void recipient(Treatment treatment, Rule rule) {
            Recipient recipient = envelope.recipient();
            RecipientList listed = treatment.recipients();
            Verification verification = treatment.verification();
            if (listed != null) {
                Rule line = listed.find(recipient);
                if (line != null) {
                    pass(RECIPIENT_STEP, RECIPIENT, recipient + " is listed at " + line, line);
                } else {
                    refuse(recipient + " is none of the recipients that are listed (" + Texts.number(listed.listed().size()) + ")", rule,
                        Reason.RECIPIENT_UNKNOWN);
                }
            } else if (verification != null) {
                verify(recipient, verification, rule);
            }
        }

        private void verify(Recipient recipient, Verification verification, Rule rule) {
            String asked = verification.directory() == null ? "the next hop" : "directory " + verification.directory().name();
            boolean defers = verification.onFailure() == OnFailure.DEFER;
            switch (envelope.recipientStatus()) {
                case KNOWN:
                    pass(RECIPIENT_STEP, RECIPIENT, recipient + " exists, as given", rule);
                    break;
                case UNKNOWN:
                    refuse(recipient + " does not exist, as given", rule, Reason.RECIPIENT_UNKNOWN);
                    break;
                case UNDETERMINED:
                    String finding = asked + " cannot tell whether " + recipient + " exists, as given, and verifyOnFailure is "
                        + (defers ? "defer" : "accept");
                    if (defers) {
                        refuse(finding, rule, Reason.RECIPIENT_UNVERIFIED);
                    } else {
                        pass(RECIPIENT_STEP, RECIPIENT, finding, rule);
                    }
                    break;
                case PENDING:
                    refuse(asked + " has not answered yet whether " + recipient + " exists", rule, Reason.RECIPIENT_UNVERIFIED);
                    break;
                default:
                    pass(RECIPIENT_STEP, RECIPIENT, asked + " is asked whether " + recipient + " exists; 550 5.1.1 if not", rule);
                    break;
            }
        }

        private void refuse(String finding, Rule rule, Reason reason) {
            Step permitting = steps.remove(steps.size() - 1);
            pass(permitting.number, permitting.test, permitting.finding, permitting.rule);
            decide(RECIPIENT_STEP, RECIPIENT, finding, rule, reason);
        }

        private String neverFinding() {
            ClientList never = restrictions.never();
            if (never.isEmpty() && restrictions.neverUsers().isEmpty()) {
                return "nobody is listed";
            }
            String finding = never.isEmpty() ? "no client is listed" : inList(never, null, "those that never relay");
            return envelope.user() == null ? finding : finding + "; nor is user " + envelope.user();
        }

        private static String notAuthenticatedFinding(@Nullable Rule authenticated, @Nullable User user) {
            if (authenticated == null) {
                return user == null ? "authenticating would not help" : "authentication as " + user + " permits nothing here";
            }
            return user == null ? "the client has not authenticated" : user + " is not among the users listed under " + authenticated;
        }

        /** The rule that lists the client: by network, else by host name. */
        private @Nullable Rule find(ClientList list) {
            Rule byNetwork = list.networks().find(client);
            return byNetwork != null || host == null ? byNetwork : list.findHost(host);
        }

        private String inList(ClientList list, @Nullable Rule listed, String meaning) {
            if (listed == null) {
                return client + (host == null ? "" : " (" + host + ")") + " is not among " + meaning
                    + NearestNetwork.text(list.networks(), client);
            }
            return list.networks().listed().stream()
                .filter(one -> one.rule().equals(listed) && one.network().contains(client))
                .findFirst()
                .map(one -> client + " is in " + one.network())
                .orElse(client + " is " + host) + ", listed at " + listed + " among " + meaning;
        }
    }
}
