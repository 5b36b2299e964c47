package org.relaycontrol.it.bench;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.relaycontrol.it.bench.DecisionBenchmark.Case;
import org.relaycontrol.it.bench.DecisionBenchmark.Size;

/** Runs {@link DecisionBenchmark} and prints the times of a decision with their ratios to the floor. */
final class DecisionTable {
    private static final double LARGEST_RATIO = 2.5;
    private static final double LEAST_GAIN = 20;

    private DecisionTable() {
    }

    static void run() {
        Collection<RunResult> results;
        try {
            results = new Runner(new OptionsBuilder()
                .include(DecisionBenchmark.class.getName()).addProfiler(GCProfiler.class).build()).run();
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
        Map<Size, Double> floor = new EnumMap<>(Size.class);
        Map<Size, Double> netMatcher = new EnumMap<>(Size.class);
        for (RunResult result : results) {
            if (result.getPrimaryResult().getLabel().equals("hashMap")) {
                floor.put(size(result), result.getPrimaryResult().getScore());
            } else if (result.getPrimaryResult().getLabel().equals("netMatcher")) {
                netMatcher.put(size(result), result.getPrimaryResult().getScore());
            }
        }
        System.out.println("\n| | size | ns | ± | B | x HashMap |\n|---|---|---|---|---|---|");
        double slowest = 0;
        double allocated = 0;
        double growth = 0;
        double listed = 0;
        Map<Case, Double> small = new EnumMap<>(Case.class);
        for (RunResult result : results) {
            Size size = size(result);
            double nanos = result.getPrimaryResult().getScore();
            double octets = result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
            String name = result.getPrimaryResult().getLabel();
            if (name.equals("decision")) {
                Case kind = Case.valueOf(result.getParams().getParam("kind"));
                name += " " + kind;
                allocated = Math.max(allocated, octets);
                if (size == Size.SMALL) {
                    small.put(kind, nanos);
                } else if (size == Size.LARGE) {
                    slowest = Math.max(slowest, nanos / floor.get(size));
                    growth = Math.max(growth, nanos / small.get(kind));
                } else if (kind == Case.LISTED_IPV4) {
                    listed = nanos;
                }
            }
            System.out.printf("| %s | %s | %,.1f | %,.1f | %.0f | %.2f |%n", name, size, nanos, result.getPrimaryResult().getScoreError(),
                octets, nanos / floor.get(size));
        }
        Bar.atMost("slowest decision with the longest lists, in HashMap look-ups", slowest, LARGEST_RATIO);
        Bar.atMost("largest growth from the shortest to the longest lists", growth, floor.get(Size.LARGE) / floor.get(Size.SMALL));
        Bar.atMost("octets allocated for a decision", Math.rint(allocated), 0);
        Bar.atLeast("NetMatcher, in decisions for a listed client, 1,000 networks", netMatcher.get(Size.MEDIUM) / listed, LEAST_GAIN);
    }

    private static Size size(RunResult result) {
        return Size.valueOf(result.getParams().getParam("size"));
    }
}
