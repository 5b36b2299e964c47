package org.relaycontrol.analysis;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.SenderEntry;

/**
 * Why relayed mail goes by the next hops that {@link RoutingList#nextHops} gives, and which line says so. Immutable.
 */
final class NextHopChoice {

    private final String text;
    private final @Nullable Rule rule;

    private NextHopChoice(String text, @Nullable Rule rule) {
        this.text = text;
        this.rule = rule;
    }

    static NextHopChoice of(RoutingList routing, DomainName domain, @Nullable RoutingEntry entry, @Nullable Sender sender) {
        if (entry != null && entry.treatment().nextHops() != null) {
            return new NextHopChoice("the entry " + entry.name() + " names " + Texts.nextHops(entry.treatment().nextHops()), entry.rule());
        }
        boolean depends = RoutingList.dependsOnSender(entry);
        SenderEntry listed = depends && sender != null ? routing.find(sender) : null;
        if (listed != null) {
            String who = listed.sender() == null ? "the domain of sender " + sender : "sender " + sender;
            return new NextHopChoice(who + " is listed: " + hops(routing, listed.nextHops()), listed.rule());
        }
        String why = hasSenders(routing) ? whyNotBySender(entry, depends, sender) : "";
        NextHops hops = routing.nextHops(entry, null);
        if (hops == null) {
            return new NextHopChoice(why + "the MX of " + domain, entry == null ? null : entry.rule());
        }
        return new NextHopChoice(why + hops(routing, null), entry == null ? routing.smartHostRule() : entry.rule());
    }

    private static boolean hasSenders(RoutingList routing) {
        RoutingList shared = routing.shared();
        return !routing.senders().isEmpty() || shared != null && !shared.senders().isEmpty();
    }

    private static String whyNotBySender(@Nullable RoutingEntry entry, boolean depends, @Nullable Sender sender) {
        if (!depends) {
            return entry != null && entry.treatment().action() == Action.RELAY ? "whoever sends to a relay domain: " : "";
        }
        return sender == null ? "no sender is given, or the null sender: " : "neither sender " + sender + " nor its domain is listed: ";
    }

    private static String hops(RoutingList routing, @Nullable NextHops named) {
        NextHops smartHost = routing.smartHost();
        if (named != null) {
            return Texts.nextHops(named);
        }
        return smartHost == null ? "MX" : "the smart host, " + Texts.nextHops(smartHost);
    }

    String text() {
        return text;
    }

    /** The line, or null where no line says anything: an unlisted domain goes to its MX. */
    @Nullable Rule rule() {
        return rule;
    }
}
