package org.relaycontrol.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Analysis;
import org.relaycontrol.analysis.Finding;
import org.relaycontrol.analysis.JamesWarnings;
import org.relaycontrol.analysis.PolicySummary;
import org.relaycontrol.config.AcceptedWarning;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.Problem;
import org.relaycontrol.config.Warning;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Rule;

/**
 * What there is to say of a policy file: problems, warnings, and of a file that can be read the policies at a glance. Immutable.
 */
final class CheckedPolicy {

    private final List<Remark> problems;
    private final List<Remark> warnings;
    private final List<PolicySummary> summaries;

    private CheckedPolicy(List<Remark> problems, List<Remark> warnings, List<PolicySummary> summaries) {
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
        this.summaries = summaries;
    }

    /** Of a file from which no policy could be made. */
    static CheckedPolicy of(List<Problem> problems) {
        List<Remark> remarks = new ArrayList<>();
        problems.forEach(problem -> remarks.add(new Remark(problem.where(), problem.text(), null)));
        return new CheckedPolicy(remarks, List.of(), List.of());
    }

    /**
     * Of policies that were loaded; what they mean may still refuse them.
     *
     * @param hosted all domains of James's DomainList, or empty if they are not known
     */
    static CheckedPolicy of(LoadedPolicies loaded, Set<DomainName> hosted) {
        Map<String, Rule> accepted = new LinkedHashMap<>();
        for (AcceptedWarning accept : loaded.accepted()) {
            accepted.putIfAbsent(accept.warning(), accept.rule());
        }
        Analysis analysis = Analysis.of(loaded.policies(), accepted, Warning.NAMES);
        List<Remark> problems = new ArrayList<>();
        analysis.problems().forEach(finding -> problems.add(Remark.of(finding)));
        List<Remark> warnings = new ArrayList<>();
        loaded.warnings().forEach(warning -> warnings.add(new Remark(warning.problem().where(), warning.problem().text(),
            warning.name())));
        analysis.warnings().forEach(finding -> warnings.add(Remark.of(finding)));
        if (!hosted.isEmpty()) {
            JamesWarnings.domains(loaded.policies(), hosted, accepted.keySet()).forEach(finding -> warnings.add(Remark.of(finding)));
        }
        Comparator<Remark> byLine = Comparator.comparing((Remark remark) -> remark.where.file())
            .thenComparing(remark -> remark.where.line());
        problems.sort(byLine);
        warnings.sort(byLine);
        return new CheckedPolicy(problems, warnings, analysis.summaries());
    }

    /** Why James refuses the file; empty if it does not. */
    List<Remark> problems() {
        return problems;
    }

    /** What is allowed but probably not meant. */
    List<Remark> warnings() {
        return warnings;
    }

    /** The policies at a glance; none where the file could not be read. */
    List<PolicySummary> summaries() {
        return summaries;
    }

    /** A problem or a warning. */
    static final class Remark {

        private final Rule where;
        private final String text;
        private final @Nullable String name;

        private Remark(Rule where, String text, @Nullable String name) {
            this.where = where;
            this.text = text;
            this.name = name;
        }

        private static Remark of(Finding finding) {
            return new Remark(finding.where(), finding.text(), finding.kind().toString());
        }

        Map<String, Object> toJson() {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", where.file());
            object.put("line", where.line());
            object.put("text", text);
            if (name != null) {
                object.put("name", name);
            }
            return object;
        }

        /** {@code file:line: what; what to write instead [name]}. */
        @Override
        public String toString() {
            return where + ": " + text + (name == null ? "" : " [" + name + "]");
        }
    }
}
