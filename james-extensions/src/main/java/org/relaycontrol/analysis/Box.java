package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of the partition that is a product of sets of classes, one a dimension, and what is the same throughout it. Immutable.
 *
 * @param <K> what is the same throughout
 */
final class Box<K> {

    private final K key;
    private final List<IntSet> sides;

    private Box(K key, List<IntSet> sides) {
        this.key = key;
        this.sides = sides;
    }

    static <K> Box<K> of(K key, IntSet... sides) {
        return new Box<>(key, List.of(sides));
    }

    K key() {
        return key;
    }

    /** The classes of one dimension. */
    IntSet side(int dimension) {
        return sides.get(dimension);
    }

    /** The same with other classes in one dimension. */
    private Box<K> with(int dimension, IntSet side) {
        List<IntSet> changed = new ArrayList<>(sides);
        changed.set(dimension, side);
        return new Box<>(key, List.copyOf(changed));
    }

    /**
     * Merges boxes that differ in one dimension only, until no two do: disjoint boxes that together hold the same, as large as they get
     * by merging. Dimensions are tried from the last to the first.
     */
    static <K> List<Box<K>> merge(Collection<Box<K>> boxes, int dimensions) {
        List<Box<K>> merged = new ArrayList<>(boxes);
        int before;
        do {
            before = merged.size();
            for (int dimension = dimensions - 1; dimension >= 0; dimension--) {
                merged = mergeAlong(dimension, merged);
            }
        } while (merged.size() < before);
        return merged;
    }

    private static <K> List<Box<K>> mergeAlong(int dimension, List<Box<K>> boxes) {
        Map<List<Object>, List<Box<K>>> alike = new LinkedHashMap<>();
        for (Box<K> box : boxes) {
            List<Object> others = new ArrayList<>(box.sides);
            others.set(dimension, box.key);
            alike.computeIfAbsent(others, any -> new ArrayList<>(1)).add(box);
        }
        List<Box<K>> merged = new ArrayList<>(alike.size());
        for (List<Box<K>> group : alike.values()) {
            Box<K> first = group.get(0);
            merged.add(group.size() == 1 ? first : first.with(dimension, union(group, dimension)));
        }
        return merged;
    }

    private static <K> IntSet union(List<Box<K>> boxes, int dimension) {
        List<IntSet> all = new ArrayList<>(boxes.size());
        boxes.forEach(box -> all.add(box.side(dimension)));
        return IntSet.union(all);
    }

    @Override
    public String toString() {
        return key + " " + sides;
    }
}
