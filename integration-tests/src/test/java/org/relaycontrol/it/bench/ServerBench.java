package org.relaycontrol.it.bench;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.relaycontrol.it.harness.Programs;
import org.relaycontrol.it.harness.RcptLoad;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.Resources;
import org.relaycontrol.it.harness.SmtpClient;

/** Whole servers under load: stock James, James with the pack, and Postfix, all of them running, one of them loaded at a time. */
final class ServerBench {
    private static final int MILLION = 1_000_000;
    private static final String STOCK = "stock James";
    private static final String FEW = "pack, 10 domains";
    private static final String MANY = "pack, 1,000,000 domains";
    private static final String TUNED = "sample high-volume-relay";
    private static final String LOGGED = MANY + ", each refusal logged in a file of its own";
    private static final String LOGGED_TO_JAMES = MANY + ", each refusal logged in James's log";
    private static final List<String> MILLIONS = List.of(MANY, LOGGED, LOGGED_TO_JAMES);
    private static final String POSTFIX = "Postfix, 1,000,000 domains";
    private static final int SESSIONS = 40;
    private static final int RECIPIENTS = 50;
    /** For refusals, and again for permissions: JFR shows the JVM's compilers busy for up to 40 s of load. */
    private static final Duration WARM_UP = Duration.ofSeconds(40);
    private static final Duration MEASURED = Duration.ofSeconds(3);
    private static final Duration RELOADING = Duration.ofSeconds(10);
    private static final int RATE = 1000;
    private static final Pattern LOADS = Pattern.compile("\"loads\":(\\d+)");
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private static final int MESSAGES = Integer.getInteger("bench.messages", 2000);
    private static final int WARM_UPS = 12;

    private ServerBench() {
    }

    /** RCPT answers a second, refused and permitted. */
    static void rcpt() {
        try (Resources resources = new Resources()) {
            Sink sink = resources.add(new Sink());
            List<String> domains = Lists.domains(MILLION);
            List<String> listed = IntStream.range(0, RECIPIENTS)
                .mapToObj(i -> "user" + i + "@" + domains.get(i * (MILLION / RECIPIENTS))).collect(Collectors.toList());
            Map<String, DoubleSupplier> refused = new LinkedHashMap<>();
            Map<String, DoubleSupplier> permitted = new LinkedHashMap<>();
            Map<String, Integer> ports = new LinkedHashMap<>();
            ports.put(FEW, resources.add(Servers.pack("bench-few", sink.port(), 10).start()).port(25));
            ports.put(MANY, resources.add(Servers.pack("bench-many", sink.port(), MILLION).start()).port(25));
            // Between those that are compared with it: the machine changes its speed within seconds.
            ports.put(STOCK, resources.add(Servers.stock("bench-stock", sink.port()).start()).port(25));
            ports.put(LOGGED, resources.add(Servers.packLogging("bench-logged", sink.port(), MILLION).start()).port(25));
            ports.put(LOGGED_TO_JAMES,
                resources.add(Servers.packLoggingToJames("bench-logged-to-james", sink.port(), MILLION).start()).port(25));
            ports.put(POSTFIX, resources.add(Servers.postfix(sink.port(), MILLION)).port());
            ports.forEach((name, port) -> {
                refused.put(name, () -> rcpt(name + ", refused", Servers.STRANGER, port, unlisted(), 5, MEASURED));
                permitted.put(name, () -> rcpt(name + ", permitted", Servers.PERMITTED, port, listed, 2, MEASURED));
                rcpt(name + ", warm-up", Servers.STRANGER, port, unlisted(), 5, WARM_UP);
                rcpt(name + ", warm-up", Servers.PERMITTED, port, listed, 2, WARM_UP);
            });
            Rounds rounds = Rounds.of("RCPT refused a second", refused);
            for (String pack : MILLIONS) {
                Bar.atLeast(pack + ": refusals, in those of stock James", rounds.ratio(pack, STOCK), 0.97);
                Bar.atLeast(pack + ": refusals, in those of Postfix", rounds.ratio(pack, POSTFIX), 2.0);
            }
            Rounds others = Rounds.of("RCPT permitted a second", permitted);
            for (String pack : MILLIONS) {
                others.ratio(pack, STOCK);
                others.ratio(pack, POSTFIX);
            }
        }
    }

    private static double rcpt(String name, String client, int port, List<String> recipients, int code, Duration time) {
        RcptLoad.Result result;
        try (RcptLoad load = RcptLoad.begin(() -> SmtpClient.connect(client, "127.0.0.1", port).ehlo(), SESSIONS, UNLIMITED, recipients)) {
            sleep(time);
            result = load.end();
        }
        if (!result.failures().isEmpty() || result.answers().stream().anyMatch(answer -> answer.charAt(0) - '0' != code)) {
            throw new IllegalStateException(name + ": " + result.failures() + result.answers());
        }
        System.out.println(name + ": " + result);
        return result.rate();
    }

