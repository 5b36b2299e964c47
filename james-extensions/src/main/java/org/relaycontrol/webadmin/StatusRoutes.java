package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.james.webadmin.Routes;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.FailedLoad;
import org.relaycontrol.james.HiddenClients;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.james.PolicyStatus;
import org.relaycontrol.james.ProvedPolicies;
import org.relaycontrol.james.Remark;
import org.relaycontrol.monitor.ListSizes;
import org.relaycontrol.monitor.Refusals;
import spark.Service;

/**
 * {@code GET /relaycontrol/status}: which policy is in force since when, its warnings, and how the last load that failed did;
 * {@code POST /relaycontrol/reload}: the same after loading the file now.
 */
@Singleton
public class StatusRoutes implements Routes {

    static final String BASE = "/relaycontrol/status";
    static final String RELOAD = "/relaycontrol/reload";

    private static final int MAX_BODY = 1024;

    private final Access access;
    private final PolicySource policySource;
    private final LivePolicy livePolicy;
    private final Refusals refusals;
    private final HiddenClients hiddenClients;

    /** Shows the policy in force. */
    @Inject
    public StatusRoutes(Access access, PolicySource policySource, LivePolicy livePolicy, Refusals refusals,
                        HiddenClients hiddenClients) {
        this.access = access;
        this.policySource = policySource;
        this.livePolicy = livePolicy;
        this.refusals = refusals;
        this.hiddenClients = hiddenClients;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.get(BASE, access.read((request, response) -> status()));
        service.post(RELOAD, access.change(MAX_BODY, (request, response, body) -> {
            body.allow();
            return reload();
        }));
    }

    private Object status() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("source", livePolicy.find().map(source -> source.file().toString()).orElse(policySource.getClass().getName()));
        object.put("counts", ListSizes.of(policySource.current()).counts());
        object.put("refusals", refusals.count());
        object.put("may_change", access.mayChange());
        livePolicy.find().ifPresent(source -> object.putAll(toJson(source.status())));
        return object;
    }

    private Object reload() {
        PolicyStatus status = livePolicy.get().reload(Set.of());
        FailedLoad failure = status.lastFailure().orElse(null);
        if (status.isStale() && failure != null) {
            throw RequestException.refusedPolicy(failure.problems());
        }
        return status();
    }

    private Map<String, @Nullable Object> toJson(PolicyStatus status) {
        ProvedPolicies inForce = status.inForce();
        List<Remark> warnings = new ArrayList<>(inForce.warnings());
        hiddenClients.warning().ifPresent(warnings::add);
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("loaded_at", status.loadedAt());
        object.put("sha256", inForce.files().sha256());
        object.put("files", inForce.files().names());
        object.put("warnings", RemarkJson.of(warnings));
        object.put("accepted_warnings", inForce.acceptedWarnings());
        object.put("loads", status.loads());
        object.put("failed_loads", status.failedLoads());
        object.put("stale", status.isStale());
        object.put("last_failure", status.lastFailure().map(RemarkJson::of).orElse(null));
        return object;
    }
}
