package org.relaycontrol.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The policy file has problems, so that there is no policy. The message is all of them, one a line; of very many (a list file that is none)
 * the first ones and how many more there are.
 */
public final class PolicyException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int MOST_IN_MESSAGE = 1000;

    @SuppressWarnings("serial")
    private final List<Problem> problems;
    private final transient FilesRead files;

    PolicyException(List<Problem> problems, FilesRead files) {
        super(message(problems));
        this.problems = List.copyOf(problems);
        this.files = files;
    }

    private static String message(List<Problem> problems) {
        int more = problems.size() - MOST_IN_MESSAGE;
        return problems.stream().limit(MOST_IN_MESSAGE).map(Problem::toString).collect(Collectors.joining("\n"))
            + (more > 0 ? "\nand " + more + " more problems" : "");
    }

    /** All problems: those of the policy file by line, then those of the list files. */
    public List<Problem> problems() {
        return problems;
    }

    /** The files that were read. */
    public FilesRead files() {
        return files;
    }
}
