package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/**
 * Look-up by name and by parents, against a map asked for each parent in turn; the order and the lines of what was added.
 */
class NameTableTest {

    private static final String LONGEST = ("d".repeat(63) + ".").repeat(3) + "d".repeat(61);

    /** Few labels, so that names are parents of each other and are drawn twice. */
    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> label = Arbitraries.of("a", "b", "ab", "com", "x-y", "_a", "l".repeat(63));
        Arbitrary<String> names = label.list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels))
            .filter(name -> name.length() <= DomainName.MAX_NAME);
        Arbitrary<String> others = Arbitraries.of("[192.0.2.1]", "[10.0.2.1]", "[IPv6:2001:db8::1]", "[IPv6:::1]", "1", "2.1", LONGEST,
            LONGEST.substring(1), LONGEST.substring(64));
        return Arbitraries.frequencyOf(Tuple.of(5, names), Tuple.of(1, others));
    }

    @Provide
    Arbitrary<List<String>> asked() {
        return names().list().ofMaxSize(20);
    }

    /** Names with their variant, kind and line. */
    @Provide
    Arbitrary<List<Added>> added() {
        Arbitrary<Integer> lines = Arbitraries.of(0, 1, 127, 128, 300, 16_384, 1_000_000, Integer.MAX_VALUE);
        Arbitrary<Integer> variants = Arbitraries.of(NameTable.SUBTREE, NameTable.EXACT);
        return Combinators.combine(names(), variants, Arbitraries.integers().between(0, 200), lines).as(Added::new)
            .list().ofMaxSize(40);
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldFindWhatAWalkToTheParentsFinds(@ForAll("added") List<Added> added, @ForAll("asked") List<String> asked) {
        NameTable.Builder<Integer> builder = builder();
        Map<String, Added> map = new LinkedHashMap<>();
        for (Added one : added) {
            Added before = map.putIfAbsent(one.key(), one);
            int found = builder.add(one.name, one.variant, one.kind, one.line);
            assertThat(found == NameTable.NONE).isEqualTo(before == null);
            if (before != null) {
                assertThat(builder.line(found)).isEqualTo(before.line);
                assertThat(builder.kindOf(found)).isEqualTo(before.kind);
            }
        }
        NameTable<Integer> table = builder.build();
        assertThat(table.isEmpty()).isEqualTo(map.isEmpty());
        assertThat(table.list(offset -> text(table, offset)))
            .isEqualTo(map.values().stream().map(Added::toString).collect(Collectors.toList()));
        List<String> all = new ArrayList<>(asked);
        added.forEach(one -> all.add(one.name));
        for (String name : all) {
            int found = table.nearest(DomainName.canonical(name));
            Added expected = walk(map, name);
            assertThat(found == NameTable.NONE ? "none" : text(table, found)).as(name)
                .isEqualTo(expected == null ? "none" : expected.toString());
        }
    }

    private static NameTable.Builder<Integer> builder() {
        NameTable.Builder<Integer> builder = NameTable.builder();
        for (int kind = 0; kind <= 200; kind++) {
            assertThat(builder.kind(kind)).isEqualTo(kind);
        }
        return builder;
    }

    private static String text(NameTable<Integer> table, int offset) {
        assertThat(table.length(offset)).isEqualTo(table.name(offset).length());
        return new Added(table.name(offset), table.variant(offset), table.kind(offset), table.line(offset)).toString();
    }

    private static Added walk(Map<String, Added> map, String name) {
        Added exactly = map.get(name + " " + NameTable.EXACT);
        String rest = name;
        while (exactly == null && !map.containsKey(rest + " " + NameTable.SUBTREE)) {
            int dot = rest.indexOf('.');
            if (dot < 0 || name.startsWith("[")) {
                return null;
            }
            rest = rest.substring(dot + 1);
        }
        return exactly != null ? exactly : map.get(rest + " " + NameTable.SUBTREE);
    }

    @Test
    void shouldTellNamesApartWhoseHashesCollide() {
        // Both have the hash 3117 as strings, and so have all names made of them.
        List<String> most = IntStream.range(0, 64)
            .mapToObj(number -> IntStream.range(0, 6).mapToObj(bit -> (number >>> bit & 1) == 0 ? "an" : "c0")
                .collect(Collectors.joining("", "", ".example")))
            .collect(Collectors.toList());
        assertThat(most).extracting(String::hashCode).containsOnly(most.get(0).hashCode());
        List<String> listed = most.subList(0, most.size() / 2);
        NameTable.Builder<Integer> builder = builder();
        listed.forEach(name -> assertThat(builder.add(name, NameTable.SUBTREE, 1, name.length())).isEqualTo(NameTable.NONE));
        NameTable<Integer> table = builder.build();
        for (String name : listed) {
            assertThat(table.name(table.nearest(DomainName.canonical(name)))).isEqualTo(name);
            assertThat(table.name(table.nearest(DomainName.canonical("below." + name)))).isEqualTo(name);
        }
        for (String name : most.subList(listed.size(), most.size())) {
            assertThat(table.nearest(DomainName.canonical(name))).isEqualTo(NameTable.NONE);
        }
    }

    @Test
    void shouldKeepManyNames() {
        NameTable.Builder<String> builder = NameTable.builder();
        int kind = builder.kind("list.txt");
        int names = 100_000;
        for (int i = 0; i < names; i++) {
            assertThat(builder.add("n" + i + ".example", NameTable.SUBTREE, kind, i + 1)).isEqualTo(NameTable.NONE);
        }
        NameTable<String> table = builder.build();
        List<String> list = table.list(table::name);
        assertThat(list).hasSize(names);
        for (int i = 0; i < names; i += 37) {
            int found = table.nearest(DomainName.canonical("a.b.n" + i + ".example"));
            assertThat(table.line(found)).isEqualTo(i + 1);
            assertThat(list.get(i)).isEqualTo(table.name(found)).isEqualTo("n" + i + ".example");
            assertThat(table.nearest(DomainName.canonical("x" + i + ".example"))).isEqualTo(NameTable.NONE);
        }
        assertThat(list.stream().skip(names - 1)).containsExactly("n" + (names - 1) + ".example");
    }

    @Test
    void shouldEndWhereTheNamesEnd() {
        NameTable.Builder<String> builder = NameTable.builder();
        builder.add("example", NameTable.SUBTREE, builder.kind("f"), 1);
        List<String> list = builder.build().list(offset -> "one");
        assertThatThrownBy(() -> list.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        var iterator = list.iterator();
        assertThat(iterator.next()).isEqualTo("one");
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThat(builder.build().list(offset -> "one")).as("a builder is empty once it has built").isEmpty();
    }

    @Test
    void shouldFindNothingInAnEmptyTable() {
        assertThat(NameTable.<String>builder().build().nearest(DomainName.canonical("example.com"))).isEqualTo(NameTable.NONE);
    }

    /** What is added. */
    private static final class Added {

        private final String name;
        private final int variant;
        private final int kind;
        private final int line;

        Added(String name, int variant, int kind, int line) {
            this.name = name;
            this.variant = variant;
            this.kind = kind;
            this.line = line;
        }

        String key() {
            return name + " " + variant;
        }

        @Override
        public String toString() {
            return key() + " " + kind + ":" + line;
        }
    }
}
