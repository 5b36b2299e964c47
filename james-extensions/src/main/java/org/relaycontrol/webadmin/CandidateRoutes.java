package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.james.webadmin.Routes;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.james.CandidatePolicies;
import org.relaycontrol.monitor.CandidateComparison;
import org.relaycontrol.monitor.DecisionRecord;
import spark.Request;
import spark.Service;

/**
 * {@code GET /relaycontrol/candidate}: how the candidate policy decides real mail, and what differently from the running one;
 * {@code GET /relaycontrol/candidate/diff}: what it would decide differently, whoever sends what.
 */
@Singleton
public class CandidateRoutes implements Routes {

    static final String BASE = "/relaycontrol/candidate";

    private static final int DEFAULT_LIMIT = 100;

    private final Access access;
    private final CandidatePolicies candidates;
    private final CandidateComparison comparison;
    private final Preview preview;

    /** Shows the candidate there is at the moment. */
    @Inject
    public CandidateRoutes(Access access, CandidatePolicies candidates, CandidateComparison comparison, Preview preview) {
        this.access = access;
        this.candidates = candidates;
        this.comparison = comparison;
        this.preview = preview;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.get(BASE, access.read((request, response) -> candidate(request)));
        service.get(BASE + "/diff", access.read((request, response) -> difference()));
    }

    private Object candidate(Request request) {
        Page.allow(request, "limit");
        int limit = (int) Page.number(request, "limit", DEFAULT_LIMIT, 1, CandidateComparison.CAPACITY);
        Candidate candidate = candidates.current();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("file", candidates.file().toString());
        object.put("since", candidate == null ? null : candidate.since());
        object.put("sha256", candidate == null ? null : candidate.proved().files().sha256());
        object.put("files", candidate == null ? List.of() : candidate.proved().files().names());
        object.put("warnings", candidate == null ? List.of() : RemarkJson.of(candidate.proved().warnings()));
        object.put("failure", candidates.failure().map(RemarkJson::of).orElse(null));
        object.put("alike", candidate == null ? 0 : comparison.alikeCount(candidate));
        object.put("different", candidate == null ? 0 : comparison.differentCount(candidate));
        object.put("undecided", candidate == null ? 0 : comparison.undecidedCount(candidate));
        List<Object> latest = new ArrayList<>();
        if (candidate != null) {
            comparison.latest(candidate, limit).forEach(difference -> latest.add(toJson(difference)));
        }
        object.put("latest", latest);
        return object;
    }

    private static Map<String, Object> toJson(CandidateComparison.Difference difference) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("running", toJson(difference.running()));
        object.put("candidate", toJson(difference.candidate()));
        return object;
    }

    private static Map<String, @Nullable Object> toJson(DecisionRecord decision) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("time", decision.time());
        object.putAll(decision.fields());
        return object;
    }

    private Object difference() {
        Candidate candidate = candidates.current();
        if (candidate == null) {
            throw RequestException.notFound("there is no candidate policy; put it beside the running one, as "
                + candidates.file().getFileName());
        }
        return preview.of(candidate.proved());
    }
}
