package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.RoutingEntry.Action;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * Pages of the entries of routing lists, against a plain list that is filtered and sorted.
 */
class RoutingSearchTest {

    private static final Rule RULE = Rule.of("relaycontrol.xml", 1);
    private static final List<String> TEXTS = List.of("", "a", "A.", "b.a", ".com", "[", "[ip", "IPv6:2", "c\u00e9", "com");

    private static RoutingList.Builder random(Random random, String file, int most) {
        RoutingList.Builder list = RoutingList.builder(RULE);
        for (int i = 0; i < random.nextInt(most + 1); i++) {
            list.add(RoutingEntry.of(name(random), Match.values()[random.nextInt(2)],
                Treatment.of(Action.values()[random.nextInt(4)]), Rule.of(file, i + 1)));
        }
        return list;
    }

    private static DomainName name(Random random) {
        if (random.nextInt(10) == 0) {
            return DomainName.of((random.nextBoolean() ? "[192.0.2." : "[IPv6:2001:db8::") + random.nextInt(5) + "]");
        }
        StringBuilder name = new StringBuilder("com");
        for (int i = random.nextInt(4); i >= 0; i--) {
            name.insert(0, (char) ('a' + random.nextInt(3)) + ".");
        }
        return DomainName.of(name.toString());
    }

    private static List<RoutingEntry> answering(RoutingList list) {
        List<RoutingEntry> all = new ArrayList<>(list.entries());
        list.shared().entries().stream().filter(entry -> list.own(entry.name(), entry.match()) == null).forEach(all::add);
        return all;
    }

    private static <T> List<T> page(List<T> all, int offset, int limit) {
        return all.stream().skip(offset).limit(limit).collect(Collectors.toList());
    }

    @RepeatedTest(200)
    void shouldFindWhatAPlainListHas(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        RoutingList list = random(random, "own", random.nextInt(200)).buildOver(random(random, "shared", random.nextInt(200)).build());
        List<RoutingEntry> all = answering(list);
        int offset = random.nextInt(5) * random.nextInt(50);
        int limit = 1 + random.nextInt(50);

        RoutingSearch inOrder = RoutingSearch.inOrder(list, offset, limit);

        assertThat(inOrder.total()).isEqualTo(all.size());
        assertThat(inOrder.entries()).isEqualTo(page(all, offset, limit));
        for (String prefix : TEXTS) {
            String contains = TEXTS.get(random.nextInt(TEXTS.size()));
            Predicate<Treatment> treated = treatment -> treatment.action() != Action.REJECT;

            RoutingSearch found = RoutingSearch.byName(list, prefix, contains, treated, offset, limit);

            List<RoutingEntry> expected = all.stream()
                .filter(entry -> name(entry).startsWith(lower(prefix)) && name(entry).contains(lower(contains)))
                .filter(entry -> treated.test(entry.treatment()))
                .sorted(Comparator.comparing((RoutingEntry entry) -> entry.name().toString()).thenComparing(RoutingEntry::match))
                .collect(Collectors.toList());
            assertThat(found.total()).isEqualTo(expected.size());
            assertThat(found.entries()).isEqualTo(page(expected, offset, limit));
        }
    }

    private static String name(RoutingEntry entry) {
        return lower(entry.name().toString());
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    @Test
    void shouldFindTheLastOfMany() {
        RoutingList.Builder shared = RoutingList.builder(RULE);
        for (int i = 0; i < 1000; i++) {
            shared.add(RoutingEntry.of(DomainName.of("d" + i + ".example"), Match.SUBTREE, Treatment.of(Action.RELAY), RULE));
        }
        RoutingList list = RoutingList.builder(RULE)
            .add(RoutingEntry.of(DomainName.of("d640.example"), Match.SUBTREE, Treatment.of(Action.REJECT), RULE))
            .buildOver(shared.build());

        RoutingSearch last = RoutingSearch.inOrder(list, 997, 10);

        assertThat(last.total()).isEqualTo(1000);
        assertThat(last.entries()).extracting(entry -> entry.name().toString())
            .containsExactly("d997.example", "d998.example", "d999.example");
        assertThat(RoutingSearch.inOrder(list, 640, 2).entries()).extracting(entry -> entry.name().toString())
            .containsExactly("d639.example", "d641.example");
        assertThat(RoutingSearch.byName(list, "", "", any -> true, Integer.MAX_VALUE, 1000).entries()).isEmpty();
    }
}
