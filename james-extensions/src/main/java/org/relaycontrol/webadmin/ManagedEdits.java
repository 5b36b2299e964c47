package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.james.webadmin.authentication.AuthenticationFilter;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedListContent;
import org.relaycontrol.config.ManagedListUse;
import org.relaycontrol.config.OtherVersionException;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.PolicyStatus;
import org.relaycontrol.james.RefusedPolicyException;
import org.relaycontrol.monitor.AuditLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.Request;
import spark.Response;

/**
 * Edits of managed lists: each is proved before it is written, and in force when it is answered. With {@code dryRun=true} it is answered
 * with what it would change, and nothing is written.
 */
@Singleton
public class ManagedEdits {

    private static final Logger LOGGER = LoggerFactory.getLogger(ManagedEdits.class);

    private static final int CREATED = 201;

    private final LivePolicy livePolicy;
    private final Preview preview;
    private final Clock clock;

    /** Edits the lists of the policy in force. */
    @Inject
    public ManagedEdits(LivePolicy livePolicy, Preview preview) {
        this.livePolicy = livePolicy;
        this.preview = preview;
        this.clock = Clock.systemUTC();
    }

    /**
     * The managed list that a request is about.
     *
     * @param list {@link ManagedListUse#DOMAINS} or the name of a list of clients
     * @param like an entry of the name that the request is about
     * @throws RequestException if there is none, or several of which the request names none
     */
    ManagedListUse list(Request request, String policy, String list, ManagedEntry like) {
        String file = Page.text(request, "file");
        livePolicy.get();
        List<ManagedListUse> uses = lists(policy, list).stream()
            .filter(use -> file == null || use.file().equals(file))
            .collect(Collectors.toList());
        if (uses.size() > 1) {
            List<ManagedListUse> with = uses.stream().filter(use -> find(use, like) != null).collect(Collectors.toList());
            if (with.size() == 1) {
                return with.get(0);
            }
            throw RequestException.wrongState(RequestException.CONFLICT, "there are several managed lists; write ?file= and one of "
                + uses.stream().map(ManagedListUse::file).collect(Collectors.joining(", ")));
        }
        if (uses.isEmpty()) {
            throw RequestException.wrongState(RequestException.CONFLICT, file == null
                ? "the policy '" + policy + "' has no managed list there; write one into relaycontrol.xml, like <"
                    + (list.equals(ManagedListUse.DOMAINS) ? "domains managed=\"managed-domains.txt\" action=\"route\"/> in <routing>"
                    : "networks managed=\"managed-" + list + ".txt\"/> in <" + list + ">")
                : "'" + file + "' is no managed list there");
        }
        return uses.get(0);
    }

    /** The managed lists of a policy, its own and those that all policies share. */
    List<ManagedListUse> lists(String policy, String list) {
        return livePolicy.find().map(source -> source.status().inForce().managedLists()).orElse(List.of()).stream()
            .filter(use -> use.list().equals(list) && use.policy().orElse(policy).equals(policy))
            .collect(Collectors.toList());
    }

    /** The entry of the same name, of domains also of the same match, or null. */
    static @Nullable ManagedEntry find(ManagedListUse use, ManagedEntry like) {
        try {
            return use.managedList().read().find(like).orElse(null);
        } catch (IOException e) {
            throw unreadable(use, e);
        }
    }

    private static RequestException unreadable(ManagedListUse use, IOException e) {
        String problem = "cannot be edited (" + e + "); see that its disk has room, and let the user that James runs as write it and its"
            + " folder";
        LOGGER.error("The managed list {} {}", use.managedList().path(), problem);
        return RequestException.wrongState(RequestException.CONFLICT, "the managed list '" + use.file() + "' " + problem);
    }

    /** Puts an entry into a list. */
    Map<String, Object> put(Request request, Response response, ManagedListUse use, ManagedEntry entry) {
        Instant now = clock.instant();
        if (entry.isExpired(now)) {
            throw RequestException.unusable("expires=" + entry.attributes().get(ManagedEntry.EXPIRES) + " has passed; write an instant to "
                + "come");
        }
        return edit(request, response, use, entry, "put", content -> content.with(entry, now));
    }

    /** Removes an entry from a list. */
    Map<String, Object> delete(Request request, Response response, ManagedListUse use, ManagedEntry like) {
        Instant now = clock.instant();
        return edit(request, response, use, like, "delete", content -> {
            if (content.find(like).isEmpty()) {
                throw RequestException.notFound("the managed list '" + use.file() + "' has no entry " + like);
            }
            return content.without(like, now);
        });
    }

    private Map<String, Object> edit(Request request, Response response, ManagedListUse use, ManagedEntry entry, String what, Edit edit) {
        LivePolicySource source = livePolicy.get();
        Path path = use.managedList().path();
        try {
            if (isDryRun(request)) {
                return preview.of(source, Map.of(path, edit.apply(use.managedList().read()).octets()));
            }
            boolean[] present = {false};
            ManagedListContent after = use.managedList().edit(null, content -> {
                ManagedEntry before = content.find(entry).orElse(null);
                ManagedListContent edited = edit.apply(content);
                EntityTag.check(request, before);
                source.prove(Map.of(path, edited.octets()));
                present[0] = before != null;
                return edited;
            });
            log(request, use, entry, what);
            PolicyStatus status = source.reload(Set.of(path));
            if (!present[0]) {
                response.status(CREATED);
            }
            Map<String, Object> answer = new LinkedHashMap<>();
            after.find(entry).ifPresent(written -> {
                response.header("ETag", EntityTag.of(written));
                answer.put("managed", ManagedEntryJson.of(use, written));
            });
            answer.put("in_force", !status.isStale());
            answer.put("sha256", status.inForce().files().sha256());
            return answer;
        } catch (RefusedPolicyException e) {
            throw RequestException.refusedPolicy(e.problems());
        } catch (IOException e) {
            throw unreadable(use, e);
        } catch (OtherVersionException e) {
            throw new IllegalStateException("no version was asked for", e);
        }
    }

    private static boolean isDryRun(Request request) {
        String dryRun = Page.text(request, "dryRun");
        if (dryRun != null && !dryRun.equals("true") && !dryRun.equals("false")) {
            throw RequestException.unusable("dryRun=" + dryRun + " is unknown; write true or false");
        }
        return "true".equals(dryRun);
    }

    private void log(Request request, ManagedListUse use, ManagedEntry entry, String what) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("edit", what);
        fields.put("file", use.file());
        fields.put("list", use.list());
        fields.put("policy", use.policy().orElse(null));
        fields.put("entry", entry);
        fields.put("by", request.attribute(AuthenticationFilter.LOGIN));
        fields.put("from", request.ip());
        AuditLog.event(clock.instant(), "edit", () -> fields);
        LOGGER.info("Managed list {}: {} {}, by {} from {}", use.file(), what, entry, fields.get("by") == null ? "webadmin"
            : fields.get("by"), request.ip());
    }

    /** Makes of what a list says what it is to say. */
    @FunctionalInterface
    private interface Edit {

        ManagedListContent apply(ManagedListContent content);
    }
}
