package org.relaycontrol.config;

/**
 * What is allowed, but probably not meant. Its name is what {@code <accept warning="…"/>} silences it by. Immutable.
 */
public final class Warning {

    private final String name;
    private final Problem problem;

    Warning(String name, Problem problem) {
        this.name = name;
        this.problem = problem;
    }

    /** The name of the kind of warning. */
    public String name() {
        return name;
    }

    /** Where, what, and what to write instead. */
    public Problem problem() {
        return problem;
    }

    /** {@code file:line: what is probably not meant; what to write instead [name]}. */
    @Override
    public String toString() {
        return problem + " [" + name + "]";
    }
}
