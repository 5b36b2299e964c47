package org.relaycontrol.policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.IntFunction;

/**
 * Canonical domain names, each with the line that lists it, with look-up of a name itself or of the nearest name above it. A name may be
 * there twice: for itself and what is below it, and for itself alone. Immutable, and made for millions: a name costs its octets and
 * about 15 more.
 *
 * <p>All names are records in one array of octets, one after the other: length, name, number of the kind (twice, plus one for a name
 * alone), line; the last two with seven bits an octet, the lowest first. A record is known by its offset. An open-addressing table
 * leads from the hash of a name to its record, by an octet of the hash first (its tag), so that what is not listed costs one look at an
 * array that fits into the processor's cache. From the hash of a name one pass gives that of every parent: a name that is listed itself
 * costs one probe, another one a label, and nothing is allocated.
 *
 * @param <K> what the names of one kind have in common
 */
final class NameTable<K> {

    /** No record. */
    static final int NONE = -1;

    /** A name of which the names below it are meant too. */
    static final int SUBTREE = 0;
    /** A name that is meant alone. */
    static final int EXACT = 1;

    /** The tag of a free slot. */
    private static final byte FREE = 0;
    private static final VarHandle EIGHT_TAGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_OCTET = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;
    /** Of the polynomial that is the hash of a string: {@link String#hashCode()}. */
    private static final int BASE = 31;
    private static final int[] POWERS = powers();
    /** Two to the power of 32, divided by the golden ratio: brings something of every bit to the highest ones. */
    private static final int MIXER = 0x9e3779b1;
    /** An offset is kept of every 64th record. */
    private static final int MARK_BITS = 6;
    private static final int LENGTH_MASK = 0xff;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_MASK = 0x7f;

    private final byte[] records;
    /** By slot; the first ones again at the end, so that eight can be looked at from every slot. */
    private final byte[] tags;
    /** By slot. */
    private final int[] offsets;
    private final int[] marks;
    private final int size;
    private final List<K> kinds;

    private NameTable(Builder<K> builder) {
        this.records = Arrays.copyOf(builder.records, builder.end);
        this.tags = builder.tags;
        this.offsets = builder.offsets;
        this.size = builder.size;
        this.kinds = List.copyOf(builder.kinds);
        this.marks = new int[(size >>> MARK_BITS) + 1];
        int offset = 0;
        for (int i = 0; i < size; i++) {
            if ((i & (1 << MARK_BITS) - 1) == 0) {
                marks[i >>> MARK_BITS] = offset;
            }
            offset = next(records, offset);
        }
    }

    /** Of {@link #BASE}, as many as a name may have characters. */
    private static int[] powers() {
        int[] powers = new int[DomainName.MAX_NAME + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = BASE * powers[i - 1];
        }
        return powers;
    }

