package org.relaycontrol.it.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code mvn -Pbench -Dbench=NAME} runs: one benchmark, the results on standard output. */
public final class Bench {
    private static final Map<String, Runnable> BENCHMARKS = new LinkedHashMap<>();

    static {
        BENCHMARKS.put("decision", DecisionTable::run);
        BENCHMARKS.put("load", ListBench::load);
        BENCHMARKS.put("heap", ListBench::heap);
        BENCHMARKS.put("check", ListBench::check);
        BENCHMARKS.put("large", ListBench::large);
        BENCHMARKS.put("rcpt", ServerBench::rcpt);
        BENCHMARKS.put("relay", ServerBench::relay);
        BENCHMARKS.put("reload", ServerBench::reload);
    }

    private Bench() {
    }

    /** Runs the benchmark that is the first argument. */
    public static void main(String[] args) {
        Runnable benchmark = args.length == 1 ? BENCHMARKS.get(args[0]) : null;
        if (benchmark == null) {
            System.err.println("choose one benchmark of " + String.join(", ", BENCHMARKS.keySet()));
            System.exit(2);
            return;
        }
        benchmark.run();
        // Threads of clients may still wait for a server.
        System.exit(0);
    }
}
