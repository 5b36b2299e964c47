package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Look-up by name and by parents, against a map asked for each parent in turn.
 */
class DomainTableTest {

    /** Few labels, so that names are parents of each other; and blocks whose hashes collide, with and without a dot before them. */
    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> label = Arbitraries.of("a", "b", "ab", "com", "na", "0c", "nana", "0cna", "na0c", "0c0c", "x-y", "_a");
        Arbitrary<String> names = label.list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels));
        Arbitrary<String> literals = Arbitraries.of("[192.0.2.1]", "[10.0.2.1]", "[IPv6:2001:db8::1]", "[IPv6:::1]");
        return Arbitraries.frequencyOf(Tuple.of(9, names), Tuple.of(1, literals))
            .filter(name -> !name.matches("[0-9]+(\\.[0-9]+){3}"));
    }

    @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
    void shouldFindWhatAWalkToTheParentsFinds(@ForAll("lists") List<String> listed, @ForAll("lists") List<String> asked) {
        DomainTable.Builder<Integer> builder = DomainTable.builder();
        Map<String, Integer> map = new HashMap<>();
        List<String> distinct = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            builder.put(DomainName.of(listed.get(i)), i);
            if (map.putIfAbsent(listed.get(i), i) == null) {
                distinct.add(listed.get(i));
            }
        }
        DomainTable<Integer> table = builder.build();
        assertThat(table.names()).isEqualTo(distinct);
        assertThat(table.isEmpty()).isEqualTo(distinct.isEmpty());
        List<String> all = new ArrayList<>(asked);
        all.addAll(listed);
        for (String name : all) {
            assertThat(table.get(name)).as(name).isEqualTo(map.get(name));
            assertThat(table.nearest(name)).as(name).isEqualTo(walk(map, name));
        }
    }

    @Provide
    Arbitrary<List<String>> lists() {
        return names().list().ofMaxSize(20);
    }

    private static @Nullable Integer walk(Map<String, Integer> map, String name) {
        String rest = name;
        while (!map.containsKey(rest)) {
            int dot = rest.indexOf('.');
            if (dot < 0 || name.startsWith("[")) {
                return null;
            }
            rest = rest.substring(dot + 1);
        }
        return map.get(rest);
    }

    @Test
    void shouldTellNamesApartWhoseHashesCollide() {
        List<String> colliding = List.of("na", "0c");
        assertThat(hash("na")).isEqualTo(hash("0c"));
        for (int doubled = 0; doubled < 9; doubled++) {
            List<String> longer = new ArrayList<>();
            colliding.forEach(one -> List.of("na", "0c").forEach(other -> longer.add(one + other)));
            colliding = longer;
        }
        DomainTable.Builder<String> builder = DomainTable.builder();
        colliding.forEach(name -> builder.put(DomainName.of(name + ".example"), name));
        DomainTable<String> table = builder.build();
        for (String name : colliding) {
            assertThat(table.get(name + ".example")).isEqualTo(name);
            assertThat(table.nearest("below." + name + ".example")).isEqualTo(name);
        }
        assertThat(table.get(colliding.get(0) + ".example.com")).isNull();
    }

    /** The hash that the table takes of a name, from its end. */
    private static int hash(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = hash * 31 + name.charAt(i);
        }
        return hash;
    }

    @Test
    void shouldGiveLiteralsNoParents() {
        DomainTable<String> table = DomainTable.<String>builder().put(DomainName.of("[192.0.2.1]"), "literal")
            .put(DomainName.of("1"), "single").build();
        assertThat(table.nearest("[192.0.2.1]")).isEqualTo("literal");
        assertThat(table.nearest("[10.192.0.2]")).isNull();
        assertThat(table.nearest("x.1")).isEqualTo("single");
    }

    @Test
    void shouldFindNothingInAnEmptyTable() {
        DomainTable<String> table = DomainTable.<String>builder().build();
        assertThat(table.get("example.com")).isNull();
        assertThat(table.nearest("example.com")).isNull();
    }
}