    /** Messages relayed to a sink a second. */
    static void relay() {
        try (Resources resources = new Resources()) {
            Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();
            add(contenders, STOCK, resources, sink -> resources.add(Servers.stock("bench-stock", sink).start()).port(25));
            add(contenders, FEW, resources, sink -> resources.add(Servers.pack("bench-few", sink, 10).start()).port(25));
            add(contenders, MANY, resources, sink -> resources.add(Servers.pack("bench-many", sink, MILLION).start()).port(25));
            add(contenders, TUNED, resources, sink -> resources.add(Servers.tuned("bench-tuned", sink).start()).port(25));
            add(contenders, POSTFIX, resources, sink -> resources.add(Servers.postfix(sink, MILLION)).port());
            for (int i = 0; i < WARM_UPS; i++) {
                contenders.values().forEach(DoubleSupplier::getAsDouble);
            }
            Rounds rounds = Rounds.of("messages relayed a second", contenders);
            Bar.atLeast("messages with the pack, in those of stock James", rounds.ratio(FEW, STOCK), 0.98);
            Bar.atLeast("messages with the pack and a million domains, in those of stock James", rounds.ratio(MANY, STOCK), 0.98);
            Bar.atLeast("messages with the sample high-volume-relay, in those of stock James", rounds.ratio(TUNED, STOCK), 1.3);
        }
    }

    /** A server that relays to a sink of its own. */
    private static void add(Map<String, DoubleSupplier> contenders, String name, Resources resources, IntUnaryOperator server) {
        Sink sink = resources.add(new Sink());
        int port = server.applyAsInt(sink.port());
        contenders.put(name, () -> relay(name, port, sink));
    }

    private static double relay(String name, int port, Sink sink) {
        long before = sink.count();
        long start = System.nanoTime();
        try {
            Process source = new ProcessBuilder(Programs.require("smtp-source", "postfix").toString(), "-d", "-s", "20", "-l", "4096", "-m",
                String.valueOf(MESSAGES), "-f", "someone@elsewhere.example", "-t", "@" + Lists.domains(1).get(0), "-N", "-A",
                "127.0.0.1:" + port).inheritIO().start();
            if (source.waitFor() != 0) {
                throw new IllegalStateException("smtp-source failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        double sent = MESSAGES / ((System.nanoTime() - start) / 1e9);
        sink.await(before + MESSAGES);
        double rate = MESSAGES / ((System.nanoTime() - start) / 1e9);
        System.out.printf("%s: %,.0f messages a second accepted, %,.0f relayed%n", name, sent, rate);
        return rate;
    }

    /** How late RCPT replies come while a list of a million domains is loaded again and again. */
    static void reload() {
        try (Resources resources = new Resources()) {
            RelayServer server = resources.add(Servers.pack("bench-reload", resources.add(new Sink()).port(), MILLION).start());
            Path list = server.conf().path("domains.txt");
            Lists.writeDomains(other(list, 0), MILLION, "");
            Lists.writeDomains(other(list, 1), MILLION + 1, "");
            rcpt("warm-up", Servers.STRANGER, server.port(25), unlisted(), 5, WARM_UP);
            Map<String, DoubleSupplier> contenders = new LinkedHashMap<>();
            contenders.put("without", () -> slowest(server, () -> sleep(RELOADING)));
            contenders.put("with", () -> slowest(server, () -> {
                long end = System.nanoTime() + RELOADING.toNanos();
                while (System.nanoTime() < end) {
                    reload(server);
                }
            }));
            Rounds rounds = Rounds.of("microseconds within which 99.9 % of replies come", contenders);
            Bar.atMost("99.9th percentile of RCPT replies during reloads, in that without", rounds.ratio("with", "without"), 3.0);
        }
    }

    private static double slowest(RelayServer server, Runnable meanwhile) {
        RcptLoad.Result result;
        try (RcptLoad load = RcptLoad.begin(() -> server.client(Servers.STRANGER), SESSIONS, RATE, unlisted())) {
            meanwhile.run();
            result = load.end();
        }
        System.out.println(result);
        return 1000 * result.millis(0.999);
    }

    /** Puts another list of a million domains, written beforehand, in the place of the one there is, and waits until it is in force. */
    private static void reload(RelayServer server) {
        long before = loads(server);
        Path list = server.conf().path("domains.txt");
        Path link = list.resolveSibling("domains.new");
        try {
            Files.createLink(link, other(list, before));
            Files.move(link, list, ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RelayServer.await(() -> loads(server), loads -> loads > before, () -> "the new list in force");
    }

    /** One of two lists, of which one is another than the one in force. */
    private static Path other(Path list, long loads) {
        return list.resolveSibling("domains." + loads % 2);
    }

    private static long loads(RelayServer server) {
        Matcher loads = LOADS.matcher(server.admin().request("GET", "/relaycontrol/status", "").body());
        if (!loads.find()) {
            throw new IllegalStateException("no number of loads in the status");
        }
        return Long.parseLong(loads.group(1));
    }

    private static List<String> unlisted() {
        return IntStream.range(0, RECIPIENTS).mapToObj(i -> "user" + i + "@host" + i + ".unlisted.example").collect(Collectors.toList());
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
