package org.relaycontrol.it.harness;

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
    private final List<Session> sessions = new ArrayList<>();
    private final List<String> recipients;
    private volatile long start;
    private volatile boolean ending;

    private RcptLoad(List<String> recipients) {
        this.recipients = recipients;
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
                session.thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            if (session.failure != null) {
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
                client.command("QUIT");
            } catch (RuntimeException e) {
                if (!ending) {
                    failure = e + " caused by " + e.getCause();
                }
            }
        }

        private void transaction() {
            expect(250, client.mail("someone@elsewhere.example"));
            StringBuilder replies = new StringBuilder();
            for (String recipient : recipients) {
                long sent = System.nanoTime();
                SmtpReply reply = client.rcpt(recipient);
                add(System.nanoTime() - sent);
                replies.append(replies.length() == 0 ? "" : "|").append(reply);
            }
            String all = replies.toString();
            if (!answers.contains(all)) {
                answers.add(all);
            }
            expect(250, client.command("RSET"));
        }

        private void add(long taken) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = taken;
        }

        private void expect(int code, SmtpReply reply) {
            if (reply.code() != code) {
                throw new IllegalStateException("expected " + code + " but got: " + reply);
            }
        }
    }
}
