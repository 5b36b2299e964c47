package org.relaycontrol.analysis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.LocalDomains;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.User;

/**
 * How two configurations decide differently: every envelope in an SMTP session that they do not decide alike (verdict, reason, route, next
 * hops, who is asked whether the recipient exists) lies in exactly one region, and no other envelope does. Regions that could be told as
 * one are one. Immutable.
 */
public final class Difference {

    private static final int LISTENER = 0;
    private static final int CLIENT = 1;
    private static final int HOST = 2;
    private static final int USER = 3;
    private static final int DESTINATION = 4;
    private static final int PART = 5;
    private static final int SENDER = 6;
    private static final int RECIPIENT = 7;
    private static final int DIMENSIONS = 8;

    /** A plain local part and one with sender-specified routing. */
    private static final List<String> LOCAL_PARTS = List.of("user", "user%elsewhere");
    /** An IPv6 network is as large as an IPv4 one with the 79 bits less that section 5 of the design sets between their limits. */
    private static final int IPV6_SCALE = 79;

    private final Partition partition;
    private final List<int[]> pairs = new ArrayList<>();
    private final Destinations destinations;
    /** To tell a million names takes a moment, and many regions have the same. */
    private final Map<List<Object>, Destination> told = new HashMap<>();
    private final List<Region> regions = new ArrayList<>();

    private Difference(RelayPolicies before, RelayPolicies after, @Nullable Set<DomainName> hosted) {
        partition = Partition.of(before, after);
        Map<List<Integer>, Integer> pairNumbers = new HashMap<>();
        int[] pairOfListener = new int[partition.listeners().size()];
        for (int listener = 0; listener < pairOfListener.length; listener++) {
            int[] pair = partition.listeners().get(listener).policies();
            pairOfListener[listener] = pairNumbers.computeIfAbsent(List.of(pair[0], pair[1]), any -> {
                pairs.add(pair);
                return pairs.size() - 1;
            });
        }
        destinations = new Destinations(List.of(before, after), partition.policies(), pairs, hosted);
        List<Box<Change>> boxes = new ArrayList<>();
        for (int listener = 0; listener < pairOfListener.length; listener++) {
            List<Destinations.Group> groups = destinations.groups(pairOfListener[listener]);
            for (Box<Change> box : Box.merge(compare(listener, groups), DIMENSIONS)) {
                splitByHops(box, groups, boxes);
            }
        }
        for (Box<Change> box : Box.merge(boxes, DIMENSIONS)) {
            regions.add(region(box));
        }
        regions.sort(Comparator.comparing(Region::gainsOrLoses)
            .thenComparing(Difference::strangers)
            .thenComparing(region -> region.destination().plain()).reversed()
            .thenComparing(Region::toString));
    }

    /** The difference for every set of domains that James may host. */
    public static Difference of(RelayPolicies before, RelayPolicies after) {
        return new Difference(before, after, null);
    }

    /**
     * The difference where James hosts exactly these domains.
     *
     * @param hosted James's DomainList
     */
    public static Difference of(RelayPolicies before, RelayPolicies after, Set<DomainName> hosted) {
        return new Difference(before, after, hosted);
    }

    /** The regions: those that permit or refuse more first, and of these those that concern most strangers. */
    public List<Region> regions() {
        return List.copyOf(regions);
    }

    /** Whether no envelope is decided differently. */
    public boolean isEmpty() {
        return regions.isEmpty();
    }

    private static BigInteger strangers(Region region) {
        return BigInteger.valueOf(region.strangersIpv4()).shiftLeft(IPV6_SCALE).add(region.strangersIpv6());
    }

