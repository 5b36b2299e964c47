package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One dimension of the partition (clients, host names, users): classes of values that no policy tells apart, each with a representative
 * and with what each policy sees in it. Immutable once built.
 *
 * @param <R> what represents a class
 */
final class Dimension<R> {

    private final List<R> representatives = new ArrayList<>();
    private final List<int[]> signatures = new ArrayList<>();

    /**
     * Adds a class.
     *
     * @param signature what each policy sees, by the number of the policy: equal where the policy does not tell two classes apart
     * @return the number of the class
     */
    int add(R representative, int[] signature) {
        representatives.add(representative);
        signatures.add(signature);
        return representatives.size() - 1;
    }

    int size() {
        return representatives.size();
    }

    /** The classes, those taken together that none of these policies tells apart. A negative number stands for no policy. */
    List<Group<R>> groups(int[] policies) {
        Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
        for (int c = 0; c < representatives.size(); c++) {
            List<Integer> seen = new ArrayList<>(policies.length);
            for (int policy : policies) {
                seen.add(policy < 0 ? -1 : signatures.get(c)[policy]);
            }
            groups.computeIfAbsent(seen, any -> new ArrayList<>()).add(c);
        }
        List<Group<R>> all = new ArrayList<>(groups.size());
        for (List<Integer> members : groups.values()) {
            all.add(new Group<>(representatives.get(members.get(0)), IntSet.of(members.stream().mapToInt(Integer::intValue).toArray())));
        }
        return all;
    }

    /** Classes that some policies do not tell apart. Immutable. */
    static final class Group<R> {

        private final R representative;
        private final IntSet members;

        Group(R representative, IntSet members) {
            this.representative = representative;
            this.members = members;
        }

        R representative() {
            return representative;
        }

        IntSet members() {
            return members;
        }
    }
}
