package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A stock James with the pack, running one of the samples on loopback, with what a test changes in it. */
public final class RelayServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Supplier<StockJames> start;
    private StockJames james;
    private final LoopbackConfiguration loopback;
    private final WebAdmin admin;
    private final ConfFolder conf;

    private RelayServer(Supplier<StockJames> start, LoopbackConfiguration loopback, WebAdmin admin, ConfFolder conf) {
        this.start = start;
        this.james = start.get();
        this.conf = conf;
        this.loopback = loopback;
        this.admin = admin;
    }

    /** Begins with a sample; the run's name is that of its folder below the build directory. */
    public static Builder sample(String sample, String run) {
        return new Builder(sample, run);
    }

    /** The port that stands for a port of the sample. */
    public int port(int samplePort) {
        return loopback.port(samplePort);
    }

    public WebAdmin admin() {
        return admin;
    }

    /** The configuration of the running James: what it reads again may be changed. */
    public ConfFolder conf() {
        return conf;
    }

    public StockJames james() {
        return james;
    }

    /** Connects to 127.0.0.2, port 25 of the sample, and says EHLO. */
    public SmtpClient client(String source) {
        return SmtpClient.connect(source, "127.0.0.2", port(25)).ehlo();
    }

    /** How many lines the pack has logged. */
    public int packLogSize() {
        return james.packLog().size();
    }

    /** Waits for a line of the pack's log, from line number {@code from} on, that has all of these texts, and returns it. */
    public String awaitPackLog(int from, String... texts) {
        return await(() -> james.packLog().stream().skip(from)
            .filter(line -> List.of(texts).stream().allMatch(line::contains))
            .findFirst().orElse(null), line -> line != null, () -> "a line with " + List.of(texts) + " in: "
                + james.packLog().stream().skip(from).collect(Collectors.joining("\n")));
    }

    /** Waits until the INBOX of a user holds this many messages. */
    public void awaitInbox(String user, int messages) {
        await(() -> admin.messageCount(user, "INBOX"), count -> count == messages, () -> messages + " messages for " + user);
    }

    /** Waits until a next hop has got this many mails, and returns them. */
    public List<NextHop.ReceivedMail> awaitMails(NextHop hop, int mails) {
        return await(hop::mails, got -> got.size() >= mails, () -> mails + " mails, got " + hop.mails().size() + "; James wrote: "
            + james.log().stream().skip(Math.max(0, james.log().size() - 20)).collect(Collectors.joining("\n")));
    }

    /** Waits until a next hop has got this many mails with this subject, and returns them. */
    public List<NextHop.ReceivedMail> awaitMails(NextHop hop, String subject, int mails) {
        return await(
            () -> hop.mails().stream().filter(mail -> mail.subject().equals(subject)).collect(Collectors.toList()),
            got -> got.size() >= mails,
            () -> mails + " mails with subject " + subject + "; James wrote: " + String.join("\n", james.packLog()));
    }

    /** Waits until nothing is being processed, and nothing waits to be delivered. */
    public void awaitEmptyQueues() {
        await(() -> admin.queueSize("spool") + admin.queueSize("relay"), size -> size == 0, () -> "empty queues");
    }

    /** Waits for a value that satisfies a condition. */
    public static <T> T await(Callable<T> value, Predicate<T> condition, Supplier<String> what) {
        try {
            return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).until(value, condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("expected " + what.get(), e);
        }
    }

    /** Starts James again, which must have ended, with the same files. Users are gone, where they are kept in memory. */
    public void restart() {
        james = start.get();
    }

    @Override
    public void close() {
        james.close();
    }

    /** What a test changes in the sample. */
    public static final class Builder {
        private final Path run;
        private final ConfFolder conf;
        private final LoopbackConfiguration.Builder loopback;
        private final Map<String, String> users = new LinkedHashMap<>();
        private final List<Class<?>> extension = new ArrayList<>();
        private final List<String> options = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private StockJames.Queues queues = StockJames.Queues.MEMORY;
        private Redirect console = Redirect.PIPE;
        private final List<Consumer<ConfFolder>> finalChanges = new ArrayList<>();

        private Builder(String sample, String run) {
            this.run = Distribution.newRun(run);
            this.conf = ConfFolder.copy(Distribution.samples().resolve(sample), this.run.resolve("conf"));
            this.loopback = LoopbackConfiguration.of(conf);
        }

        /** Changes the sample before it is moved to loopback: real ports and addresses. */
        public Builder conf(Consumer<ConfFolder> change) {
            change.accept(conf);
            return this;
        }

        /** Changes it after it was moved to loopback. */
        public Builder confOnLoopback(Consumer<ConfFolder> change) {
            finalChanges.add(change);
            return this;
        }

        /** See {@link LoopbackConfiguration.Builder#nextHop}. */
        public Builder nextHop(String inSample, NextHop hop) {
            return nextHop(inSample, "127.0.0.1:" + hop.port());
        }

        /** See {@link LoopbackConfiguration.Builder#nextHop}. */
        public Builder nextHop(String inSample, String address) {
            loopback.nextHop(inSample, address);
            return this;
        }

        /** See {@link LoopbackConfiguration.Builder#port}. */
        public Builder port(int samplePort, int port) {
            loopback.port(samplePort, port);
            return this;
        }

        /** See {@link LoopbackConfiguration.Builder#bind}. */
        public Builder bind(String... addresses) {
            loopback.bind(addresses);
            return this;
        }

        /** The DNS server, on 127.0.0.1, that the pack asks. */
        public Builder dns(DnsServer dns) {
            loopback.dnsPort(dns.port());
            return this;
        }

        /** The policy as it is run, loopback addresses and ports and all, in the place of the sample's. */
        public Builder policy(String text) {
            conf.write("relaycontrol.xml", "");
            return confOnLoopback(changed -> changed.write("relaycontrol.xml", text));
        }

        /** Where mail is kept that is not delivered yet. Default: in memory. */
        public Builder queues(StockJames.Queues kind) {
            queues = kind;
            return this;
        }

        /** Standard output goes to {@code console.log} in the working directory, and nobody reads it. See {@link StockJames#start}. */
        public Builder consoleToFile() {
            console = Redirect.appendTo(run.resolve("console.log").toFile());
            return this;
        }

        /** Further options of James's JVM. */
        public Builder options(String... more) {
            options.addAll(List.of(more));
            return this;
        }

        /** A further environment variable of James's process. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** A user to create. */
        public Builder user(String name, String password) {
            users.put(name, password);
            return this;
        }

        /** Classes of the tests that James shall find in a jar of their own in {@code extensions-jars}. */
        public Builder extension(Class<?>... classes) {
            extension.addAll(List.of(classes));
            return this;
        }

        /**
         * Starts James.
         *
         * @throws StockJames.StartFailure if it does not start
         */
        public RelayServer start() {
            LoopbackConfiguration moved = loopback.apply();
            finalChanges.forEach(change -> change.accept(conf));
            if (!extension.isEmpty()) {
                writeExtension();
            }
            WebAdmin admin = new WebAdmin(moved.webadminPort());
            RelayServer server = new RelayServer(
                () -> StockJames.start(run, line -> { }, console, queues, options, environment), moved, admin, conf);
            users.forEach(admin::addUser);
            return server;
        }

        private void writeExtension() {
            try {
                Path folder = Files.createDirectories(run.resolve("extensions-jars"));
                try (OutputStream file = Files.newOutputStream(folder.resolve("test-extension.jar"));
                        JarOutputStream jar = new JarOutputStream(file)) {
                    for (Class<?> type : extension) {
                        String entry = type.getName().replace('.', '/') + ".class";
                        jar.putNextEntry(new JarEntry(entry));
                        try (InputStream bytes = type.getClassLoader().getResourceAsStream(entry)) {
                            bytes.transferTo(jar);
                        }
                        jar.closeEntry();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
