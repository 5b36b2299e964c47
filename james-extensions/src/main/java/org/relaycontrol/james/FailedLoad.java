package org.relaycontrol.james;

import java.time.Instant;
import java.util.List;

/**
 * A policy file was refused, and the policy before stayed in force. Immutable.
 */
public final class FailedLoad {

    private final Instant when;
    private final List<Remark> problems;

    FailedLoad(Instant when, List<Remark> problems) {
        this.when = when;
        this.problems = List.copyOf(problems);
    }

    /** When. */
    public Instant when() {
        return when;
    }

    /** All problems. */
    public List<Remark> problems() {
        return problems;
    }
}
