package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.NameSet.Extent;
import org.relaycontrol.analysis.NameSet.Term;

/**
 * All names that the policies list, each with the class of the name itself and of the names below it that no other listed name speaks of,
 * and the way back from classes to names. Immutable; made for a million names.
 */
final class NameTree {

    /** The class of what does not exist: there are no names below an address literal. */
    static final int NO_CLASS = -1;

    private static final int NONE = -1;

    private final List<?> names;
    private final int[] parents;
    private final int[] firstChild;
    private final int[] nextSibling;
    private final int[] classes;
    private final int restClass;
    /** The numbers of the nodes, ordered by class, and where each class begins. */
    private final int[] nodes;
    private final int[] starts;

    /**
     * A tree of names.
     *
     * @param names what is written as distinct names
     * @param numbers the number of each name, its place in the list
     * @param above the name directly above a name, or null; it need not be listed
     * @param classes for the name with number n at 2n the class of the name itself, at 2n+1 that of what is below it
     * @param restClass the class of names that are neither listed nor below a listed one
     */
    NameTree(List<?> names, Map<String, Integer> numbers, Above above, int[] classes, int restClass) {
        this.names = names;
        this.classes = classes;
        this.restClass = restClass;
        parents = new int[names.size()];
        firstChild = new int[names.size() + 1];
        nextSibling = new int[names.size()];
        Arrays.fill(firstChild, NONE);
        for (int n = names.size() - 1; n >= 0; n--) {
            Integer parent = null;
            for (String name = above.of(names.get(n).toString()); name != null && parent == null; name = above.of(name)) {
                parent = numbers.get(name);
            }
            parents[n] = parent == null ? NONE : parent;
            // The children of the root are kept behind those of the last name.
            int list = parent == null ? names.size() : parent;
            nextSibling[n] = firstChild[list];
            firstChild[list] = n;
        }
        int highest = Arrays.stream(classes).max().orElse(NONE);
        starts = new int[highest + 2];
        for (int c : classes) {
            if (c != NO_CLASS) {
                starts[c + 1]++;
            }
        }
        for (int c = 0; c <= highest; c++) {
            starts[c + 1] += starts[c];
        }
        nodes = new int[starts[highest + 1]];
        int[] next = starts.clone();
        for (int node = 0; node < classes.length; node++) {
            if (classes[node] != NO_CLASS) {
                nodes[next[classes[node]]++] = node;
            }
        }
    }

    /** The names of some classes, every single term. */
    NameSet select(IntSet chosen) {
        return select(chosen, chosen.contains(restClass), Integer.MAX_VALUE);
    }

    /** The names of some classes, as many terms as are told to people, and the number of the others. */
    NameSet summarize(IntSet chosen) {
        return select(chosen, chosen.contains(restClass), Texts.SHOWN + 1);
    }

    /** The names of some classes, without what is neither listed nor below a listed name; as many terms as are told to people. */
    NameSet summarizeListed(IntSet chosen) {
        return select(chosen, false, Texts.SHOWN + 1);
    }

    private NameSet select(IntSet chosen, boolean rest, int most) {
        BitSet in = new BitSet();
        chosen.forEach(in::set);
        if (!rest) {
            in.clear(restClass);
        }
        BitSet candidates = new BitSet();
        chosen.forEach(c -> {
            for (int i = c + 1 < starts.length ? starts[c] : 0; c + 1 < starts.length && i < starts[c + 1]; i++) {
                int node = nodes[i];
                candidates.set(node >> 1);
                if ((node & 1) == 1) {
                    addChildren(node >> 1, candidates);
                }
            }
        });
        if (rest) {
            addChildren(names.size(), candidates);
        }
        List<Term> included = new ArrayList<>();
        List<Term> excluded = new ArrayList<>();
        int[] counts = new int[2];
        candidates.stream().forEach(n -> {
            boolean around = parents[n] == NONE ? rest : isIn(2 * parents[n] + 1, in);
            boolean name = isIn(2 * n, in);
            boolean hasBelow = classes[2 * n + 1] != NO_CLASS;
            boolean below = hasBelow ? isIn(2 * n + 1, in) : around;
            if (name != around || below != around) {
                Extent extent = below == around ? Extent.NAME : name == around ? Extent.BELOW : Extent.TREE;
                int number = around ? counts[1]++ : counts[0]++;
                if (number < most) {
                    (around ? excluded : included).add(new Term(names.get(n).toString(), extent));
                }
            }
        });
        return new NameSet(rest, included, counts[0], excluded, counts[1]);
    }

    private void addChildren(int list, BitSet candidates) {
        for (int child = firstChild[list]; child != NONE; child = nextSibling[child]) {
            candidates.set(child);
        }
    }

    private boolean isIn(int node, BitSet in) {
        return classes[node] != NO_CLASS && in.get(classes[node]);
    }

    /** A tree of some names. */
    static NameTree of(List<String> names, Above above, int[] classes, int restClass) {
        Map<String, Integer> numbers = new HashMap<>();
        names.forEach(name -> numbers.put(name, numbers.size()));
        return new NameTree(names, numbers, above, classes, restClass);
    }

    /** What is directly above a name. */
    @FunctionalInterface
    interface Above {

        /** The name directly above, or null. */
        @Nullable String of(String name);
    }

    /** The domain above a domain, or null above a top-level domain or an address literal. */
    static @Nullable String aboveDomain(String domain) {
        int dot = domain.charAt(0) == '[' ? -1 : domain.indexOf('.');
        return dot < 0 ? null : domain.substring(dot + 1);
    }

    /** The {@code @domain} of a user, or null. */
    static @Nullable String aboveUser(String user) {
        int at = user.lastIndexOf('@');
        return at <= 0 ? null : user.substring(at);
    }
}
