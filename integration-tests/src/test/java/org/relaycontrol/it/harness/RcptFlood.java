package org.relaycontrol.it.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/** Many sessions that name recipient after recipient, as fast as they are answered. */
public final class RcptFlood {
    private static final int RECIPIENTS_OF_TRANSACTION = 50;

    private final List<Thread> threads = new ArrayList<>();
    private final Map<Integer, AtomicInteger> replies = new ConcurrentHashMap<>();
    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final long start = System.nanoTime();

    private RcptFlood() {
    }

    /**
     * Begins.
     *
     * @param connect the session of each number
     * @param each how many recipients each session names
     * @param recipient the recipient that a session names, by the numbers of both
     */
    public static RcptFlood begin(int sessions, IntFunction<SmtpClient> connect, int each, BiFunction<Integer, Integer, String> recipient) {
        RcptFlood flood = new RcptFlood();
        for (int i = 0; i < sessions; i++) {
            int session = i;
            Thread thread = new Thread(() -> flood.run(connect.apply(session), session, each, recipient), "rcpt-flood-" + i);
            thread.setDaemon(true);
            flood.threads.add(thread);
        }
        flood.threads.forEach(Thread::start);
        return flood;
    }

    private void run(SmtpClient connected, int session, int each, BiFunction<Integer, Integer, String> recipient) {
        try (SmtpClient client = connected) {
            for (int i = 0; i < each; i++) {
                if (i % RECIPIENTS_OF_TRANSACTION == 0) {
                    client.command("RSET");
                    client.mail("flood@elsewhere.example");
                }
                String address = recipient.apply(session, i);
                SmtpReply reply = client.rcpt(address);
                replies.computeIfAbsent(reply.code(), code -> new AtomicInteger()).incrementAndGet();
                if (reply.code() / 100 == 2) {
                    accepted.add(address);
                }
            }
            client.command("QUIT");
        } catch (RuntimeException e) {
            failures.add(session + ": " + e + " caused by " + e.getCause());
        }
    }

    /** Waits until all have named their recipients, and returns how many seconds that took since the beginning. */
    public double await() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** How often each reply code came. */
    public Map<Integer, Integer> replies() {
        Map<Integer, Integer> counts = new TreeMap<>();
        replies.forEach((code, count) -> counts.put(code, count.get()));
        return counts;
    }

    /** The recipients that were accepted. */
    public List<String> accepted() {
        return List.copyOf(accepted);
    }

    /** Why sessions ended early. */
    public List<String> failures() {
        return List.copyOf(failures);
    }
}
