package org.relaycontrol.monitor;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.IpAddress;

/**
 * How many refusals of one client are logged: {@link #LINES} in {@link #WINDOW}, so that a flood fills no disk. The clients of one IPv6
 * network of 64 bits count as one. Of more than {@link #MAX_CLIENTS} clients at once the others share one limit. Thread-safe.
 */
final class LogLimit {

    /** So many lines in a window. */
    static final int LINES = 100;
    /** Begins with a client's first refusal. */
    static final Duration WINDOW = Duration.ofMinutes(1);
    /** The most clients that are told apart at a time. */
    static final int MAX_CLIENTS = 10_000;

    private static final String OTHERS = "others";

    private final LongSupplier nanoTime;
    private final Timer timer;
    private final Listener listener;
    /** In the order in which the windows began, which is the order in which they end. */
    private final Map<Object, Window> windows = new LinkedHashMap<>();

    /** Told by the timer how many refusals were left out. */
    LogLimit(LongSupplier nanoTime, Timer timer, Listener listener) {
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.listener = listener;
    }

    /** Does something later, on another thread. */
    @FunctionalInterface
    interface Timer {

        /** Does it after the delay. */
        void after(Duration delay, Runnable task);
    }

    /** Is told what was left out. */
    @FunctionalInterface
    interface Listener {

        /** So many refusals of these clients were not logged in the {@link #WINDOW} that has ended. */
        void leftOut(String clients, long count);
    }

    /** Whether one more refusal of the client is logged. */
    synchronized boolean mayLog(IpAddress client) {
        Window window = window(client, nanoTime.getAsLong());
        window.refusals++;
        if (window.refusals == LINES + 1) {
            timer.after(WINDOW, () -> tell(window));
        }
        return window.refusals <= LINES;
    }

    private Window window(IpAddress client, long now) {
        Object key = client.isIpv4() ? client : Long.valueOf(client.high());
        Window own = open(key, now);
        if (own != null) {
            return own;
        }
        removeEnded(now);
        if (windows.size() < MAX_CLIENTS) {
            return begin(key, client.isIpv4() ? client.toString() : client + "/64", now);
        }
        Window others = open(OTHERS, now);
        return others != null ? others : begin(OTHERS, OTHERS, now);
    }

    private @Nullable Window open(Object key, long now) {
        Window window = windows.get(key);
        return window == null || window.hasEnded(now) ? null : window;
    }

    private Window begin(Object key, String clients, long now) {
        Window window = new Window(clients, now);
        windows.remove(key);
        windows.put(key, window);
        return window;
    }

    private void removeEnded(long now) {
        Iterator<Window> oldest = windows.values().iterator();
        while (oldest.hasNext() && oldest.next().hasEnded(now)) {
            oldest.remove();
        }
    }

    private void tell(Window window) {
        long leftOut;
        synchronized (this) {
            // What comes later begins a window of its own.
            windows.values().remove(window);
            leftOut = window.refusals - LINES;
        }
        listener.leftOut(window.clients, leftOut);
    }

    /** The refusals of a client, or of all clients of a network, from the first one on. */
    private static final class Window {

        private final String clients;
        private final long start;
        private long refusals;

        private Window(String clients, long start) {
            this.clients = clients;
            this.start = start;
        }

        private boolean hasEnded(long now) {
            return refusals <= LINES && now - start >= WINDOW.toNanos();
        }
    }
}
