package org.relaycontrol.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

import org.relaycontrol.config.PolicyException;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.it.harness.Distribution;
import org.relaycontrol.it.harness.ProgramRun;
import org.relaycontrol.it.harness.Programs;
import org.relaycontrol.policy.RelayPolicies;

/**
 * A list of a million domains: how long it takes to load and to check, beside {@code postmap} of Postfix, which makes a table of the same
 * names, and how much memory it takes. And one of ten million.
 */
final class ListBench {
    private static final int DOMAINS = 1_000_000;
    private static final int WARM_UP = 10;

    private ListBench() {
    }

    /** Loading: reading, making names canonical, finding duplicates, building. The JVM is warm. */
    static void load() {
        Path policy = writePolicy("load", DOMAINS);
        Path table = writeTable("load");
        for (int i = 0; i < WARM_UP; i++) {
            load(policy);
        }
        Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();
        contenders.put("load", () -> millis(() -> load(policy)));
        contenders.put("postmap", () -> postmap(table));
        Bar.atMost("loading a million domains, in times of postmap", Rounds.of("ms", contenders).ratio("load", "postmap"), 1.0);
    }

    /** {@code check}, the start of its JVM included. */
    static void check() {
        Path policy = writePolicy("check", DOMAINS);
        Path table = writeTable("check");
        Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();
        contenders.put("check", () -> millis(() -> check(policy)));
        contenders.put("postmap", () -> postmap(table));
        Bar.atMost("check of a million domains, in times of postmap", Rounds.of("ms", contenders).ratio("check", "postmap"), 3.0);
    }

    /** Memory: what is used after garbage collection with the policy, less what is used without it. */
    static void heap() {
        Path policy = writePolicy("heap", DOMAINS);
        load(policy);
        long before = used();
        RelayPolicies policies = load(policy);
        long octets = used() - before;
        System.out.printf("%,d octets for %s with %,d entries%n", octets, policies.policies(),
            policies.policies().get(0).routing().entries().size());
        Bar.atMost("octets of heap an entry, file and line included", (double) octets / DOMAINS, 64);
    }

    /** Ten million domains, checked in 4 GB. */
    static void large() {
        Path policy = writePolicy("large", 10 * DOMAINS);
        double millis = millis(() -> check(policy, "-Xmx4g"));
        System.out.printf("check of ten million domains with -Xmx4g: %,.0f ms%n", millis);
    }

    private static RelayPolicies load(Path policy) {
        try {
            return PolicyLoader.load(policy).policies();
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(Path policy, String... options) {
        List<String> command = new ArrayList<>(List.of(Distribution.java().toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", Distribution.packJar().toString(), "check", policy.toString()));
        ProgramRun run = ProgramRun.of(command.toArray(new String[0]));
        if (run.status() != 0) {
            throw new IllegalStateException(run.output());
        }
    }

    private static double postmap(Path table) {
        String postmap = Programs.require("postmap", "postfix").toString();
        return millis(() -> Programs.run("", postmap, "-c", table.resolveSibling("").toString(), "lmdb:" + table));
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private static long used() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static Path writePolicy(String run, int domains) {
        try {
            Path folder = Distribution.newRun(run);
            Lists.writeDomains(folder.resolve("domains.txt"), domains, "");
            return Files.writeString(folder.resolve("relaycontrol.xml"),
                "<relaycontrol><policy><routing><domains file='domains.txt' action='relay'/></routing></policy></relaycontrol>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code postmap} reads: the same names, each with the value that it asks for. */
    private static Path writeTable(String run) {
        try {
            Path folder = Files.createDirectories(Distribution.newRun(run + "-postmap"));
            Files.writeString(folder.resolve("main.cf"), "compatibility_level = 3.6\n");
            return Lists.writeDomains(folder.resolve("domains"), DOMAINS, " x");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
