package org.relaycontrol.it.harness;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stock James memory server as a process of its own, in a working directory laid out like James's distribution: {@code conf/},
 * {@code extensions-jars/} with the pack's jar, {@code var/}; the class path is the server's libraries and nothing else. Its queues may be
 * other ones, see {@link Queues}.
 *
 * <p>The process resolves host names from a hosts file that knows loopback names only ({@code jdk.net.hosts.file}): the JDK's resolver
 * never asks a DNS server, whoever the client is.
 */
public final class StockJames implements AutoCloseable {
    private static final String STARTED = "JAMES server started";
    /** Seconds, but minutes on a machine that does much else. */
    private static final Duration START_LIMIT = Duration.ofMinutes(6);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int TOLD_LINES = 60;

    private final Process process;
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch decided = new CountDownLatch(1);
    private final Thread stopAtExit = new Thread(this::stop);
    private final Thread reader;
    private volatile boolean started;

    private StockJames(Process process, InputStream output, Consumer<String> listener) {
        this.process = process;
        reader = new Thread(() -> readLog(output, listener), "james-log-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Where James keeps the mail it has not delivered yet. */
    public enum Queues {
        /** In memory, as the memory app has it: lost when it ends. */
        MEMORY("org.apache.james.MemoryJamesServerMain"),
        /** In files, as James's JPA app has it. */
        ACTIVEMQ("org.relaycontrol.it.harness.DurableQueueJames");

        private final String mainClass;

        Queues(String mainClass) {
            this.mainClass = mainClass;
        }

        private String classPath() {
            String server = Distribution.folder().resolve("james-server-memory-app.lib") + "/*";
            return this == MEMORY ? server
                : String.join(File.pathSeparator, Distribution.classes().toString(), server, Distribution.folder()
                    .resolve("queue-activemq.lib") + "/*");
        }
    }

    /** James did not start: the exit status, -1 if it was still running, and all it wrote; the message has the last lines. */
    public static final class StartFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int exitStatus;
        private final String output;

        StartFailure(int exitStatus, List<String> log) {
            super("James ended with status " + exitStatus + ":\n" + log.stream().skip(Math.max(0, log.size() - TOLD_LINES))
                .collect(Collectors.joining("\n")));
            this.exitStatus = exitStatus;
            this.output = String.join("\n", log);
        }

        public int exitStatus() {
            return exitStatus;
        }

        public String output() {
            return output;
        }
    }

    /** As {@link #start(Path, Consumer, Redirect, Queues, List, Map)}, stock and with no option. */
    public static StockJames start(Path workingDirectory, Consumer<String> listener) {
        return start(workingDirectory, listener, Redirect.PIPE, Queues.MEMORY, List.of(), Map.of());
    }

    /**
     * Starts James and returns when it is ready. It is stopped by {@link #close()}, and at the latest when this JVM ends.
     *
     * @param workingDirectory holds {@code conf/}; the rest of the layout is added
     * @param listener told every line James writes, as it is written, on a thread of its own
     * @param console where standard output goes; unless it is {@link Redirect#PIPE}, James's lines are here those on standard error alone,
     *     where it must tell that it has started
     * @param options further options of the JVM
     * @param environment further environment variables
     * @throws StartFailure if James ends instead, or is not ready within six minutes
     */
    public static StockJames start(Path workingDirectory, Consumer<String> listener, Redirect console, Queues queues, List<String> options,
            Map<String, String> environment) {
        try {
            Path root = workingDirectory.toAbsolutePath();
            Files.createDirectories(root.resolve("var"));
            Files.createDirectories(root.resolve("extensions-jars"));
            Path jar = Distribution.packJar();
            Files.copy(jar, root.resolve("extensions-jars").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            Path hosts = Files.writeString(root.resolve("hosts"), Distribution.hosts());
            List<String> command = new ArrayList<>(List.of(
                Distribution.java().toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
                "-Djdk.net.hosts.file=" + hosts,
                "-Dworking.directory=" + root,
                "-Dlogback.configurationFile=conf/logback.xml",
                "-Dextra.props=conf/jvm.properties",
                "-Djdk.tls.ephemeralDHKeySize=2048"));
            command.addAll(options);
            command.addAll(List.of("-cp", queues.classPath(), queues.mainClass));
            boolean read = console == Redirect.PIPE;
            ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile()).redirectOutput(console).redirectErrorStream(read);
            builder.environment().putAll(environment);
            Process process = builder.start();
            StockJames james = new StockJames(process, read ? process.getInputStream() : process.getErrorStream(), listener);
            james.awaitStart();
            return james;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitStart() {
        Runtime.getRuntime().addShutdownHook(stopAtExit);
        try {
            boolean told = decided.await(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!started) {
                boolean ended = told && process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
                end();
                throw new StartFailure(ended ? process.exitValue() : -1, log());
            }
        } catch (InterruptedException e) {
            end();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while James started", e);
        }
    }

    private void readLog(InputStream output, Consumer<String> listener) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                listener.accept(line);
                if (line.contains(STARTED)) {
                    started = true;
                    decided.countDown();
                }
            }
        } catch (IOException e) {
            log.add("(end of output: " + e + ")");
        } finally {
            decided.countDown();
        }
    }

    /** Every line James has written so far, oldest first. */
    public List<String> log() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    /** The lines the pack's own classes have written so far, oldest first. */
    public List<String> packLog() {
        return log().stream().filter(line -> line.contains("] org.relaycontrol.")).collect(Collectors.toList());
    }

    /** The lines of stack traces that come from the pack's own classes, and what they log at ERROR. */
    public List<String> packFailures() {
        return log().stream()
            .filter(line -> line.contains("\tat org.relaycontrol.") || line.contains("[ERROR] org.relaycontrol."))
            .collect(Collectors.toList());
    }

    /**
     * The lines of stack traces that come from the pack's own classes: exceptions that it did not handle, or did not expect. What the pack
     * expects it logs without a trace.
     */
    public List<String> unhandledExceptions() {
        return log().stream()
            .filter(line -> line.contains("\tat org.relaycontrol.") && !line.contains("\tat org.relaycontrol.it."))
            .collect(Collectors.toList());
    }

    /** How many files and sockets James has open. */
    public long descriptors() {
        return entries("fd");
    }

    /** How many threads James has. */
    public long threads() {
        return entries("task");
    }

    private long entries(String folder) {
        try (Stream<Path> entries = Files.list(Path.of("/proc", String.valueOf(process.pid()), folder))) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What lives in James's heap after a garbage collection: a line for each class, then the total ({@code jcmd GC.class_histogram}). */
    public List<String> liveObjects() {
        String jcmd = Distribution.java().resolveSibling("jcmd").toString();
        return List.of(ProgramRun.of(jcmd, String.valueOf(process.pid()), "GC.class_histogram").output().split("\n"));
    }

    /** Waits until James ends by itself. */
    public int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** Kills James (SIGKILL). */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        close();
    }

    /**
     * Stops James and waits until it has ended.
     *
     * @throws AssertionError if an exception came out of the pack's classes, in whatever the test has done
     */
    @Override
    public void close() {
        end();
        List<String> unhandled = unhandledExceptions();
        if (!unhandled.isEmpty()) {
            List<String> all = log();
            int first = all.indexOf(unhandled.get(0));
            throw new AssertionError(unhandled.size() + " lines of James's log are from exceptions in the pack's classes, the first ones:\n"
                + String.join("\n", all.subList(Math.max(0, first - TOLD_LINES / 2), Math.min(all.size(), first + TOLD_LINES / 2))));
        }
    }

    private void end() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway, and finds nothing to stop.
            return;
        }
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            reader.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
