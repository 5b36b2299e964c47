package org.relaycontrol.config;

import java.util.Set;

/**
 * What is allowed, but probably not meant. Its name is what {@code <accept warning="…"/>} silences it by. Immutable.
 */
public final class Warning {

    /** The names of the kinds of warning that reading the files gives; what a policy means gives others. */
    public static final Set<String> NAMES = Set.of("glued-comment", "listed-twice", "named-next-hop", "password-file",
        "short-timeout");

    private final String name;
    private final Problem problem;

    Warning(String name, Problem problem) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(name + " is no name of a warning");
        }
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
