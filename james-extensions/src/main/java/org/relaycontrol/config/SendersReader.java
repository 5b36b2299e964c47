package org.relaycontrol.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.SenderEntry;

/**
 * Reads where mail of certain senders goes ({@code senders} in a routing list).
 */
final class SendersReader {

    private final PolicyFile file;
    private final NextHopNames nextHopNames;
    private final RoutingList.Builder routing;
    private final Map<String, Rule> seen = new HashMap<>();

    SendersReader(PolicyFile file, NextHopNames nextHopNames, RoutingList.Builder routing) {
        this.file = file;
        this.nextHopNames = nextHopNames;
        this.routing = routing;
    }

    /** Reads one {@code sender}. */
    void read(XmlElement element) {
        String via = element.attribute("via");
        String name = element.attribute("name");
        boolean smartHost = RoutingReader.SMART_HOST.equals(via);
        NextHops hops = via == null || smartHost ? null : nextHopNames.get(element, via, true);
        SenderEntry entry = name == null ? null : file.parse(element, () -> entry(name, hops, file.rule(element)));
        if (entry == null) {
            return;
        }
        Rule before = seen.putIfAbsent(entry.name(), entry.rule());
        if (before == null) {
            routing.add(entry);
        } else {
            file.problem(element, "the sender '" + entry.name() + "' is listed already at " + before + "; remove one of the two");
        }
    }

    private static SenderEntry entry(String name, @Nullable NextHops hops, Rule rule) {
        if (name.isEmpty() || name.equals("<>")) {
            throw new IllegalArgumentException("the sender '" + name + "' is no address; write one, or a domain: mail of the null sender "
                + "goes as if there were no <senders>");
        }
        if (name.startsWith("@") || name.startsWith("*@")) {
            throw new IllegalArgumentException("'" + name + "' is another product's notation; write "
                + name.substring(name.indexOf('@') + 1) + " for every sender in the domain");
        }
        return name.indexOf('@') < 0
            ? SenderEntry.of(DomainNotation.senderDomain(name), hops, rule)
            : SenderEntry.of(sender(name), hops, rule);
    }

    private static Sender sender(String address) {
        if (address.startsWith("<") && address.endsWith(">")) {
            throw new IllegalArgumentException("'" + address + "' has angle brackets; write " + address.substring(1, address.length() - 1));
        }
        return Sender.parse(address);
    }
}