    static <K> Builder<K> builder() {
        return new Builder<>();
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * The record that speaks of the name: the one for it alone, else the one for it and what is below it, else that of the nearest name
     * above it; {@link #NONE} if there is none. A literal has no name above it.
     */
    int nearest(DomainName name) {
        return nearest(name, true);
    }

    /** The record that speaks of the names below the name that no record speaks of themselves. */
    int nearestForBelow(DomainName name) {
        return nearest(name, false);
    }

    private int nearest(DomainName name, boolean orExact) {
        // Most policies rest on a shared list that is empty: no walk through the name at each decision for that.
        if (isEmpty()) {
            return NONE;
        }
        byte[] octets = name.octets();
        int itself = probe(octets, 0, name.hash(), orExact);
        return itself != NONE || octets[0] == '[' ? itself : nearestAbove(octets, name.hash());
    }

    /** From the longest parent to the shortest: the hash of each is that of the name less what stands before. */
    private int nearestAbove(byte[] name, int whole) {
        int last = name.length - 1;
        int before = 0;
        for (int i = 0; i < last; i++) {
            byte octet = name[i];
            before = step(before, octet);
            if (octet == '.') {
                int found = probe(name, i + 1, whole - before * POWERS[last - i], false);
                if (found != NONE) {
                    return found;
                }
            }
        }
        return NONE;
    }

    private int probe(byte[] name, int start, int hash, boolean orExact) {
        int mask = offsets.length - 1;
        byte tag = tag(hash);
        int slot = slot(hash) & mask;
        // A processor guesses rightly what comes of eight tags at once: for most names, nothing. One by one, it does not.
        long eight = (long) EIGHT_TAGS.get(tags, slot);
        if (zeros(eight ^ (tag & 0xff) * EACH_OCTET) == 0 && zeros(eight) != 0) {
            return NONE;
        }
        for (; tags[slot] != FREE; slot = slot + 1 & mask) {
            if (tags[slot] == tag) {
                int offset = offsets[slot];
                if (isNamed(records, offset, name, start, name.length) && (orExact || variant(offset) == SUBTREE)) {
                    return offset;
                }
            }
        }
        return NONE;
    }

    /** The record of the very name and variant, or {@link #NONE}. */
    int find(DomainName name, int variant) {
        byte[] octets = name.octets();
        return find(octets, 0, octets.length, variant);
    }

    /** The record of the same name and variant as a record of another table, or {@link #NONE}. */
    int find(NameTable<?> other, int record) {
        return find(other.records, record + 1, record + 1 + other.length(record), other.variant(record));
    }

    private int find(byte[] octets, int from, int to, int variant) {
        int hash = hash(octets, from, to);
        int mask = offsets.length - 1;
        byte tag = tag(hash);
        for (int slot = slot(hash) & mask; tags[slot] != FREE; slot = slot + 1 & mask) {
            if (tags[slot] == tag && isNamed(records, offsets[slot], octets, from, to) && variant(offsets[slot]) == variant) {
                return offsets[slot];
            }
        }
        return NONE;
    }

    private static boolean isNamed(byte[] records, int offset, byte[] octets, int from, int to) {
        int length = to - from;
        return (records[offset] & LENGTH_MASK) == length
            && Arrays.equals(records, offset + 1, offset + 1 + length, octets, from, to);
    }

    /**
     * The record of an address: a local part up to a length, an at sign, and the domain; without domain the local part alone.
     *
     * @param domain the domain, or empty
     */
    int findAddress(String localPart, int length, String domain) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = step(hash, localPart.charAt(i));
        }
        hash = domain.isEmpty() ? hash : step(hash, '@');
        for (int i = 0; i < domain.length(); i++) {
            hash = step(hash, domain.charAt(i));
        }
        int mask = offsets.length - 1;
        byte tag = tag(hash);
        for (int slot = slot(hash) & mask; tags[slot] != FREE; slot = slot + 1 & mask) {
            if (tags[slot] == tag && isAddress(offsets[slot], localPart, length, domain)) {
                return offsets[slot];
            }
        }
        return NONE;
    }

