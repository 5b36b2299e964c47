package org.relaycontrol.it.harness;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a test has started, to be closed in reverse order, however far it came. Not thread-safe. */
public final class Resources implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Adds what is to be closed, and returns it. */
    public <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes all; the first failure is thrown in the end, with the others inside. */
    @Override
    public void close() {
        IllegalStateException failure = new IllegalStateException("something cannot be closed");
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
