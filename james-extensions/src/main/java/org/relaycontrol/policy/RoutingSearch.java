package org.relaycontrol.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * A page of the entries that answer in a policy: those of its own routing list, and the shared ones that its own do not replace. Made for
 * lists of a million: it makes objects of the entries up to the page's end alone, and keeps nothing for it in the lists. Immutable.
 */
public final class RoutingSearch {

    private static final Comparator<RoutingEntry> BY_NAME = Comparator.comparing((RoutingEntry entry) -> entry.name().toString())
        .thenComparing(RoutingEntry::match);

    private final int total;
    private final List<RoutingEntry> entries;

    private RoutingSearch(int total, List<RoutingEntry> entries) {
        this.total = total;
        this.entries = List.copyOf(entries);
    }

    /**
     * All entries in the order of the configuration, so that those of the policy file, which somebody has written by hand, come before
     * those of long lists. Costs a look-up for each entry of the shorter one of the two lists.
     */
    public static RoutingSearch inOrder(RoutingList routing, int offset, int limit) {
        List<RoutingEntry> own = routing.entries();
        RoutingList shared = routing.shared();
        List<RoutingEntry> sharedEntries = shared == null ? List.of() : shared.entries();
        int[] replaced = shared == null ? new int[0] : replaced(routing.names(), shared.names());
        int total = own.size() + sharedEntries.size() - replaced.length;
        List<RoutingEntry> page = new ArrayList<>();
        for (int i = offset; i < Math.min((long) offset + limit, total); i++) {
            page.add(i < own.size() ? own.get(i) : sharedEntries.get(notReplaced(i - own.size(), replaced)));
        }
        return new RoutingSearch(total, page);
    }

    /**
     * Some entries, by name. Looks once at the octets of every name.
     *
     * @param prefix what the name begins with, or empty
     * @param contains what the name contains, or empty
     * @param treated how its mail is treated
     */
    public static RoutingSearch byName(RoutingList routing, String prefix, String contains, Predicate<Treatment> treated, int offset,
                                       int limit) {
        int most = (int) Math.min((long) offset + limit, Integer.MAX_VALUE);
        RoutingList shared = routing.shared();
        Names own = new Names(routing, new int[0], prefix, contains, treated, most);
        List<RoutingEntry> first = own.entries();
        int total = own.count;
        if (shared != null) {
            Names others = new Names(shared, replaced(routing.names(), shared.names()), prefix, contains, treated, most);
            first.addAll(others.entries());
            total += others.count;
        }
        first.sort(BY_NAME);
        return new RoutingSearch(total, first.subList(Math.min(offset, first.size()), Math.min(most, first.size())));
    }

    /** The numbers of the shared names that have no say, in ascending order. */
    private static int[] replaced(NameTable<?> own, NameTable<?> shared) {
        IntStream.Builder numbers = IntStream.builder();
        if (own.size() < shared.size()) {
            for (int i = 0, record = 0; i < own.size(); i++, record = own.next(record)) {
                int found = shared.find(own, record);
                if (found != NameTable.NONE) {
                    numbers.add(shared.number(found));
                }
            }
        } else {
            for (int i = 0, record = 0; i < shared.size(); i++, record = shared.next(record)) {
                if (own.find(shared, record) != NameTable.NONE) {
                    numbers.add(i);
                }
            }
        }
        return numbers.build().sorted().toArray();
    }

    /** The number that an entry has among all, if this is its number among those that are not replaced. */
    private static int notReplaced(int number, int[] replaced) {
        int least = 0;
        int most = replaced.length;
        while (least < most) {
            int middle = (least + most) >>> 1;
            if (replaced[middle] - middle <= number) {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        return number + least;
    }

    /** How many entries there are on all pages. */
    public int total() {
        return total;
    }

    /** The entries of the page. */
    public List<RoutingEntry> entries() {
        return entries;
    }

    /** The first names of one list that satisfy a condition, and how many do. */
    private static final class Names {

        private final RoutingList list;
        private final int most;
        private final PriorityQueue<Integer> lastFirst;
        private int count;

        private Names(RoutingList list, int[] without, String prefix, String contains, Predicate<Treatment> treated, int most) {
            NameTable<?> names = list.names();
            this.list = list;
            this.most = most;
            Comparator<Integer> byName = names::compare;
            this.lastFirst = new PriorityQueue<>(byName.reversed());
            Text text = new Text(names, prefix, contains);
            boolean[] wanted = list.kindsTreated(treated);
            int skip = 0;
            for (int i = 0, record = 0; i < names.size(); i++, record = names.next(record)) {
                if (skip < without.length && without[skip] == i) {
                    skip++;
                } else if (text.matches(record) && wanted[names.kindNumber(record)]) {
                    add(names, record);
                }
            }
        }

        private void add(NameTable<?> names, int record) {
            count++;
            if (lastFirst.size() < most) {
                lastFirst.add(record);
            } else if (most > 0 && names.compare(record, lastFirst.element()) < 0) {
                lastFirst.remove();
                lastFirst.add(record);
            }
        }

        private List<RoutingEntry> entries() {
            List<RoutingEntry> entries = new ArrayList<>();
            lastFirst.forEach(record -> entries.add(list.entry(record)));
            return entries;
        }
    }

    /** What a name begins with and contains, in any case. */
    private static final class Text {

        private final NameTable<?> names;
        private final String prefix;
        private final String contains;
        private final byte[] prefixOctets;
        private final byte[] containsOctets;

        private Text(NameTable<?> names, String prefix, String contains) {
            this.names = names;
            this.prefix = prefix.toLowerCase(Locale.ROOT);
            this.contains = contains.toLowerCase(Locale.ROOT);
            // Of a character that is not ASCII comes one that is in no name.
            this.prefixOctets = this.prefix.getBytes(StandardCharsets.US_ASCII);
            this.containsOctets = this.contains.getBytes(StandardCharsets.US_ASCII);
        }

        /** Canonical names are in lower case, but "[IPv6:" is not. */
        private boolean matches(int record) {
            if (names.isLiteral(record)) {
                String name = names.name(record).toLowerCase(Locale.ROOT);
                return name.startsWith(prefix) && name.contains(contains);
            }
            return names.startsWith(record, prefixOctets) && names.contains(record, containsOctets);
        }
    }
}