    private boolean isAddress(int offset, String localPart, int length, String domain) {
        int start = domain.isEmpty() ? length : length + 1;
        if ((records[offset] & LENGTH_MASK) != start + domain.length() || start > length && records[offset + start] != '@') {
            return false;
        }
        int at = offset + 1;
        for (int i = 0; i < length; i++) {
            if (records[at + i] != localPart.charAt(i)) {
                return false;
            }
        }
        for (int i = 0; i < domain.length(); i++) {
            if (records[at + start + i] != domain.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The name of a record. */
    String name(int offset) {
        return name(records, offset);
    }

    /** The length of the name of a record. */
    int length(int offset) {
        return records[offset] & LENGTH_MASK;
    }

    /** What a record has in common with the others of its kind. */
    K kind(int offset) {
        return kinds.get(kindNumber(offset));
    }

    /** All kinds. */
    List<K> kinds() {
        return kinds;
    }

    /** Whether a record is for its name alone. */
    int variant(int offset) {
        return variant(records, offset);
    }

    private static int variant(byte[] records, int offset) {
        return records[kindAt(records, offset)] & 1;
    }

    /** The line of a record. */
    int line(int offset) {
        return line(records, offset);
    }

    /** What is made of the records, in the order they were added; made anew whenever it is asked for. */
    <T> List<T> list(IntFunction<T> made) {
        return new Records<>(made);
    }

    /** How many records there are. */
    int size() {
        return size;
    }

    /** The record after a record; the first one is 0. */
    int next(int offset) {
        return next(records, offset);
    }

    /** The number of a record, in the order they were added, counted from 0. */
    int number(int offset) {
        int found = Arrays.binarySearch(marks, 0, (size >>> MARK_BITS) + ((size & (1 << MARK_BITS) - 1) == 0 ? 0 : 1), offset);
        int mark = found >= 0 ? found : -found - 2;
        int number = mark << MARK_BITS;
        for (int at = marks[mark]; at < offset; at = next(records, at)) {
            number++;
        }
        return number;
    }

    /** The number of the kind of a record, by which it is in {@link #kinds()}. */
    int kindNumber(int offset) {
        return varint(records, kindAt(records, offset)) >>> 1;
    }

    /** Whether the name of a record is an address literal. */
    boolean isLiteral(int offset) {
        return records[offset + 1] == '[';
    }

    /** Whether the name of a record begins with these octets. */
    boolean startsWith(int offset, byte[] prefix) {
        return prefix.length == 0 || length(offset) >= prefix.length && records[offset + 1] == prefix[0]
            && Arrays.equals(records, offset + 1, offset + 1 + prefix.length, prefix, 0, prefix.length);
    }

    /** Whether the name of a record has these octets somewhere. */
    boolean contains(int offset, byte[] part) {
        if (part.length == 0) {
            return true;
        }
        int last = kindAt(records, offset) - part.length;
        for (int at = offset + 1; at <= last; at++) {
            if (records[at] == part[0] && Arrays.equals(records, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** The order of two records: by name, a name alone after the same with what is below it. */
    int compare(int one, int other) {
        int byName = Arrays.compareUnsigned(records, one + 1, kindAt(records, one), records, other + 1, kindAt(records, other));
        return byName != 0 ? byName : variant(one) - variant(other);
    }

    private int offset(int number) {
        int offset = marks[number >>> MARK_BITS];
        for (int i = number & (1 << MARK_BITS) - 1; i > 0; i--) {
            offset = next(records, offset);
        }
        return offset;
    }

    /** The hash of a name: that of the string. */
    private static int hash(byte[] octets, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = step(hash, octets[i]);
        }
        return hash;
    }

    private static int step(int hash, int c) {
        return BASE * hash + c;
    }

    private static int slot(int hash) {
        int mixed = hash * MIXER;
        return mixed ^ mixed >>> 15;
    }

    /** Never {@link #FREE}. */
    private static byte tag(int hash) {
        return (byte) (hash * MIXER >>> 24 | 1);
    }

    /**
     * Has a bit for each octet that is zero; now and then one for an octet above such a one, too. From Henry S. Warren, Hacker's Delight,
     * section 6-1.
     */
    private static long zeros(long octets) {
        return octets - EACH_OCTET & ~octets & HIGHEST_BITS;
    }

    private static String name(byte[] records, int offset) {
        return new String(records, offset + 1, records[offset] & LENGTH_MASK, StandardCharsets.ISO_8859_1);
    }

    private static int kindAt(byte[] records, int offset) {
        return offset + 1 + (records[offset] & LENGTH_MASK);
    }

    private static int line(byte[] records, int offset) {
        return varint(records, afterVarint(records, kindAt(records, offset)));
    }

    private static int next(byte[] records, int offset) {
        return afterVarint(records, afterVarint(records, kindAt(records, offset)));
    }

    private static int varint(byte[] records, int at) {
        int value = 0;
        for (int shift = 0;; shift += VARINT_BITS) {
            byte octet = records[at++];
            value |= (octet & VARINT_MASK) << shift;
            if (octet >= 0) {
                return value;
            }
        }
    }

    private static int afterVarint(byte[] records, int at) {
        int after = at;
        while (records[after] < 0) {
            after++;
        }
        return after + 1;
    }

    /** A view of the records. */
    private final class Records<T> extends AbstractList<T> implements RandomAccess {

        private final IntFunction<T> made;

        Records(IntFunction<T> made) {
            this.made = made;
        }

        @Override
        public T get(int index) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException(index + " of " + size);
            }
            return made.apply(offset(index));
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public Iterator<T> iterator() {
            return new Iterator<>() {

                private int offset;

                @Override
                public boolean hasNext() {
                    return offset < records.length;
                }

                @Override
                public T next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    T element = made.apply(offset);
                    offset = NameTable.next(records, offset);
                    return element;
                }
            };
        }

        @Override
        public Spliterator<T> spliterator() {
            return Spliterators.spliterator(iterator(), size, Spliterator.ORDERED | Spliterator.IMMUTABLE | Spliterator.NONNULL);
        }
    }

    /** Collects names. */
    static final class Builder<K> {

        private static final int LONGEST_RECORD = 1 + DomainName.MAX_NAME + 2 * 5;
        private static final int LARGEST = Integer.MAX_VALUE - 8;
        private static final int FIRST_CAPACITY = 8;

        private final List<K> kinds = new ArrayList<>();
        private byte[] records = {};
        private int end;
        private int size;
        private byte[] tags = {};
        private int[] offsets = {};

        private Builder() {
            clear();
        }

        private void clear() {
            kinds.clear();
            records = new byte[LONGEST_RECORD];
            end = 0;
            size = 0;
            newTable(FIRST_CAPACITY);
        }

        private void newTable(int capacity) {
            tags = new byte[capacity + Long.BYTES];
            offsets = new int[capacity];
        }

        /** A new kind of names; returns its number. */
        int kind(K kind) {
            kinds.add(kind);
            return kinds.size() - 1;
        }

        /** Adds a name, unless it is there in the same variant; then the record of that is returned, else {@link NameTable#NONE}. */
        int add(String name, int variant, int kind, int line) {
            byte[] octets = name.getBytes(StandardCharsets.ISO_8859_1);
            return add(octets, 0, octets.length, variant, kind, line);
        }

        /** The same with a name that is part of an array of octets. */
        int add(byte[] octets, int from, int to, int variant, int kind, int line) {
            int before = place(octets, from, to, variant, end);
            if (before != NONE) {
                return before;
            }
            append(octets, from, to, 2 * kind + variant, line);
            size++;
            if (size > offsets.length / 3 * 2) {
                enlargeTable();
            }
            return NONE;
        }

        /**
         * Puts a record into the table, one for a name alone before one for the same name and what is below it, unless there is one of the
         * same name and variant; then that is returned, else {@link NameTable#NONE}.
         */
        private int place(byte[] octets, int from, int to, int variant, int record) {
            int hash = hash(octets, from, to);
            byte tag = tag(hash);
            int mask = offsets.length - 1;
            int slot = slot(hash) & mask;
            int placed = record;
            for (; tags[slot] != FREE; slot = slot + 1 & mask) {
                int other = offsets[slot];
                if (tags[slot] == tag && isNamed(records, other, octets, from, to)) {
                    if (variant(records, other) == variant) {
                        return other;
                    }
                    if (variant == EXACT) {
                        offsets[slot] = placed;
                        placed = other;
                    }
                }
            }
            tags[slot] = tag;
            if (slot < Long.BYTES) {
                tags[slot + offsets.length] = tag;
            }
            offsets[slot] = placed;
            return NONE;
        }

        private void append(byte[] octets, int from, int to, int kindAndVariant, int line) {
            if (records.length - end < LONGEST_RECORD) {
                if (LARGEST - end < LONGEST_RECORD) {
                    throw new IllegalStateException("the names have more than 2 GB");
                }
                records = Arrays.copyOf(records, (int) Math.min(LARGEST, records.length * 3L / 2 + LONGEST_RECORD));
            }
            records[end++] = (byte) (to - from);
            System.arraycopy(octets, from, records, end, to - from);
            end += to - from;
            appendVarint(kindAndVariant);
            appendVarint(line);
        }

        private void appendVarint(int value) {
            int rest = value;
            while (rest > VARINT_MASK) {
                records[end++] = (byte) (rest | VARINT_MASK + 1);
                rest >>>= VARINT_BITS;
            }
            records[end++] = (byte) rest;
        }

        private void enlargeTable() {
            newTable(2 * offsets.length);
            for (int offset = 0; offset < end; offset = next(records, offset)) {
                place(records, offset + 1, kindAt(records, offset), variant(records, offset), offset);
            }
        }

        /** The kind of a record. */
        K kindOf(int offset) {
            return kinds.get(varint(records, kindAt(records, offset)) >>> 1);
        }

        /** The line of a record. */
        int line(int offset) {
            return NameTable.line(records, offset);
        }

        /** The table of what was added. The builder is empty afterwards. */
        NameTable<K> build() {
            NameTable<K> table = new NameTable<>(this);
            clear();
            return table;
        }
    }
}
