package org.relaycontrol.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The policy file has problems, so that there is no policy. The message is all of them, one a line.
 */
public final class PolicyException extends Exception {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    private final List<Problem> problems;

    PolicyException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All problems: those of the policy file by line, then those of the list files. */
    public List<Problem> problems() {
        return problems;
    }
}
