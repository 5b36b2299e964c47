package org.relaycontrol.config;

import org.relaycontrol.policy.Rule;

/**
 * A kind of warning that the policy file silences ({@code accept}), and why. Immutable.
 */
public final class AcceptedWarning {

    private final String warning;
    private final String why;
    private final Rule rule;

    AcceptedWarning(String warning, String why, Rule rule) {
        this.warning = warning;
        this.why = why;
        this.rule = rule;
    }

    /** The name of the warning. */
    public String warning() {
        return warning;
    }

    /** Why it does not matter. */
    public String why() {
        return why;
    }

    /** The line that says so. */
    public Rule rule() {
        return rule;
    }
}
