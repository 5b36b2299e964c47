package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RecipientList;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Sender;

/**
 * All recipient domains, divided into classes that none of the policies treats differently: each listed name, the names below it, and what
 * is not listed. Pairs of policies that are compared also divide the domains by how the next hops change. Made for a million names.
 */
final class Destinations {

    /** The class of domains that are neither listed nor below a listed one. */
    static final int NOT_LISTED = 0;
    /** Domains that James does not host. */
    static final IntSet NOT_HOSTED = IntSet.of(0);
    /** Domains that James hosts. */
    static final IntSet HOSTED = IntSet.of(1);
    /** The number of the change of next hops that is none, and of what happens where that is so for every sender. */
    static final int SAME_HOPS = 0;

    private static final int LONGEST_NAME = 253;
    /** Below a name no longer than this there are more names than can be listed. */
    private static final int CERTAINLY_SHORT = 200;
    private static final String LABELS = "uabcdefghijklmnopqrstvwxyz0123456789-_";

    private final List<RelayPolicy> policies;
    private final List<int[]> pairs;
    private final boolean hostedKnown;
    private final NameTree tree;
    private final List<DestinationClass> classes = new ArrayList<>();
    private final List<HopChange> hopChanges = new ArrayList<>();
    private final Senders senders;
    /** How next hops change for which senders: by the number of the change, the classes of senders. */
    private final List<Map<Integer, IntSet>> hopChangesBySender = new ArrayList<>();

    /** What the division needs only while it is made. */
    private final Map<Map<Integer, IntSet>, Integer> bySenderNumbers = new HashMap<>();
    private final Map<HopChange, Integer> hopChangeNumbers = new HashMap<>();
    private final Map<List<Object>, Integer> classNumbers = new HashMap<>();

    /**
     * Divides the domains.
     *
     * @param policies the policies of all sides, by number
     * @param pairs the pairs of policies that are compared: the number of one of each side, or a negative number
     * @param hosted the domains that James hosts, or null if they are not known
     */
    Destinations(List<RelayPolicies> sides, List<RelayPolicy> policies, List<int[]> pairs, @Nullable Set<DomainName> hosted) {
        this.policies = policies;
        this.pairs = pairs;
        this.hostedKnown = hosted != null;
        hopChanges.add(new HopChange(Optional.empty(), Optional.empty(), "", ""));
        senders = new Senders(sides);
        IntSet everySender = IntSet.of(IntStream.range(0, senders.representatives().size()).toArray());
        bySenderNumber(Map.of(SAME_HOPS, everySender));
        Set<DomainName> hostedNames = hosted == null ? Set.of() : hosted;
        List<DomainName> names = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        Consumer<DomainName> add = name -> {
            if (numbers.putIfAbsent(name.toString(), names.size()) == null) {
                names.add(name);
            }
        };
        for (RelayPolicies side : sides) {
            side.sharedRouting().entries().forEach(entry -> add.accept(entry.name()));
            side.policies().forEach(policy -> policy.routing().entries().forEach(entry -> add.accept(entry.name())));
        }
        hostedNames.forEach(add);

        Classifier classifier = new Classifier();
        classifier.classOf(notListed(numbers.keySet()), false);
        String label = unlistedLabel(names);
        int[] byNode = new int[2 * names.size()];
        int node = 0;
        for (DomainName name : names) {
            boolean isHosted = hostedNames.contains(name);
            int itself = classifier.classOf(name, isHosted);
            byNode[node++] = itself;
            if (!isHosted && !classifier.foundExact && !name.isLiteral() && name.toString().length() <= CERTAINLY_SHORT) {
                // Where nothing is said of the name alone, the names below it are treated as it is. This spares half of the look-ups.
                byNode[node++] = itself;
            } else {
                DomainName below = below(name, label, numbers.keySet());
                byNode[node++] = below == null ? NameTree.NO_CLASS : classifier.classOf(below, false);
            }
        }
        tree = new NameTree(names, numbers, NameTree::aboveDomain, byNode, NOT_LISTED);
        classNumbers.clear();
        bySenderNumbers.clear();
    }

