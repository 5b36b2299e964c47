package org.relaycontrol.smtpclient;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * The connections of a client: those in use, and those that wait a little for the next transaction with the same peer. Thread-safe.
 */
public final class KeptConnections implements AutoCloseable {

    /** How long a connection waits: less than the least patient servers do (Postfix under load: 10 s). */
    public static final Duration MAX_IDLE = Duration.ofSeconds(5);
    /** How long a connection is used, so that a changed address or a new server behind a balancer gets its share; Postfix's limit. */
    public static final Duration MAX_AGE = Duration.ofMinutes(5);

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private final TlsSockets tls;
    private final LongSupplier nanoTime;
    private final Map<Peer, Deque<Kept>> waiting = new HashMap<>();
    private final Map<SmtpConnection, Kept> busy = new ConcurrentHashMap<>();
    private final Map<Object, Integer> sizes = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sweeper;
    private final ScheduledFuture<?> sweeping;
    private boolean closed;
    private boolean aborted;

    /**
     * Starts without connections.
     *
     * @param certificates the certificate authorities that are trusted where certificates are verified
     */
    public KeptConnections(SSLContext certificates) {
        this(certificates, System::nanoTime);
    }

    KeptConnections(SSLContext certificates, LongSupplier nanoTime) {
        this.tls = TlsSockets.of(certificates);
        this.nanoTime = nanoTime;
        this.sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "relaycontrol-connections");
            thread.setDaemon(true);
            return thread;
        });
        this.sweeping = sweeper.scheduleWithFixedDelay(this::sweep, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A connection, since when it exists, since when it waits, and whose limit it counts for. */
    private static final class Kept {

        private final SmtpConnection connection;
        private final Object group;
        private final long openedAt;
        private long idleSince;

        private Kept(SmtpConnection connection, Object group, long openedAt) {
            this.connection = connection;
            this.group = group;
            this.openedAt = openedAt;
        }
    }

    /**
     * A connection to the peer that has waited for its next transaction, or null if there is none. Give it back or
     * discard it.
     */
    public @Nullable SmtpConnection take(Peer peer) {
        List<Kept> dead = new ArrayList<>();
        try {
            synchronized (waiting) {
                Deque<Kept> same = waiting.getOrDefault(peer, new ArrayDeque<>());
                for (Kept kept = same.pollLast(); kept != null; kept = same.pollLast()) {
                    if (!isExpired(kept) && !kept.connection.hasUnread()) {
                        busy.put(kept.connection, kept);
                        return kept.connection;
                    }
                    dead.add(kept);
                }
                waiting.remove(peer);
                return null;
            }
        } finally {
            dead.forEach(this::discard);
        }
    }

    /**
     * Opens a connection. If the group has as many as it may, one of its own that waits is closed first. Give it back or discard it.
     *
     * @param group whose limit it counts for
     * @param limit how many connections the group may have; who opens them sees to it that fewer than that are in use
     * @throws SmtpException if the peer cannot be talked to
     */
    public SmtpConnection open(Peer peer, Object group, OptionalInt limit) throws SmtpException {
        synchronized (waiting) {
            if (aborted) {
                throw new SmtpException(SmtpException.Stage.CONNECT, "this server is stopping");
            }
        }
        count(group, 1);
        if (limit.isPresent()) {
            makeRoom(group, limit.getAsInt());
        }
        boolean opened = false;
        try {
            SmtpConnection connection = SmtpConnection.open(peer, tls);
            busy.put(connection, new Kept(connection, group, nanoTime.getAsLong()));
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                count(group, -1);
            }
        }
    }

    private void makeRoom(Object group, int limit) {
        closeWaiting(new Predicate<>() {
            private int excess = sizes.getOrDefault(group, 0) - limit;

            @Override
            public boolean test(Kept kept) {
                return kept.group.equals(group) && excess-- > 0;
            }
        });
    }

    private void count(Object group, int more) {
        sizes.compute(group, (key, size) -> {
            int now = (size == null ? 0 : size) + more;
            return now == 0 ? null : now;
        });
    }

    /** Takes a connection back: it waits for the next transaction if it is of any use, and is closed if not. */
    public void giveBack(SmtpConnection connection) {
        Kept kept = inUse(connection);
        kept.idleSince = nanoTime.getAsLong();
        synchronized (waiting) {
            if (!closed && connection.isUsable() && !isExpired(kept)) {
                waiting.computeIfAbsent(connection.peer(), peer -> new ArrayDeque<>()).addLast(kept);
                return;
            }
        }
        discard(kept);
    }

    /** Takes a connection back and closes it. */
    public void discard(SmtpConnection connection) {
        discard(inUse(connection));
    }

    private Kept inUse(SmtpConnection connection) {
        Kept kept = busy.remove(connection);
        if (kept == null) {
            throw new IllegalArgumentException("not a connection of ours in use: " + connection.peer());
        }
        return kept;
    }

    private boolean isExpired(Kept kept) {
        long now = nanoTime.getAsLong();
        return now - kept.idleSince > MAX_IDLE.toNanos() || now - kept.openedAt > MAX_AGE.toNanos();
    }

    private void discard(Kept kept) {
        kept.connection.close();
        count(kept.group, -1);
    }

    /** Closes the waiting connections of a group whose settings are no more. */
    public void closeWaiting(Object group) {
        closeWaiting((Kept kept) -> kept.group.equals(group));
    }

    private void closeWaiting(Predicate<Kept> which) {
        List<Kept> unwanted = new ArrayList<>();
        synchronized (waiting) {
            waiting.values().removeIf(same -> {
                same.removeIf(kept -> which.test(kept) && unwanted.add(kept));
                return same.isEmpty();
            });
        }
        unwanted.forEach(this::discard);
    }

    private void sweep() {
        closeWaiting(this::isExpired);
        busy.keySet().forEach(SmtpConnection::abortIfStalled);
    }

    /** Breaks the connections in use, and opens no more: whoever uses them fails at once. */
    public void abort() {
        synchronized (waiting) {
            aborted = true;
        }
        busy.keySet().forEach(SmtpConnection::abort);
    }

    /** Closes the waiting connections now, and those in use when they are given back. */
    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
        }
        sweeping.cancel(false);
        sweeper.shutdown();
        closeWaiting((Kept kept) -> true);
    }
}
