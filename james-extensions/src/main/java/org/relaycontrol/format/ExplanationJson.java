package org.relaycontrol.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.analysis.Explanation;
import org.relaycontrol.policy.Decision;

/**
 * An explanation for programs: verdict, reason, route, next hop, policy, rule and reply, and the steps that led to them.
 */
public final class ExplanationJson {

    private ExplanationJson() {
    }

    /** The members of the object; what {@link Json} writes. */
    public static Map<String, Object> of(Explanation explanation) {
        Decision decision = explanation.decision();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("verdict", decision.verdict());
        object.put("reason", decision.reason());
        object.put("route", decision.route());
        object.put("next_hop", explanation.nextHops());
        object.put("policy", decision.policy() == null ? null : decision.policy().name());
        object.put("enforced", decision.isEnforced());
        object.put("rule", explanation.rule());
        object.put("reply", decision.isPermit() ? null : explanation.replies().get(0));
        List<Object> steps = new ArrayList<>();
        for (Explanation.Step step : explanation.steps()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("step", step.number());
            one.put("test", step.test());
            one.put("finding", step.finding());
            one.put("rule", step.rule());
            one.put("reason", step.reason());
            steps.add(one);
        }
        object.put("steps", steps);
        return object;
    }
}
