package org.relaycontrol.analysis;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Reason;
import org.relaycontrol.policy.Decision.Route;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.NextHops;

/**
 * What two decisions have in common that differ in the line that decided, at most. Immutable.
 */
public final class Outcome {

    private final Verdict verdict;
    private final Reason reason;
    private final @Nullable Route route;
    private final boolean hopsMatter;
    private final @Nullable NextHops nextHops;
    private final boolean enforced;
    private final String asked;

    private Outcome(Verdict verdict, Reason reason, @Nullable Route route, boolean enforced, boolean hopsMatter,
                    @Nullable NextHops nextHops, String asked) {
        this.asked = asked;
        this.enforced = enforced;
        this.verdict = verdict;
        this.reason = reason;
        this.route = route;
        this.hopsMatter = hopsMatter;
        this.nextHops = nextHops;
    }

    static Outcome of(Decision decision) {
        return new Outcome(decision.verdict(), decision.reason(), decision.route(), decision.isEnforced(), false, null, "");
    }

    /** The same, by these next hops, or by the MX of each domain. */
    Outcome via(Optional<NextHops> hops) {
        return new Outcome(verdict, reason, route, enforced, true, hops.orElse(null), asked);
    }

    /** The same, with who is asked whether the recipient exists. */
    Outcome asking(String whom) {
        return new Outcome(verdict, reason, route, enforced, hopsMatter, nextHops, whom);
    }

    /** What is done with the recipient. */
    public Verdict verdict() {
        return verdict;
    }

    /** Which test decides. */
    public Reason reason() {
        return reason;
    }

    /** Where the recipient goes, or null if it is not accepted. */
    public @Nullable Route route() {
        return route;
    }

    /** Whether that is done; otherwise the policy only logs it, and James's own rules decide. */
    public boolean isEnforced() {
        return enforced;
    }

    /** Whether this outcome differs from the one it is compared with by its next hops. */
    public boolean hopsMatter() {
        return hopsMatter;
    }

    /** If next hops matter, the next hops, or null for each domain's MX; else null. */
    public @Nullable NextHops nextHops() {
        return nextHops;
    }

    /** If next hops matter, these as told to people, with all that is said of them but where the password is; else empty. */
    public String via() {
        if (!hopsMatter) {
            return "";
        }
        return nextHops == null ? "MX" : Texts.nextHops(nextHops);
    }

    /** If it differs from the outcome it is compared with by who is asked whether the recipient exists: who that is; else empty. */
    public String asked() {
        return asked;
    }

    boolean isRelayed() {
        return route == Route.RELAY;
    }

    boolean isPermit() {
        return verdict == Verdict.PERMIT;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Outcome)) {
            return false;
        }
        Outcome that = (Outcome) other;
        return verdict == that.verdict && reason == that.reason && route == that.route && hopsMatter == that.hopsMatter
            && enforced == that.enforced && Objects.equals(nextHops, that.nextHops) && asked.equals(that.asked);
    }

    @Override
    public int hashCode() {
        return (31 * verdict.hashCode() + reason.hashCode()) * 31 + Objects.hashCode(nextHops);
    }

    /**
     * Like {@code deny not-permitted}, {@code permit client-listed via smtp.isp.example:587} or
     * {@code deny not-permitted (not enforced)}.
     */
    @Override
    public String toString() {
        return verdict + " " + reason + (hopsMatter ? " via " + via() : "") + (asked.isEmpty() ? "" : ", asking " + asked)
            + (enforced ? "" : " (not enforced)");
    }
}
