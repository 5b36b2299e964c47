package org.relaycontrol.it.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A load of RCPT commands: sessions that begin one mail transaction after another, each with the same recipients, at a fixed rate together.
 * Keeps the time of every reply, and what was replied in every transaction.
 */
public final class RcptLoad implements AutoCloseable {
    private static final byte[] MAIL = octets("MAIL FROM:<someone@elsewhere.example>");
    private static final byte[] QUIT = octets("QUIT");
    private static final byte[] RSET = octets("RSET");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final List<Session> sessions = new ArrayList<>();
    private final List<byte[]> commands;
    private volatile long start;
    private volatile boolean ending;

    private RcptLoad(List<String> recipients) {
        this.commands = recipients.stream().map(recipient -> octets("RCPT TO:<" + recipient + ">")).collect(Collectors.toList());
    }

    private static byte[] octets(String command) {
        return (command + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] reply) {
        return new String(reply, StandardCharsets.ISO_8859_1).strip().replace("\r\n", "\n");
    }

    /**
     * Begins.
     *
     * @param rate RCPT commands a second, of all sessions together
     */
    public static RcptLoad begin(Supplier<SmtpClient> connect, int sessions, int rate, List<String> recipients) {
        RcptLoad load = new RcptLoad(recipients);
        long interval = Duration.ofSeconds(1).toNanos() * sessions * recipients.size() / rate;
        for (int i = 0; i < sessions; i++) {
            load.sessions.add(load.new Session(connect.get(), interval, i * interval / sessions));
        }
        load.start = System.nanoTime();
        load.sessions.forEach(session -> session.thread.start());
        return load;
    }

    /** Ends when every session has finished its transaction. */
    public Result end() {
        ending = true;
        List<String> failures = new ArrayList<>();
        for (Session session : sessions) {
            try {
                session.thread.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            if (session.thread.isAlive()) {
                failures.add("no reply within " + PATIENCE);
            } else if (session.failure != null) {
                failures.add(session.failure);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] nanos = sessions.stream().flatMapToLong(session -> Arrays.stream(session.nanos, 0, session.count)).sorted().toArray();
        List<String> answers = sessions.stream().flatMap(session -> session.answers.stream()).distinct().collect(Collectors.toList());
        return new Result(nanos, seconds, answers, failures);
    }

    @Override
    public void close() {
        ending = true;
        sessions.forEach(session -> session.client.close());
    }

    /** What came of it. */
    public static final class Result {
        private final long[] nanos;
        private final double seconds;
        private final List<String> answers;
        private final List<String> failures;

        private Result(long[] nanos, double seconds, List<String> answers, List<String> failures) {
            this.nanos = nanos;
            this.seconds = seconds;
            this.answers = answers;
            this.failures = failures;
        }

        /** How many RCPT commands were answered. */
        public int count() {
            return nanos.length;
        }

        /** How many of them a second. */
        public double rate() {
            return nanos.length / seconds;
        }

        /** Within how many milliseconds this share of the replies came. */
        public double millis(double share) {
            return nanos[(int) Math.min(nanos.length - 1L, Math.round(share * nanos.length))] / 1e6;
        }

        /** The different sets of replies that transactions got: the replies to its recipients, separated by {@code |}. */
        public List<String> answers() {
            return answers;
        }

        /** Why sessions ended before they were told to. */
        public List<String> failures() {
            return failures;
        }

        @Override
        public String toString() {
            return String.format("%,d RCPT, %,.0f a second; ms: 50 %% %.2f, 99 %% %.2f, 99.9 %% %.2f, slowest %.2f", count(), rate(),
                millis(0.5), millis(0.99), millis(0.999), millis(1));
        }
    }

    /** One session and its thread. */
    private final class Session {
        private final SmtpClient client;
        private final long interval;
        private final Thread thread = new Thread(this::run, "rcpt-load");
        private final List<String> answers = new ArrayList<>();
        private final byte[] reply = new byte[1 << 12];
        /** To each recipient, the last time. */
        private final byte[][] replies = new byte[commands.size()][0];
        private long next;
        private long[] nanos = new long[1 << 10];
        private int count;
        private String failure;

        private Session(SmtpClient client, long interval, long offset) {
            this.client = client;
            this.interval = interval;
            this.next = System.nanoTime() + offset;
            thread.setDaemon(true);
        }

        private void run() {
            try {
                while (!ending) {
                    for (long wait = next - System.nanoTime(); wait > 0; wait = next - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    // A session that is late makes up for it, but does not save up a burst.
                    next = Math.max(next + interval, System.nanoTime() - interval);
                    transaction();
                }
                send(QUIT);
            } catch (IOException | RuntimeException e) {
                if (!ending) {
                    failure = e + " caused by " + e.getCause();
                }
            }
        }

        private void transaction() throws IOException {
            send(MAIL);
            boolean changed = false;
            for (int i = 0; i < commands.size(); i++) {
                long sent = System.nanoTime();
                int length = client.exchange(commands.get(i), reply);
                add(System.nanoTime() - sent);
                if (!Arrays.equals(reply, 0, length, replies[i], 0, replies[i].length)) {
                    replies[i] = Arrays.copyOf(reply, length);
                    changed = true;
                }
            }
            if (changed) {
                String all = Arrays.stream(replies).map(RcptLoad::text).collect(Collectors.joining("|"));
                if (!answers.contains(all)) {
                    answers.add(all);
                }
            }
            send(RSET);
        }

        private void send(byte[] command) throws IOException {
            int length = client.exchange(command, reply);
            if (reply[0] != '2') {
                throw new IOException("unexpected: " + text(Arrays.copyOf(reply, length)));
            }
        }

        private void add(long taken) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = taken;
        }
    }
}
