package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.james.webadmin.Routes;
import org.relaycontrol.monitor.DecisionHistory;
import org.relaycontrol.monitor.Decisions;
import spark.Service;

/**
 * {@code GET /relaycontrol/decisions}: how many decisions there were for each reason, minute by minute, in the last hour.
 */
@Singleton
public class DecisionsRoutes implements Routes {

    static final String BASE = "/relaycontrol/decisions";

    private static final int SECONDS_OF_A_MINUTE = 60;

    private final Access access;
    private final DecisionHistory history;
    private final Decisions decisions;

    /** Shows what was counted. */
    @Inject
    public DecisionsRoutes(Access access, DecisionHistory history, Decisions decisions) {
        this.access = access;
        this.history = history;
        this.decisions = decisions;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.get(BASE, access.read((request, response) -> lastHour()));
    }

    private Object lastHour() {
        Instant now = decisions.now();
        List<Object> reasons = new ArrayList<>();
        history.lastHour(now).forEach((reason, counts) -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("verdict", reason.verdict());
            object.put("reason", reason);
            object.put("total", Arrays.stream(counts).sum());
            object.put("counts", Arrays.stream(counts).boxed().collect(Collectors.toList()));
            reasons.add(object);
        });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("from", history.firstBegan(now));
        object.put("seconds", SECONDS_OF_A_MINUTE);
        object.put("reasons", reasons);
        return object;
    }
}