    /**
     * The boxes at a listener in which the sides differ, or may differ in next hops; destinations are pairs of a group's number and
     * whether James hosts them.
     */
    private List<Box<Change>> compare(int listener, List<Destinations.Group> groups) {
        ListenerClass at = partition.listeners().get(listener);
        List<Box<Change>> boxes = new ArrayList<>();
        IntSet everySender = everySender();
        if (at.policies()[0] < 0 && at.policies()[1] < 0) {
            return boxes;
        }
        List<Dimension.Group<ClientHost>> hosts = partition.hosts().groups(at.policies());
        List<Dimension.Group<Optional<User>>> users = partition.users().groups(at.policies());
        for (Dimension.Group<IpAddress> client : partition.clients().groups(at.policies())) {
            List<Box<Change>> ofClient = new ArrayList<>();
            for (Dimension.Group<ClientHost> host : hosts) {
                for (Dimension.Group<Optional<User>> user : users) {
                    for (int group = 0; group < groups.size(); group++) {
                        Destinations.Group to = groups.get(group);
                        for (int part = 0; part < LOCAL_PARTS.size(); part++) {
                            Recipient recipient = Recipient.of(LOCAL_PARTS.get(part), to.representative());
                            for (IntSet hosted : to.hosted()) {
                                LocalDomains local = hosted.equals(Destinations.HOSTED) ? domain -> true : domain -> false;
                                for (IntSet recipients : to.lists().classes()) {
                                    Change change = new Change(
                                        Outcome.of(partition.decide(0, at, client.representative(), host.representative(),
                                            user.representative(), recipient, ListChange.isListedBefore(recipients), local)),
                                        Outcome.of(partition.decide(1, at, client.representative(), host.representative(),
                                            user.representative(), recipient, ListChange.isListedAfter(recipients), local)));
                                    if (change.isChange() || change.mayChangeHops(to)) {
                                        ofClient.add(Box.of(change, IntSet.of(listener), client.members(), host.members(),
                                            user.members(), Destinations.pairs(IntSet.of(group), hosted), IntSet.of(part), everySender,
                                            recipients));
                                    }
                                }
                            }
                        }
                    }
                }
            }
            // Merged early, so that there are never many.
            boxes.addAll(Box.merge(ofClient, DIMENSIONS));
        }
        return boxes;
    }

    private IntSet everySender() {
        return destinations.hopChangesBySender(Destinations.SAME_HOPS).getOrDefault(Destinations.SAME_HOPS, IntSet.of());
    }

    /** Puts the numbers of classes in the place of those of groups: where both sides relay, apart by how next hops change by sender. */
    private void splitByHops(Box<Change> box, List<Destinations.Group> groups, List<Box<Change>> boxes) {
        Change change = box.key();
        Map<Integer, List<IntSet>> byHops = new TreeMap<>();
        box.side(DESTINATION).forEach(pair -> groups.get(pair >> 1).byHops().forEach((hops, classes) ->
            byHops.computeIfAbsent(change.bothRelay() ? hops : Destinations.SAME_HOPS, any -> new ArrayList<>())
                .add(Destinations.pairs(classes, IntSet.of(pair & 1)))));
        byHops.forEach((hops, classes) -> destinations.hopChangesBySender(hops).forEach((number, senders) -> {
            Change split = number == Destinations.SAME_HOPS ? change : change.via(destinations.hopChange(number));
            if (split.isChange()) {
                boxes.add(Box.of(split, box.side(LISTENER), box.side(CLIENT), box.side(HOST), box.side(USER), IntSet.union(classes),
                    box.side(PART), senders, box.side(RECIPIENT)));
            }
        }));
    }

    private Region region(Box<Change> box) {
        Set<Integer> policies = new HashSet<>();
        box.side(LISTENER).forEach(listener -> {
            for (int policy : partition.listeners().get(listener).policies()) {
                if (policy >= 0) {
                    policies.add(policy);
                }
            }
        });
        return new Region(new Clients(partition, box.side(LISTENER), box.side(CLIENT), box.side(HOST), box.side(USER)),
            told.computeIfAbsent(List.of(policies, box.side(DESTINATION), box.side(PART), box.side(RECIPIENT)),
                any -> new Destination(destinations, policies, box.side(DESTINATION), box.side(PART), box.side(RECIPIENT))),
            destinations.senders().select(box.side(SENDER)), box.key().before, box.key().after);
    }

    /** An outcome before and after. */
    private static final class Change {

        private final Outcome before;
        private final Outcome after;

        Change(Outcome before, Outcome after) {
            this.before = before;
            this.after = after;
        }

        Change via(Destinations.HopChange hops) {
            return new Change(hops.before(before), hops.after(after));
        }

        boolean isChange() {
            return !before.equals(after);
        }

        boolean bothRelay() {
            return before.isRelayed() && after.isRelayed();
        }

        boolean mayChangeHops(Destinations.Group to) {
            return bothRelay() && (to.byHops().size() > 1 || !to.byHops().containsKey(Destinations.SAME_HOPS));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Change && before.equals(((Change) other).before) && after.equals(((Change) other).after);
        }

        @Override
        public int hashCode() {
            return Objects.hash(before, after);
        }
    }
}
