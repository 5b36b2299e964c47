package org.relaycontrol.analysis;

import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;

/**
 * The entry of a routing list that looks most as if it covered a domain that no entry covers.
 */
final class NearestEntry {

    private final String domain;
    private @Nullable RoutingEntry nearest;
    private int likeness;

    private NearestEntry(String domain) {
        this.domain = domain;
    }

    /**
     * The most similar entry, or null. Similar is, in this order: an exact entry for a name above the domain; one whose name ends the
     * domain within a label ({@code ms.com} and {@code pms.com}), the longest; one for a name below the domain, the shortest; one that
     * differs in a single character or in two that changed places.
     */
    static @Nullable RoutingEntry of(RoutingList routing, DomainName domain) {
        if (domain.isLiteral()) {
            return null;
        }
        NearestEntry search = new NearestEntry(domain.toString());
        routing.entries().forEach(search::consider);
        RoutingList shared = routing.shared();
        if (shared != null) {
            shared.entries().forEach(search::consider);
        }
        return search.nearest;
    }

    private void consider(RoutingEntry entry) {
        int alike = likeness(entry.name().toString());
        if (alike > likeness) {
            nearest = entry;
            likeness = alike;
        }
    }

    /** How much alike the names are, 0 for not at all: in steps of 1000, since no name has as many characters. */
    private int likeness(String name) {
        int length = name.length();
        if (length < domain.length() && domain.endsWith(name)) {
            boolean below = domain.charAt(domain.length() - length - 1) == '.';
            return (below ? 4000 : 3000) + length;
        }
        if (length > domain.length() + 1 && name.endsWith(domain) && name.charAt(length - domain.length() - 1) == '.') {
            return 3000 - length;
        }
        return isTypingError(name) ? 1000 : 0;
    }

    private boolean isTypingError(String name) {
        int difference = name.length() - domain.length();
        if (difference < -1 || difference > 1) {
            return false;
        }
        int shorter = Math.min(name.length(), domain.length());
        int start = 0;
        while (start < shorter && name.charAt(start) == domain.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < shorter - start && name.charAt(name.length() - 1 - end) == domain.charAt(domain.length() - 1 - end)) {
            end++;
        }
        int changed = Math.max(name.length(), domain.length()) - start - end;
        return changed == 1 || changed == 2 && difference == 0
            && name.charAt(start) == domain.charAt(start + 1) && name.charAt(start + 1) == domain.charAt(start);
    }
}
