package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.james.webadmin.Routes;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.RefusedPolicyException;
import spark.Service;

/**
 * {@code POST /relaycontrol/diff}: what another policy file, or other list files, would decide differently from the policy in force, as
 * {@code diff --json} says it. Nothing is written. List files that are neither sent along nor part of the policy in force are not read.
 */
@Singleton
public class DiffRoutes implements Routes {

    static final String BASE = "/relaycontrol/diff";

    private static final int MAX_BODY = 32 * 1024 * 1024;

    private final Access access;
    private final LivePolicy livePolicy;
    private final Preview preview;

    /** Compares with the policy in force. */
    @Inject
    public DiffRoutes(Access access, LivePolicy livePolicy, Preview preview) {
        this.access = access;
        this.livePolicy = livePolicy;
        this.preview = preview;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.post(BASE, access.ask(MAX_BODY, (request, response, body) -> diff(body.allow("policy", "files"))));
    }

    private Object diff(JsonBody body) {
        LivePolicySource source = livePolicy.get();
        Map<Path, byte[]> inPlaceOf = new HashMap<>();
        String policy = body.text("policy");
        if (policy != null) {
            inPlaceOf.put(source.file(), octets(policy));
        }
        body.texts("files").forEach((name, content) -> inPlaceOf.put(path(source, name), octets(content)));
        if (inPlaceOf.isEmpty()) {
            throw RequestException.unusable("there is nothing to compare; write the policy file as 'policy', or contents of list files as "
                + "'files'");
        }
        try {
            return preview.of(source, inPlaceOf);
        } catch (RefusedPolicyException e) {
            throw RequestException.refusedPolicy(e.problems());
        }
    }

    /** The file of that name, as the policy file writes it. */
    private static Path path(LivePolicySource source, String name) {
        try {
            return source.file().resolveSibling(name);
        } catch (InvalidPathException e) {
            throw RequestException.unusable("'" + name + "' is no name of a file; write it as the policy file does");
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
