package org.relaycontrol.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/**
 * Reads one routing list ({@code routing}), inline entries and list files.
 */
final class RoutingReader {

    /** What {@code via} says for the smart host of the routing list. */
    static final String SMART_HOST = "smartHost";

    /** RFC 5321 section 4.5.3.1.5 allows 512 octets a reply line; this leaves room for code and enhanced code, and it is a short text. */
    private static final int LONGEST_REPLY = 200;

    /** The schema's type of an entry. */
    private static final String ROUTED_DOMAIN = "routedDomain";
    private static final String NAME = "name";
    private static final String ACTION = "action";
    private static final String NEXT_HOP = "nextHop";
    private static final String VIA = "via";
    private static final String REPLY = "reply";
    private static final String SENDER_SPECIFIED = "allowSenderSpecifiedRouting";

    private static final Map<String, Set<Action>> USED_BY = usedBy();

    private final PolicyFile file;
    private final NextHopNames nextHopNames;
    private final RecipientsReader recipients;
    private final RoutingList.Builder routing;
    private final List<XmlElement> viaSmartHost = new ArrayList<>();
    private final boolean hasSmartHost;

    private RoutingReader(PolicyFile file, NextHopNames nextHopNames, RecipientsReader recipients, XmlElement element) {
        this.file = file;
        this.nextHopNames = nextHopNames;
        this.recipients = recipients;
        this.routing = RoutingList.builder(file.rule(element));
        this.hasSmartHost = element.attribute(SMART_HOST) != null || element.attribute(VIA) != null;
    }

    private static Map<String, Set<Action>> usedBy() {
        Map<String, Set<Action>> usedBy = new HashMap<>();
        usedBy.put(NEXT_HOP, Set.of(Action.RELAY, Action.ROUTE));
        usedBy.put(VIA, Set.of(Action.RELAY, Action.ROUTE));
        usedBy.put(REPLY, Set.of(Action.REJECT));
        usedBy.put(SENDER_SPECIFIED, Set.of(Action.INBOUND, Action.RELAY, Action.ROUTE));
        RecipientsReader.ATTRIBUTES.forEach(attribute -> usedBy.put(attribute, Set.of(Action.RELAY, Action.ROUTE)));
        return Map.copyOf(usedBy);
    }

    /** Reads the {@code routing} element. */
    static RoutingReader read(PolicyFile file, NextHopNames nextHopNames, RecipientsReader recipients, XmlElement element) {
        RoutingReader reader = new RoutingReader(file, nextHopNames, recipients.at(element), element);
        reader.readAttributes(element);
        element.children("domain").forEach(reader::readDomain);
        element.children("domains").forEach(reader::readDomains);
        reader.readSenders(element);
        return reader;
    }

    /** No routing list at the element. */
    static RoutingReader none(PolicyFile file, NextHopNames nextHopNames, RecipientsReader recipients, XmlElement element) {
        return new RoutingReader(file, nextHopNames, recipients, new XmlElement("routing", element.file(), element.line()));
    }

    /** How recipients are known in this routing list. */
    RecipientsReader recipients() {
        return recipients;
    }

    /** What was read. */
    RoutingList.Builder routing() {
        return routing;
    }

    /** Whether it names a smart host. */
    boolean hasSmartHost() {
        return hasSmartHost;
    }

    /** The elements whose mail goes by the smart host. */
    List<XmlElement> viaSmartHost() {
        return viaSmartHost;
    }

    private void readAttributes(XmlElement element) {
        String reroute = element.attribute("reroute");
        if (reroute != null) {
            routing.reroute(Boolean.parseBoolean(reroute));
        }
        String senderSpecified = element.attribute(SENDER_SPECIFIED);
        if (senderSpecified != null) {
            routing.allowSenderSpecifiedRouting(Boolean.parseBoolean(senderSpecified));
        }
        String smartHost = element.attribute(SMART_HOST);
        String via = element.attribute(VIA);
        if (smartHost != null && via != null) {
            file.problem(element, "smartHost and via exclude each other; remove one of them");
        }
        NextHops hops = smartHost == null ? null : nextHopNames.parse(element, SMART_HOST, smartHost);
        if (SMART_HOST.equals(via)) {
            file.problem(element, "via=\"smartHost\" says nothing here; write the name of a next hop, or smartHost=\"host\"");
        } else if (via != null) {
            hops = nextHopNames.get(element, via, false);
        }
        if (hops != null) {
            routing.smartHost(hops);
        }
    }

