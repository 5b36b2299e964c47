package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.Rule;

/**
 * What follows from the policies of a server: why they are refused, if they are; what is probably not meant; and who may relay where.
 * Holds provided the server sees real client addresses. Immutable.
 */
public final class Analysis {

    private static final int READABLE = 100;

    private final List<Finding> problems;
    private final List<Finding> warnings;
    private final List<PolicySummary> summaries;

    private Analysis(List<Finding> problems, List<Finding> warnings, List<PolicySummary> summaries) {
        this.problems = List.copyOf(problems);
        this.warnings = List.copyOf(warnings);
        this.summaries = summaries;
    }

    /** Analyses policies that silence no warning. */
    public static Analysis of(RelayPolicies policies) {
        return of(policies, Map.of(), Set.of());
    }

    /** Analyses policies of a server of which nothing else is known. */
    public static Analysis of(RelayPolicies policies, Map<String, Rule> accepted, Set<String> otherWarnings) {
        return of(policies, accepted, otherWarnings, ServerSockets.UNKNOWN);
    }

    /**
     * Analyses policies.
     *
     * @param accepted the names of the warnings that the policy file silences, each with the line that does
     * @param otherWarnings the names of warnings that others give, and that may be silenced too
     * @param sockets where the server listens
     */
    public static Analysis of(RelayPolicies policies, Map<String, Rule> accepted, Set<String> otherWarnings, ServerSockets sockets) {
        Relaying relaying = Relaying.of(policies);
        OpenRelayProof proof = OpenRelayProof.of(policies, relaying);
        List<Finding> problems = new ArrayList<>(unknown(accepted, otherWarnings));
        problems.addAll(proof.problems());
        List<Finding> warnings = new ArrayList<>(proof.warnings());
        warnings.addAll(Warnings.of(policies));
        Loops.of(policies, sockets).forEach(finding -> (finding.kind().isProblem() ? problems : warnings).add(finding));
        return new Analysis(readable(problems), readable(unsilenced(warnings, accepted.keySet())),
            PolicySummary.of(policies.policies(), relaying));
    }

    /** The findings by file and line, and of each kind not more than anybody reads. */
    static List<Finding> readable(List<Finding> findings) {
        List<Finding> sorted = new ArrayList<>(findings);
        sorted.sort(Comparator.comparing((Finding finding) -> finding.where().file()).thenComparing(finding -> finding.where().line()));
        Map<Finding.Kind, Integer> counts = new EnumMap<>(Finding.Kind.class);
        sorted.forEach(finding -> counts.merge(finding.kind(), 1, Integer::sum));
        Map<Finding.Kind, Integer> shown = new EnumMap<>(Finding.Kind.class);
        List<Finding> readable = new ArrayList<>();
        for (Finding finding : sorted) {
            int number = shown.merge(finding.kind(), 1, Integer::sum);
            if (number <= READABLE) {
                readable.add(finding);
            } else if (number == READABLE + 1) {
                int more = counts.getOrDefault(finding.kind(), number) - READABLE;
                readable.add(new Finding(finding.kind(), finding.where(), "from here on " + Texts.number(more)
                    + " more of this kind; correct the first ones to see them"));
            }
        }
        return readable;
    }

    private static List<Finding> unknown(Map<String, Rule> accepted, Set<String> otherWarnings) {
        Set<String> known = new TreeSet<>(otherWarnings);
        for (Finding.Kind kind : Finding.Kind.values()) {
            if (!kind.isProblem()) {
                known.add(kind.toString());
            }
        }
        return accepted.entrySet().stream()
            .filter(accept -> !known.contains(accept.getKey()))
            .map(accept -> new Finding(Finding.Kind.UNKNOWN_WARNING, accept.getValue(),
                "there is no warning '" + accept.getKey() + "'; write one of " + String.join(", ", known)))
            .collect(Collectors.toList());
    }

    /** The findings that the policy file does not silence. Problems cannot be silenced. */
    static List<Finding> unsilenced(List<Finding> findings, Set<String> accepted) {
        Predicate<Finding> silenced = finding -> !finding.kind().isProblem() && accepted.contains(finding.kind().toString());
        return findings.stream().filter(silenced.negate()).collect(Collectors.toUnmodifiableList());
    }

    /** Why the policies are refused; empty if they are not. */
    public List<Finding> problems() {
        return problems;
    }

    /** What is allowed but probably not meant, without what the policy file silences. */
    public List<Finding> warnings() {
        return warnings;
    }

    /** The policies at a glance, in the order of the configuration. */
    public List<PolicySummary> summaries() {
        return summaries;
    }
}
