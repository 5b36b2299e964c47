package org.relaycontrol.it.harness;

import java.util.List;

/** What a James needs at a moment: octets of live objects, threads, open files and sockets. Immutable. */
public final class Footprint {
    private final long heap;
    private final long threads;
    private final long descriptors;

    private Footprint(long heap, long threads, long descriptors) {
        this.heap = heap;
        this.threads = threads;
        this.descriptors = descriptors;
    }

    /** Measures; collects garbage first. */
    public static Footprint of(StockJames james) {
        List<String> objects = james.liveObjects();
        String total = objects.stream().filter(line -> line.startsWith("Total ")).findFirst()
            .orElseThrow(() -> new IllegalStateException("no total in " + objects));
        return new Footprint(Long.parseLong(total.trim().split(" +")[2]), james.threads(), james.descriptors());
    }

    public long heap() {
        return heap;
    }

    public long threads() {
        return threads;
    }

    public long descriptors() {
        return descriptors;
    }

    @Override
    public String toString() {
        return String.format("%.1f MB live, %d threads, %d descriptors", heap / 1e6, threads, descriptors);
    }
}
