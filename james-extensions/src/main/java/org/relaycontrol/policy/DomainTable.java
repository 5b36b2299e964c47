package org.relaycontrol.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values by domain name, with look-up of a name itself or of the nearest name above it. Immutable. One pass over the name from its end
 * gives the hash of every parent, so a look-up costs one probe a label, whatever the size, and allocates nothing.
 *
 * @param <V> what a name stands for
 */
final class DomainTable<V> {

    private static final int MAX_CAPACITY = 1 << 30;

    private final @Nullable String[] names;
    private final @Nullable Object[] values;
    private final List<String> inOrder;

    private DomainTable(@Nullable String[] names, @Nullable Object[] values, List<String> inOrder) {
        this.names = names;
        this.values = values;
        this.inOrder = inOrder;
    }

    static <V> Builder<V> builder() {
        return new Builder<>();
    }

    boolean isEmpty() {
        return inOrder.isEmpty();
    }

    /** The names in the order they were added. */
    List<String> names() {
        return inOrder;
    }

    /** The value of this very name, or null. */
    @Nullable V get(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = step(hash, name.charAt(i));
        }
        return probe(name, 0, hash);
    }

    /** The value of the name, else of its nearest parent that has one, else null. A literal has no parents. */
    @Nullable V nearest(String name) {
        V nearest = null;
        int hash = 0;
        boolean literal = name.charAt(0) == '[';
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = step(hash, name.charAt(i));
            if (i == 0 || !literal && name.charAt(i - 1) == '.') {
                V found = probe(name, i, hash);
                if (found != null) {
                    nearest = found;
                }
            }
        }
        return nearest;
    }

    private static int step(int hash, char c) {
        return hash * 31 + c;
    }

    private static int slot(int hash, int mask) {
        int mixed = hash * 0x9e3779b9;
        return (mixed ^ mixed >>> 16) & mask;
    }

    @SuppressWarnings("unchecked")
    private @Nullable V probe(String name, int start, int hash) {
        int mask = names.length - 1;
        int length = name.length() - start;
        for (int i = slot(hash, mask);; i = i + 1 & mask) {
            String candidate = names[i];
            if (candidate == null) {
                return null;
            }
            if (candidate.length() == length && name.regionMatches(start, candidate, 0, length)) {
                return (V) values[i];
            }
        }
    }

    /** Collects names and values. */
    static final class Builder<V> {

        private final List<String> names = new ArrayList<>();
        private final List<V> values = new ArrayList<>();

        private Builder() {
        }

        /** Adds a name; of a name added twice the first value stays. */
        Builder<V> put(DomainName name, V value) {
            names.add(name.toString());
            values.add(value);
            return this;
        }

        DomainTable<V> build() {
            int capacity = 2;
            while (capacity < names.size() * 2L && capacity < MAX_CAPACITY) {
                capacity <<= 1;
            }
            @Nullable String[] slots = new String[capacity];
            @Nullable Object[] slotValues = new Object[capacity];
            List<String> inOrder = new ArrayList<>(names.size());
            for (int n = 0; n < names.size(); n++) {
                String name = names.get(n);
                int hash = 0;
                for (int i = name.length() - 1; i >= 0; i--) {
                    hash = step(hash, name.charAt(i));
                }
                int at = slot(hash, capacity - 1);
                while (slots[at] != null && !name.equals(slots[at])) {
                    at = at + 1 & capacity - 1;
                }
                if (slots[at] == null) {
                    slots[at] = name;
                    slotValues[at] = values.get(n);
                    inOrder.add(name);
                }
            }
            return new DomainTable<>(slots, slotValues, List.copyOf(inOrder));
        }
    }
}
