package org.relaycontrol.james;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Finding;
import org.relaycontrol.config.Problem;
import org.relaycontrol.config.Warning;
import org.relaycontrol.policy.Rule;

/**
 * A problem or a warning of a policy file, from reading it or from what it means. Immutable.
 */
public final class Remark {

    private final Rule where;
    private final String text;
    private final @Nullable String name;

    private Remark(Rule where, String text, @Nullable String name) {
        this.where = where;
        this.text = text;
        this.name = name;
    }

    /** Something wrong with a file as a whole. */
    static Remark of(Path file, String text) {
        return new Remark(Rule.of(String.valueOf(file.getFileName()), 0), text, null);
    }

    static Remark of(Problem problem) {
        return new Remark(problem.where(), problem.text(), null);
    }

    static Remark of(Warning warning) {
        return new Remark(warning.problem().where(), warning.problem().text(), warning.name());
    }

    static Remark of(Finding finding) {
        return new Remark(finding.where(), finding.text(), finding.kind().toString());
    }

    /** The line; line 0 is the file as a whole. */
    public Rule where() {
        return where;
    }

    /** What it is and, after a semicolon, what to write instead. */
    public String text() {
        return text;
    }

    /** The name by which a warning is silenced; null for a problem of the file's form. */
    public @Nullable String name() {
        return name;
    }

    /** What it says, without the line, which changes with every line before it. */
    String withoutLine() {
        return where.file() + ": " + text + " [" + name + "]";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Remark && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** {@code file:line: what; what to write instead [name]}. */
    @Override
    public String toString() {
        return where + ": " + text + (name == null ? "" : " [" + name + "]");
    }
}