    private void readSenders(XmlElement element) {
        XmlElement senders = file.single(element, "senders");
        if (senders != null) {
            SendersReader reader = new SendersReader(file, nextHopNames, routing);
            senders.children("sender").forEach(sender -> {
                reader.read(sender);
                if (SMART_HOST.equals(sender.attribute("via"))) {
                    viaSmartHost.add(sender);
                }
            });
        }
    }

    private void readDomain(XmlElement element) {
        Treatment treatment = treatment(element);
        Match match = match(element);
        String name = element.attribute(NAME);
        DomainName domain = name == null ? null : file.parse(element, () -> DomainNotation.recipientDomain(name));
        if (domain != null) {
            add(domain, match, treatment, file.rule(element));
        }
    }

    private void readDomains(XmlElement element) {
        Treatment treatment = treatment(element);
        Match match = match(element);
        String list = String.valueOf(element.attribute(PolicyFile.FILE));
        String managedList = String.valueOf(element.attribute(PolicyFile.MANAGED));
        file.readList(element, new ListFile.Lines() {
            @Override
            public boolean plainEntry(byte[] octets, int from, int to, int line) {
                return routing.addCanonical(octets, from, to, match, treatment, list, line);
            }

            @Override
            public void entry(String text, Rule where) {
                add(DomainNotation.recipientDomain(text), match, treatment, where);
            }

            @Override
            public void comment(String text, Rule where) {
                warnIfExactEntry(text, where);
            }
        }, new ListFile.Lines() {
            @Override
            public boolean plainEntry(byte[] octets, int from, int to, int line) {
                return routing.addCanonical(octets, from, to, match, treatment, managedList, line);
            }

            @Override
            public void entry(String text, Rule where) {
                readManaged(element, match, treatment, text, where);
            }
        });
    }

    /** Reads a line of a managed list: what it does not say, the element says. */
    private void readManaged(XmlElement element, Match match, Treatment treatment, String text, Rule where) {
        ManagedLine line = ManagedLine.parse(text);
        Map<String, String> attributes = new LinkedHashMap<>(line.attributes());
        boolean expired = file.isExpired(attributes.remove(ManagedEntry.EXPIRES));
        DomainName domain = DomainNotation.recipientDomain(line.entry());
        Match entryMatch = match;
        Treatment entryTreatment = treatment;
        if (!attributes.isEmpty()) {
            checkKnown(attributes.keySet());
            XmlElement entry = overlay(element, attributes, where);
            entry.attribute(NAME, line.entry());
            file.schema().check(entry, ROUTED_DOMAIN, file.problems());
            entryMatch = match(entry);
            entryTreatment = treatment(entry);
        }
        if (!expired) {
            add(domain, entryMatch, entryTreatment, where);
        }
    }

    private void checkKnown(Set<String> attributes) {
        Set<String> known = new LinkedHashSet<>(file.schema().attributes(ROUTED_DOMAIN));
        known.remove(NAME);
        known.removeAll(RecipientsReader.OF_ELEMENTS_ALONE);
        known.add(ManagedEntry.EXPIRES);
        for (String attribute : attributes) {
            if (!known.contains(attribute)) {
                throw new IllegalArgumentException("the attribute '" + attribute + "' is unknown; write one of "
                    + String.join(", ", known));
            }
        }
    }

    /** The entry that the line is, as an element: its own attributes before those of the list that go with them. */
    private static XmlElement overlay(XmlElement list, Map<String, String> own, Rule where) {
        Map<String, String> attributes = new LinkedHashMap<>(list.attributes());
        attributes.remove(PolicyFile.MANAGED);
        if (own.containsKey(NEXT_HOP) || own.containsKey(VIA)) {
            attributes.remove(NEXT_HOP);
            attributes.remove(VIA);
        }
        if (own.containsKey(RecipientsReader.VERIFY)) {
            RecipientsReader.ATTRIBUTES.forEach(attributes::remove);
        }
        Action action = action(own.getOrDefault(ACTION, attributes.get(ACTION)));
        attributes.keySet().removeIf(inherited -> action != null && !USED_BY.getOrDefault(inherited, Set.of(action)).contains(action));
        attributes.putAll(own);
        XmlElement entry = new XmlElement("domain", where.file(), where.line());
        attributes.forEach(entry::attribute);
        return entry;
    }

