package org.relaycontrol.it.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Measurements of several contenders in turn, again and again, every other round in the opposite order: whatever else the machine does
 * meanwhile meets all of them alike. Two of them are compared round by round.
 */
final class Rounds {
    /** As many pairs as a comparison takes at least. */
    static final int COUNT = Integer.getInteger("bench.rounds", 11);

    private final Map<String, double[]> figures = new LinkedHashMap<>();

    private Rounds() {
    }

    /** Measures each contender once a round. */
    static Rounds of(String unit, Map<String, DoubleSupplier> contenders) {
        Rounds rounds = new Rounds();
        contenders.keySet().forEach(contender -> rounds.figures.put(contender, new double[COUNT]));
        List<String> order = new ArrayList<>(contenders.keySet());
        for (int round = 0; round < COUNT; round++) {
            for (String contender : order) {
                rounds.figures.get(contender)[round] = contenders.get(contender).getAsDouble();
            }
            Collections.reverse(order);
        }
        System.out.printf("%n| %s | median | quartiles | least | most |%n|---|---|---|---|---|%n", unit);
        rounds.figures.forEach((contender, all) -> {
            double[] sorted = all.clone();
            Arrays.sort(sorted);
            System.out.printf("| %s | %,.0f | %,.0f to %,.0f | %,.0f | %,.0f |%n", contender, quantile(sorted, 0.5), quantile(sorted, 0.25),
                quantile(sorted, 0.75), sorted[0], sorted[sorted.length - 1]);
        });
        return rounds;
    }

    /** The median of the ratios of two contenders, round by round; prints their spread. */
    double ratio(String one, String other) {
        double[] ratios = new double[COUNT];
        for (int round = 0; round < COUNT; round++) {
            ratios[round] = figures.get(one)[round] / figures.get(other)[round];
        }
        Arrays.sort(ratios);
        System.out.printf("%s : %s, round by round: median %.3f, quartiles %.3f to %.3f, %d pairs%n", one, other, quantile(ratios, 0.5),
            quantile(ratios, 0.25), quantile(ratios, 0.75), COUNT);
        return quantile(ratios, 0.5);
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
