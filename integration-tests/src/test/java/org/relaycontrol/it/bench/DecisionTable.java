package org.relaycontrol.it.bench;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.relaycontrol.it.bench.DecisionBenchmark.Case;
import org.relaycontrol.it.bench.DecisionBenchmark.Size;

/**
 * Runs {@link DecisionBenchmark}: each of its benchmarks once, with what it allocates; then what is compared with a look-up in a
 * {@code HashMap}, in turn.
 */
final class DecisionTable {
    private static final double LARGEST_RATIO = 2.5;
    private static final double LEAST_GAIN = 20;
    private static final String FLOOR = "hashMap";

    private DecisionTable() {
    }

    static void run() {
        once();
        inTurn();
    }

    private static void once() {
        Collection<RunResult> results = results(new OptionsBuilder()
            .include(DecisionBenchmark.class.getName()).addProfiler(GCProfiler.class));
        System.out.println("\n| | size | ns | ± | B |\n|---|---|---|---|---|");
        double allocated = 0;
        double netMatcher = 0;
        double listed = 0;
        for (RunResult result : results) {
            String name = result.getPrimaryResult().getLabel();
            String kind = result.getParams().getParam("kind");
            Size size = Size.valueOf(result.getParams().getParam("size"));
            double nanos = result.getPrimaryResult().getScore();
            double octets = result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
            System.out.printf("| %s | %s | %,.1f | %,.1f | %.0f |%n", kind == null ? name : kind, size, nanos,
                result.getPrimaryResult().getScoreError(), octets);
            allocated = kind == null ? allocated : Math.max(allocated, octets);
            netMatcher = name.equals("netMatcher") && size == Size.MEDIUM ? nanos : netMatcher;
            listed = Case.LISTED_IPV4.name().equals(kind) && size == Size.MEDIUM ? nanos : listed;
        }
        Bar.atMost("octets allocated for a decision", Math.rint(allocated), 0);
        Bar.atLeast("NetMatcher, in decisions for a listed client, 1,000 networks", netMatcher / listed, LEAST_GAIN);
    }

    private static void inTurn() {
        Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();
        for (Size size : List.of(Size.SMALL, Size.LARGE)) {
            contenders.put(label(FLOOR, size), () -> nanos(FLOOR, size, new OptionsBuilder()));
            for (Case kind : Case.values()) {
                contenders.put(label(kind.name(), size), () -> nanos("decision", size, new OptionsBuilder().param("kind", kind.name())));
            }
        }
        Rounds rounds = Rounds.of("ns", contenders);
        double slowest = 0;
        double growth = 0;
        for (Case kind : Case.values()) {
            slowest = Math.max(slowest, rounds.ratio(label(kind.name(), Size.LARGE), label(FLOOR, Size.LARGE)));
            growth = Math.max(growth, rounds.ratio(label(kind.name(), Size.LARGE), label(kind.name(), Size.SMALL)));
        }
        Bar.atMost("slowest decision with the longest lists, in HashMap look-ups", slowest, LARGEST_RATIO);
        Bar.atMost("largest growth from the shortest to the longest lists", growth,
            rounds.ratio(label(FLOOR, Size.LARGE), label(FLOOR, Size.SMALL)));
    }

    private static String label(String name, Size size) {
        return name + " " + size;
    }

    private static double nanos(String benchmark, Size size, ChainedOptionsBuilder options) {
        Collection<RunResult> results = results(options.include(DecisionBenchmark.class.getName() + "." + benchmark + "$")
            .param("size", size.name()).verbosity(VerboseMode.SILENT));
        return results.iterator().next().getPrimaryResult().getScore();
    }

    private static Collection<RunResult> results(ChainedOptionsBuilder options) {
        try {
            return new Runner(options.build()).run();
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }
}
