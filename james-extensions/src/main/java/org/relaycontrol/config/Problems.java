package org.relaycontrol.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.relaycontrol.policy.Rule;

/**
 * Collects the problems and warnings of one policy file and its list files. A line that is read twice, in a list file that two policies
 * name, is reported once.
 */
final class Problems {

    private final Comparator<Rule> order;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final List<Warning> warnings = new ArrayList<>();
    private final Set<Problem> warned = new LinkedHashSet<>();

    /** No problems yet; those of this file are to be listed first. */
    Problems(String policyFile) {
        order = Comparator.comparing((Rule rule) -> !rule.file().equals(policyFile))
            .thenComparing(Rule::file)
            .thenComparing(Rule::line);
    }

    void add(Rule where, String text) {
        problems.add(Problem.of(where, text));
    }

    void warn(String name, Rule where, String text) {
        Problem problem = Problem.of(where, text);
        if (warned.add(problem)) {
            warnings.add(new Warning(name, problem));
        }
    }

    /** The warnings by file and line. */
    List<Warning> warnings() {
        warnings.sort(Comparator.comparing(warning -> warning.problem().where(), order));
        return warnings;
    }

    /** Throws what was added, if anything was; it was found in these files. */
    void throwIfAny(FileAccess files) throws PolicyException {
        if (!problems.isEmpty()) {
            List<Problem> all = new ArrayList<>(problems);
            all.sort(Comparator.comparing(Problem::where, order));
            throw new PolicyException(all, files.filesRead());
        }
    }
}
