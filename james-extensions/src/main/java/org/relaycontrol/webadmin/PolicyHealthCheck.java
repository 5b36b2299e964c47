package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.stream.Collectors;
import org.apache.james.core.healthcheck.ComponentName;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.core.healthcheck.Result;
import org.reactivestreams.Publisher;
import org.relaycontrol.james.FailedLoad;
import org.relaycontrol.james.PolicyStatus;
import org.relaycontrol.james.Remark;
import reactor.core.publisher.Mono;

/**
 * Whether the policy in force is the one of the policy file: degraded while the file as it is now is refused. In
 * {@code healthcheck.properties}:
 *
 * <pre>
 * additional.healthchecks=org.relaycontrol.webadmin.PolicyHealthCheck
 * </pre>
 */
@Singleton
public class PolicyHealthCheck implements HealthCheck {

    private static final ComponentName NAME = new ComponentName("Relay Control policy");
    private static final int FIRST_FEW = 5;

    private final LivePolicy livePolicy;

    /** Checks the policy in force. */
    @Inject
    public PolicyHealthCheck(LivePolicy livePolicy) {
        this.livePolicy = livePolicy;
    }

    @Override
    public ComponentName componentName() {
        return NAME;
    }

    @Override
    public Publisher<Result> check() {
        return Mono.fromSupplier(() -> livePolicy.find().map(source -> result(source.status())).orElseGet(() -> Result.healthy(NAME)));
    }

    private static Result result(PolicyStatus status) {
        FailedLoad failure = status.lastFailure().orElse(null);
        if (!status.isStale() || failure == null) {
            return Result.healthy(NAME);
        }
        int more = failure.problems().size() - FIRST_FEW;
        return Result.degraded(NAME, "the policy file was refused at " + failure.when() + ", the policy of " + status.loadedAt()
            + " stays in force: "
            + failure.problems().stream().limit(FIRST_FEW).map(Remark::toString).collect(Collectors.joining("; "))
            + (more > 0 ? "; and " + more + " more" : ""));
    }
}