    private void add(DomainName domain, Match match, Treatment treatment, Rule where) {
        Rule before = routing.add(domain, match, treatment, where.file(), where.line());
        if (before != null) {
            file.problems().add(where, "'" + domain + "' is listed already at " + before + "; remove one of the two"
                + (domain.isLiteral() ? "" : ", or write another match for one of them"));
        }
    }

    private void warnIfExactEntry(String comment, Rule where) {
        String name = comment.substring(1);
        if (name.indexOf('.') < 0 || name.chars().anyMatch(Character::isWhitespace)) {
            return;
        }
        try {
            DomainName domain = DomainName.of(name);
            file.problems().warn("glued-comment", where, "'" + comment + "' is a comment; if IMS's exact entry was meant, write " + domain
                + " into a list with match=\"exact\", else write a blank after the #");
        } catch (IllegalArgumentException e) {
            // No domain, so nothing but a comment can have been meant.
            return;
        }
    }

    private static Match match(XmlElement element) {
        return "exact".equals(element.attribute("match")) ? Match.EXACT : Match.SUBTREE;
    }

    /** What is done with the mail. Where the action is missing or unknown, there will be no policy anyhow. */
    private Treatment treatment(XmlElement element) {
        Action action = action(element.attribute(ACTION));
        String reply = used(element, REPLY, action);
        String senderSpecified = used(element, SENDER_SPECIFIED, action);
        String nextHop = used(element, NEXT_HOP, action);
        String via = used(element, VIA, action);
        Treatment treatment = Treatment.of(action == null ? Action.REJECT : action);
        if (reply != null) {
            checkReply(element, reply);
            treatment = treatment.withReply(reply);
        }
        treatment = recipients.read(element, treatment, attribute -> used(element, attribute, action));
        if (senderSpecified != null) {
            treatment = treatment.withSenderSpecifiedRouting(Boolean.parseBoolean(senderSpecified));
        }
        if (nextHop != null && via != null) {
            file.problem(element, "nextHop and via exclude each other; remove one of them");
        }
        if (SMART_HOST.equals(via)) {
            viaSmartHost.add(element);
            return treatment.withSmartHost();
        }
        NextHops named = via == null ? null : nextHopNames.get(element, via, true);
        NextHops hops = nextHop == null ? named : nextHopNames.parse(element, NEXT_HOP, nextHop);
        return hops == null ? treatment : treatment.withNextHops(hops);
    }

    /** The attribute's value, or null; one that the action does not use is a problem and counts no further. */
    private @Nullable String used(XmlElement element, String attribute, @Nullable Action action) {
        String value = element.attribute(attribute);
        Set<Action> actions = USED_BY.getOrDefault(attribute, Set.of());
        if (value == null || action == null || actions.contains(action)) {
            return value;
        }
        file.problem(element, attribute + " is not used by action=\"" + lower(action) + "\"; remove it, or write action="
            + actions.stream().sorted().map(one -> "\"" + lower(one) + "\"").collect(Collectors.joining(" or ")));
        return null;
    }

    private static @Nullable Action action(@Nullable String text) {
        for (Action action : Action.values()) {
            if (lower(action).equals(text)) {
                return action;
            }
        }
        return null;
    }

    private static String lower(Action action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private void checkReply(XmlElement element, String reply) {
        if (reply.isEmpty()) {
            file.problem(element, "reply is empty; write the text after 550 5.7.1, or leave it out");
        }
        if (reply.length() > LONGEST_REPLY) {
            file.problem(element, "reply has " + reply.length() + " characters; write at most " + LONGEST_REPLY);
        }
        reply.codePoints().filter(c -> c < ' ' || c > '~').findFirst().ifPresent(c -> file.problem(element,
            String.format("reply has the character '%s' (U+%04X); write printable ASCII alone", Character.toString(c), c)));
    }
}
