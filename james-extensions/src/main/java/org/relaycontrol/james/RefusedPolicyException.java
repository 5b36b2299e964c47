package org.relaycontrol.james;

import java.util.List;
import java.util.stream.Collectors;
import org.relaycontrol.config.FilesRead;

/**
 * A policy file is refused: it has problems, or what it means is an open relay. The message is all of them, one a line; of very many the
 * first ones and how many more there are.
 */
public final class RefusedPolicyException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int MOST_IN_MESSAGE = 1000;

    private final transient List<Remark> problems;
    private final transient FilesRead files;

    RefusedPolicyException(List<Remark> problems, FilesRead files) {
        super(text(problems));
        this.problems = List.copyOf(problems);
        this.files = files;
    }

    static String text(List<Remark> problems) {
        int more = problems.size() - MOST_IN_MESSAGE;
        return problems.stream().limit(MOST_IN_MESSAGE).map(Remark::toString).collect(Collectors.joining("\n"))
            + (more > 0 ? "\nand " + more + " more problems" : "");
    }

    /** All problems. */
    public List<Remark> problems() {
        return problems;
    }

    /** The files that were read. */
    FilesRead files() {
        return files;
    }
}
