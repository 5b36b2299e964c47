package org.relaycontrol.webadmin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.relaycontrol.james.FailedLoad;
import org.relaycontrol.james.Remark;

/**
 * Problems and warnings as {@code check --json} writes them, and loads that failed.
 */
final class RemarkJson {

    private RemarkJson() {
    }

    static List<Map<String, Object>> of(List<Remark> remarks) {
        return remarks.stream().map(RemarkJson::of).collect(Collectors.toList());
    }

    /** A load that failed, with all its problems. */
    static Map<String, Object> of(FailedLoad failure) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("when", failure.when());
        object.put("problems", of(failure.problems()));
        return object;
    }

    private static Map<String, Object> of(Remark remark) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", remark.where().file());
        object.put("line", remark.where().line());
        object.put("text", remark.text());
        String name = remark.name();
        if (name != null) {
            object.put("name", name);
        }
        return object;
    }
}
