package org.relaycontrol.webadmin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;

/**
 * Searches the entries that answer in a policy: its own and the shared ones that its own do not replace. Without a condition they come in
 * the order of the configuration, so that those of the policy file, which somebody has written by hand, come before those of long lists,
 * and a page costs no more than the entries before it. With a condition they come by name: it looks once at every entry, a million in some
 * ten milliseconds, and keeps no more than the page needs.
 */
final class DomainSearch {

    private static final Comparator<RoutingEntry> BY_NAME = Comparator.comparing((RoutingEntry entry) -> entry.name().toString())
        .thenComparing(RoutingEntry::match);

    private final RoutingList routing;
    private final @Nullable Predicate<RoutingEntry> condition;
    private int total;

    /** Searches for the entries that satisfy the condition, or for all. */
    DomainSearch(RoutingList routing, @Nullable Predicate<RoutingEntry> condition) {
        this.routing = routing;
        this.condition = condition;
    }

    /**
     * The condition that these texts state, or null if none is given.
     *
     * @param prefix what the name begins with
     * @param contains what the name contains
     * @param action the action
     * @throws RequestException if there is no such action
     */
    static @Nullable Predicate<RoutingEntry> condition(@Nullable String prefix, @Nullable String contains, @Nullable String action) {
        Predicate<RoutingEntry> condition = null;
        if (action != null) {
            RoutingEntry.Action wanted = action(action);
            condition = and(condition, entry -> entry.treatment().action() == wanted);
        }
        if (prefix != null) {
            String lower = prefix.toLowerCase(Locale.ROOT);
            condition = and(condition, entry -> entry.name().toString().startsWith(lower));
        }
        if (contains != null) {
            String lower = contains.toLowerCase(Locale.ROOT);
            condition = and(condition, entry -> entry.name().toString().contains(lower));
        }
        return condition;
    }

    private static Predicate<RoutingEntry> and(@Nullable Predicate<RoutingEntry> one, Predicate<RoutingEntry> other) {
        return one == null ? other : one.and(other);
    }

    private static RoutingEntry.Action action(String text) {
        List<String> known = new ArrayList<>();
        for (RoutingEntry.Action action : RoutingEntry.Action.values()) {
            if (RoutingEntryJson.lower(action).equals(text)) {
                return action;
            }
            known.add(RoutingEntryJson.lower(action));
        }
        throw RequestException.unusable("there is no action '" + text + "'; write one of " + String.join(", ", known));
    }

    /** The entries of the page. */
    List<RoutingEntry> find(Page page) {
        return condition == null ? inOrder(page) : byName(page, condition);
    }

    /** How many entries there are on all pages; known once {@link #find} has looked. */
    int total() {
        return total;
    }

    private List<RoutingEntry> inOrder(Page page) {
        List<RoutingEntry> found = new ArrayList<>();
        List<RoutingEntry> own = routing.entries();
        RoutingList shared = routing.shared();
        total = own.size() + (shared == null ? 0 : shared.entries().size() - replaced(own, shared));
        long end = (long) page.offset() + page.limit();
        for (int i = page.offset(); i < Math.min(end, own.size()); i++) {
            found.add(own.get(i));
        }
        if (shared != null && end > own.size()) {
            int at = own.size();
            for (RoutingEntry entry : shared.entries()) {
                if (!own.isEmpty() && isReplaced(entry)) {
                    continue;
                }
                if (at >= end) {
                    break;
                }
                if (at >= page.offset()) {
                    found.add(entry);
                }
                at++;
            }
        }
        return found;
    }

    /** How many shared entries have no say; asks for each entry of the policy's own list, which is the shorter one as a rule. */
    private static int replaced(List<RoutingEntry> own, RoutingList shared) {
        int replaced = 0;
        for (RoutingEntry entry : own) {
            if (shared.own(entry.name(), entry.match()) != null) {
                replaced++;
            }
        }
        return replaced;
    }

    private boolean isReplaced(RoutingEntry sharedEntry) {
        return routing.own(sharedEntry.name(), sharedEntry.match()) != null;
    }

    private List<RoutingEntry> byName(Page page, Predicate<RoutingEntry> wanted) {
        int size = page.offset() + page.limit();
        PriorityQueue<RoutingEntry> first = new PriorityQueue<>(BY_NAME.reversed());
        total = 0;
        for (RoutingEntry entry : routing.entries()) {
            if (wanted.test(entry)) {
                keep(entry, first, size);
            }
        }
        RoutingList shared = routing.shared();
        if (shared != null) {
            for (RoutingEntry entry : shared.entries()) {
                if (wanted.test(entry) && !isReplaced(entry)) {
                    keep(entry, first, size);
                }
            }
        }
        List<RoutingEntry> sorted = new ArrayList<>(first);
        sorted.sort(BY_NAME);
        return page.offset() >= sorted.size() ? Collections.emptyList() : sorted.subList(page.offset(), sorted.size());
    }

    private void keep(RoutingEntry entry, PriorityQueue<RoutingEntry> first, int size) {
        total++;
        if (first.size() < size) {
            first.add(entry);
        } else if (BY_NAME.compare(entry, first.element()) < 0) {
            first.remove();
            first.add(entry);
        }
    }
}