    private int bySenderNumber(Map<Integer, IntSet> changes) {
        return bySenderNumbers.computeIfAbsent(changes, any -> {
            hopChangesBySender.add(changes);
            return hopChangesBySender.size() - 1;
        });
    }

    private static DomainName notListed(Set<String> names) {
        StringBuilder top = new StringBuilder("unlisted");
        while (names.contains(top.toString())) {
            top.append('-');
        }
        return DomainName.of(top.toString());
    }

    /** A label that no listed name begins with. */
    private static String unlistedLabel(List<DomainName> names) {
        StringBuilder label = new StringBuilder("u");
        while (startsAny(label + ".", names)) {
            label.append('u');
        }
        return label.toString();
    }

    private static boolean startsAny(String prefix, List<DomainName> names) {
        for (DomainName name : names) {
            if (name.toString().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** A name below this one that is not listed, nor below a listed one that is; null if there is none. */
    private static @Nullable DomainName below(DomainName name, String label, Set<String> listed) {
        if (name.isLiteral()) {
            return null;
        }
        if (label.length() + 1 + name.toString().length() <= LONGEST_NAME) {
            return DomainName.of(label + "." + name);
        }
        for (int i = 0; i < LABELS.length() && 2 + name.toString().length() <= LONGEST_NAME; i++) {
            String child = LABELS.charAt(i) + "." + name;
            if (!listed.contains(child)) {
                return DomainName.of(child);
            }
        }
        return null;
    }

    /** Numbers, each paired with whether James hosts the domains: as many of these as of those, at 2n and 2n+1. */
    static IntSet pairs(IntSet numbers, IntSet hosted) {
        int[] all = new int[numbers.size() * hosted.size()];
        int[] at = {0};
        numbers.forEach(number -> hosted.forEach(one -> all[at[0]++] = 2 * number + one));
        return IntSet.of(all);
    }

    /** The numbers that are paired with domains that James hosts, or does not host. */
    static IntSet numbers(IntSet pairs, boolean hosted) {
        List<Integer> numbers = new ArrayList<>();
        pairs.forEach(pair -> {
            if ((pair & 1) == (hosted ? 1 : 0)) {
                numbers.add(pair >> 1);
            }
        });
        return IntSet.of(numbers.stream().mapToInt(Integer::intValue).toArray());
    }

    NameTree tree() {
        return tree;
    }

    /** Whether it is known which domains James hosts. */
    boolean hostedKnown() {
        return hostedKnown;
    }

    /** The senders. */
    Senders senders() {
        return senders;
    }

    /** How next hops change, by number. */
    HopChange hopChange(int number) {
        return hopChanges.get(number);
    }

    /** How next hops change for which classes of senders, by the number that a group gives: the number of the change, and the classes. */
    Map<Integer, IntSet> hopChangesBySender(int number) {
        return hopChangesBySender.get(number);
    }

    /** The classes that are unlisted for all of these policies. */
    IntSet unlisted(Set<Integer> forPolicies) {
        return IntSet.of(IntStream.range(0, classes.size())
            .filter(c -> !classes.get(c).hosted && forPolicies.stream().allMatch(policy -> classes.get(c).actions[policy] == 0))
            .toArray());
    }

    /** How lists of recipients change in pairs of these policies for domains of some classes. */
    List<ListChange> listChanges(Set<Integer> ofPolicies, IntSet some) {
        Set<ListChange> changes = new LinkedHashSet<>();
        for (int pair = 0; pair < pairs.size(); pair++) {
            int[] policiesOfPair = pairs.get(pair);
            if (ofPolicies.contains(policiesOfPair[0]) && ofPolicies.contains(policiesOfPair[1])) {
                int number = pair;
                some.forEach(c -> changes.add(classes.get(c).lists[number]));
            }
        }
        return List.copyOf(changes);
    }

    /** The classes, those taken together that the policies of a pair treat alike but for next hops. */
    List<Group> groups(int pair) {
        Map<List<Object>, Group> groups = new LinkedHashMap<>();
        Map<Group, Map<Integer, List<Integer>>> members = new LinkedHashMap<>();
        for (int c = 0; c < classes.size(); c++) {
            DestinationClass one = classes.get(c);
            List<Object> key = new ArrayList<>();
            boolean unlisted = false;
            for (int policy : pairs.get(pair)) {
                int action = policy < 0 ? -1 : one.actions[policy];
                key.add(action);
                unlisted |= action == 0;
            }
            key.add(one.hosted);
            key.add(one.lists[pair].classes());
            List<IntSet> hosted = hostedKnown ? List.of(one.hosted ? HOSTED : NOT_HOSTED)
                : unlisted ? List.of(NOT_HOSTED, HOSTED) : List.of(IntSet.of(0, 1));
            Group group = groups.computeIfAbsent(key, any -> new Group(one.representative, hosted, one.lists[pair]));
            members.computeIfAbsent(group, any -> new TreeMap<>()).computeIfAbsent(one.hops[pair], any -> new ArrayList<>()).add(c);
        }
        members.forEach((group, byHops) -> byHops.forEach((hops, some) ->
            group.byHops.put(hops, IntSet.of(some.stream().mapToInt(Integer::intValue).toArray()))));
        return List.copyOf(groups.values());
    }

    /** Finds the classes of names. */
    private final class Classifier {

        private final List<RoutingList> lists = new ArrayList<>();
        private final int[] listOfPolicy = new int[policies.size()];
        private final IdentityHashMap<Treatment, Integer> treatmentNumbers = new IdentityHashMap<>();
        private final Map<List<Object>, Integer> treatmentsByContent = new HashMap<>();
        private final Map<List<Object>, Integer> actionNumbers = new HashMap<>();
        /** Of lists with the same content one. */
        private final List<RecipientList> recipientLists = new ArrayList<>();
        private final IdentityHashMap<RecipientList, RecipientList> listsByContent = new IdentityHashMap<>();
        private final Map<List<RecipientList>, ListChange> listChanges = new HashMap<>();
        private final Map<List<Integer>, Integer> known = new HashMap<>();
        /** Whether an entry for the last name was one for that name alone. */
        private boolean foundExact;

        Classifier() {
            for (int policy = 0; policy < listOfPolicy.length; policy++) {
                RoutingList routing = policies.get(policy).routing();
                RoutingList shared = routing.shared();
                // A list without entries of its own finds what the shared one finds.
                RoutingList finding = routing.entries().isEmpty() && shared != null ? shared : routing;
                int list = lists.indexOf(finding);
                if (list < 0) {
                    list = lists.size();
                    lists.add(finding);
                }
                listOfPolicy[policy] = list;
            }
        }

        int classOf(DomainName name, boolean hosted) {
            @Nullable RoutingEntry[] entries = new RoutingEntry[lists.size()];
            Integer[] key = new Integer[lists.size() + 1];
            foundExact = false;
            for (int list = 0; list < entries.length; list++) {
                RoutingEntry entry = lists.get(list).find(name);
                entries[list] = entry;
                key[list] = number(entry);
                foundExact |= entry != null && entry.match() == Match.EXACT;
            }
            key[entries.length] = hosted ? 1 : 0;
            List<Integer> seen = List.of(key);
            Integer found = known.get(seen);
            if (found == null) {
                found = newClassOf(name, hosted, entries);
                known.put(seen, found);
            }
            return found;
        }

        private int number(@Nullable RoutingEntry entry) {
            if (entry == null) {
                return 0;
            }
            Treatment treatment = entry.treatment();
            Integer number = treatmentNumbers.get(treatment);
            if (number == null) {
                List<Object> content = List.of(treatment.action(), String.valueOf(treatment.allowSenderSpecifiedRouting()),
                    treatment.viaSmartHost(), Optional.ofNullable(treatment.nextHops()),
                    Optional.ofNullable(list(treatment)), Texts.verification(treatment.verification()));
                number = treatmentsByContent.computeIfAbsent(content, any -> treatmentsByContent.size() + 1);
                treatmentNumbers.put(treatment, number);
            }
            return number;
        }

        private int newClassOf(DomainName name, boolean hosted, @Nullable RoutingEntry[] entries) {
            int[] actions = new int[policies.size()];
            int[] hops = new int[pairs.size()];
            ListChange[] recipients = new ListChange[pairs.size()];
            List<Object> content = new ArrayList<>();
            for (int policy = 0; policy < actions.length; policy++) {
                RoutingEntry entry = entries[listOfPolicy[policy]];
                actions[policy] = entry == null ? 0 : action(entry.treatment());
                content.add(actions[policy]);
            }
            for (int pair = 0; pair < hops.length; pair++) {
                int before = pairs.get(pair)[0];
                int after = pairs.get(pair)[1];
                hops[pair] = before < 0 || after < 0 ? SAME_HOPS
                    : hopChange(policies.get(before), entries[listOfPolicy[before]], policies.get(after), entries[listOfPolicy[after]]);
                content.add(hops[pair]);
                recipients[pair] = listChange(before < 0 ? null : entries[listOfPolicy[before]],
                    after < 0 ? null : entries[listOfPolicy[after]]);
                content.add(recipients[pair]);
            }
            content.add(hosted);
            return classNumbers.computeIfAbsent(content, any -> {
                classes.add(new DestinationClass(name, hosted, actions, hops, recipients));
                return classes.size() - 1;
            });
        }

        private int action(Treatment treatment) {
            List<Object> content = List.of(treatment.action(), String.valueOf(treatment.allowSenderSpecifiedRouting()));
            return actionNumbers.computeIfAbsent(content, any -> actionNumbers.size() + 1);
        }

        /** The entry's list of recipients, or null; of those with the same content always the same. */
        private @Nullable RecipientList list(@Nullable Treatment treatment) {
            RecipientList list = treatment == null ? null : treatment.recipients();
            return list == null ? null : listsByContent.computeIfAbsent(list, any -> {
                for (RecipientList other : recipientLists) {
                    if (ListChange.isSame(list, other)) {
                        return other;
                    }
                }
                recipientLists.add(list);
                return list;
            });
        }

        private ListChange listChange(@Nullable RoutingEntry entryBefore, @Nullable RoutingEntry entryAfter) {
            RecipientList before = list(entryBefore == null ? null : entryBefore.treatment());
            RecipientList after = list(entryAfter == null ? null : entryAfter.treatment());
            return before == null && after == null ? ListChange.NONE
                : listChanges.computeIfAbsent(Arrays.asList(before, after), any -> ListChange.of(before, after));
        }

        private int hopChange(RelayPolicy before, @Nullable RoutingEntry entryBefore, RelayPolicy after,
                              @Nullable RoutingEntry entryAfter) {
            if (!relays(entryBefore) || !relays(entryAfter)) {
                return SAME_HOPS;
            }
            Map<Integer, List<Integer>> changes = new TreeMap<>();
            for (int sender = 0; sender < senders.representatives().size(); sender++) {
                Sender from = senders.representatives().get(sender).orElse(null);
                int number = hopChange(before.routing().nextHops(entryBefore, from), after.routing().nextHops(entryAfter, from),
                    asked(entryBefore), asked(entryAfter));
                changes.computeIfAbsent(number, any -> new ArrayList<>()).add(sender);
            }
            Map<Integer, IntSet> bySender = new TreeMap<>();
            changes.forEach((number, some) -> bySender.put(number, IntSet.of(some.stream().mapToInt(Integer::intValue).toArray())));
            return bySenderNumber(bySender);
        }

        private String asked(@Nullable RoutingEntry entry) {
            return Texts.verification(entry == null ? null : entry.treatment().verification());
        }

        private int hopChange(@Nullable NextHops hopsBefore, @Nullable NextHops hopsAfter, String askedBefore, String askedAfter) {
            boolean sameWay = isSameWay(hopsBefore, hopsAfter);
            boolean sameAsked = askedBefore.equals(askedAfter);
            if (sameWay && sameAsked) {
                return SAME_HOPS;
            }
            HopChange change = new HopChange(sameWay ? Optional.empty() : Optional.of(Optional.ofNullable(hopsBefore)),
                sameWay ? Optional.empty() : Optional.of(Optional.ofNullable(hopsAfter)), sameAsked ? "" : askedBefore,
                sameAsked ? "" : askedAfter);
            return hopChangeNumbers.computeIfAbsent(change, any -> {
                hopChanges.add(change);
                return hopChanges.size() - 1;
            });
        }

        /** The name of a next hop and where its password is kept do not matter: two folders may hold the same policy. */
        private boolean isSameWay(@Nullable NextHops one, @Nullable NextHops other) {
            if (one == null || other == null) {
                return one == null && other == null;
            }
            return one.toString().equals(other.toString()) && one.tls() == other.tls() && one.username().equals(other.username())
                && one.balance() == other.balance() && one.heloName().equals(other.heloName()) && one.bind().equals(other.bind())
                && one.connectTimeout().equals(other.connectTimeout()) && one.timeout().equals(other.timeout())
                && one.maxConnections().equals(other.maxConnections());
        }

        private boolean relays(@Nullable RoutingEntry entry) {
            return entry == null || entry.treatment().action() == Action.RELAY || entry.treatment().action() == Action.ROUTE;
        }
    }

    /** Domains that no policy treats differently, nor any pair changes differently. */
    private static final class DestinationClass {

        private final DomainName representative;
        private final boolean hosted;
        /** By policy: 0 where the domain is unlisted, else action and whether sender-specified routing is allowed. */
        private final int[] actions;
        /** How next hops change by sender, by pair. */
        private final int[] hops;
        /** How lists of recipients change, by pair. */
        private final ListChange[] lists;

        DestinationClass(DomainName representative, boolean hosted, int[] actions, int[] hops, ListChange[] lists) {
            this.representative = representative;
            this.hosted = hosted;
            this.actions = actions;
            this.hops = hops;
            this.lists = lists;
        }
    }

    /** Classes that the policies of a pair treat alike but for next hops. */
    static final class Group {

        private final DomainName representative;
        private final List<IntSet> hosted;
        private final ListChange lists;
        private final Map<Integer, IntSet> byHops = new TreeMap<>();

        Group(DomainName representative, List<IntSet> hosted, ListChange lists) {
            this.representative = representative;
            this.hosted = hosted;
            this.lists = lists;
        }

        /** How one of their lists of recipients changes; the others change alike. */
        ListChange lists() {
            return lists;
        }

        DomainName representative() {
            return representative;
        }

        /** Whether James hosts the domains or not: one by one what may matter, together what does not. */
        List<IntSet> hosted() {
            return hosted;
        }

        /** The classes by the number of how their next hops change by sender. */
        Map<Integer, IntSet> byHops() {
            return byHops;
        }
    }

    /** Next hops, and who is asked whether a recipient exists, before and after, each as far as it changes. Immutable. */
    static final class HopChange {

        private final Optional<Optional<NextHops>> before;
        private final Optional<Optional<NextHops>> after;
        private final String askedBefore;
        private final String askedAfter;

        /**
         * A change.
         *
         * @param before the next hops before, empty within for the domain's MX; empty if they do not change
         * @param askedBefore who is asked before, as told to people; empty if that does not change
         */
        HopChange(Optional<Optional<NextHops>> before, Optional<Optional<NextHops>> after, String askedBefore, String askedAfter) {
            this.before = before;
            this.after = after;
            this.askedBefore = askedBefore;
            this.askedAfter = askedAfter;
        }

        /** The outcome before, with what changes. */
        Outcome before(Outcome outcome) {
            return with(outcome, before, askedBefore);
        }

        /** The outcome after, with what changes. */
        Outcome after(Outcome outcome) {
            return with(outcome, after, askedAfter);
        }

        private static Outcome with(Outcome outcome, Optional<Optional<NextHops>> hops, String asked) {
            return hops.map(outcome::via).orElse(outcome).asking(asked);
        }

        @Override
        public boolean equals(Object other) {
            if (!(other instanceof HopChange)) {
                return false;
            }
            HopChange that = (HopChange) other;
            return before.equals(that.before) && after.equals(that.after) && askedBefore.equals(that.askedBefore)
                && askedAfter.equals(that.askedAfter);
        }

        @Override
        public int hashCode() {
            return Objects.hash(before, after, askedBefore, askedAfter);
        }
    }
}
