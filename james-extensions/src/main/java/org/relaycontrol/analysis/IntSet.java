package org.relaycontrol.analysis;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.IntConsumer;

/**
 * A set of the numbers of some classes of the partition. Immutable.
 */
final class IntSet {

    private final int[] ascending;
    private final int hash;

    private IntSet(int[] ascending) {
        this.ascending = ascending;
        this.hash = Arrays.hashCode(ascending);
    }

    static IntSet of(int... numbers) {
        int[] ascending = numbers.clone();
        Arrays.sort(ascending);
        return new IntSet(distinct(ascending, ascending.length));
    }

    private static int[] distinct(int[] ascending, int length) {
        int size = 0;
        for (int i = 0; i < length; i++) {
            if (size == 0 || ascending[size - 1] != ascending[i]) {
                ascending[size++] = ascending[i];
            }
        }
        return Arrays.copyOf(ascending, size);
    }

    static IntSet union(Collection<IntSet> sets) {
        if (sets.size() == 1) {
            return sets.iterator().next();
        }
        int[] all = new int[sets.stream().mapToInt(IntSet::size).sum()];
        int at = 0;
        for (IntSet set : sets) {
            System.arraycopy(set.ascending, 0, all, at, set.ascending.length);
            at += set.ascending.length;
        }
        Arrays.sort(all);
        return new IntSet(distinct(all, all.length));
    }

    IntSet minus(IntSet other) {
        return new IntSet(Arrays.stream(ascending).filter(number -> !other.contains(number)).toArray());
    }

    boolean containsAll(IntSet other) {
        return Arrays.stream(other.ascending).allMatch(this::contains);
    }

    boolean contains(int number) {
        return Arrays.binarySearch(ascending, number) >= 0;
    }

    int size() {
        return ascending.length;
    }

    void forEach(IntConsumer action) {
        for (int number : ascending) {
            action.accept(number);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntSet && hash == ((IntSet) other).hash && Arrays.equals(ascending, ((IntSet) other).ascending);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(ascending);
    }
}
