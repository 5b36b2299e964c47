package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Sender;
import org.relaycontrol.policy.SenderEntry;

/**
 * All senders, divided into classes for which mail goes the same way: each listed address, each listed domain without these addresses, and
 * what is not listed, the null sender among it. Immutable.
 */
final class Senders {

    /** The class of the null sender and of those that are not listed. */
    static final int NOT_LISTED = 0;

    private static final String UNLISTED = "x";

    private final List<Optional<Sender>> representatives = new ArrayList<>();
    private final NameTree tree;

    Senders(List<RelayPolicies> sides) {
        Map<String, SenderEntry> listed = new LinkedHashMap<>();
        for (RelayPolicies side : sides) {
            add(side.sharedRouting(), listed);
            side.policies().forEach(policy -> add(policy.routing(), listed));
        }
        representatives.add(Optional.empty());
        int[] byNode = new int[2 * listed.size()];
        int node = 0;
        for (SenderEntry entry : listed.values()) {
            byNode[node++] = representatives.size();
            byNode[node++] = representatives.size();
            Sender sender = entry.sender();
            representatives.add(Optional.of(sender == null ? unlisted(entry.domain(), listed) : sender));
        }
        tree = NameTree.of(List.copyOf(listed.keySet()), Senders::above, byNode, NOT_LISTED);
    }

    private static void add(RoutingList list, Map<String, SenderEntry> listed) {
        list.senders().forEach(entry -> listed.putIfAbsent(entry.name(), entry));
    }

    private static Sender unlisted(DomainName domain, Map<String, SenderEntry> listed) {
        StringBuilder localPart = new StringBuilder(UNLISTED);
        while (listed.containsKey(localPart + "@" + domain)) {
            localPart.append(UNLISTED);
        }
        return Sender.of(localPart.toString(), domain);
    }

    /** The domain of an address, or null above a domain: those below it are no senders of its own. */
    private static @Nullable String above(String name) {
        int at = name.lastIndexOf('@');
        return at < 0 ? null : name.substring(at + 1);
    }

    /** One sender of each class, by its number; nothing stands for the null sender. */
    List<Optional<Sender>> representatives() {
        return representatives;
    }

    /** The senders of some classes. */
    NameSet select(IntSet classes) {
        return tree.select(classes);
    }

    /** Like {@code boss@dept.example and all of sales.example}. */
    static String text(NameSet senders) {
        return senders.rest()
            ? "every sender but " + list(senders.excluded()) + though(senders.included())
            : list(senders.included()) + (senders.excluded().isEmpty() ? "" : " but not " + list(senders.excluded()));
    }

    private static String though(List<NameSet.Term> included) {
        return included.isEmpty() ? "" : ", though " + list(included);
    }

    private static String list(List<NameSet.Term> terms) {
        return Texts.list(terms.stream()
            .map(term -> term.name().indexOf('@') < 0 ? "all of " + term.name() : term.name())
            .collect(Collectors.toList()), "senders");
    }
}
