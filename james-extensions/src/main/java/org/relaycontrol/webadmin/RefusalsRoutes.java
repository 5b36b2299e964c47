package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.james.webadmin.Routes;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.monitor.DecidedBy;
import org.relaycontrol.monitor.Refusals;
import org.relaycontrol.policy.Network;
import spark.Request;
import spark.Service;

/**
 * {@code GET /relaycontrol/refusals}: the last refusals, the latest first, each with all fields of the log.
 */
@Singleton
public class RefusalsRoutes implements Routes {

    static final String BASE = "/relaycontrol/refusals";

    private static final int DEFAULT_LIMIT = 100;

    private final Access access;
    private final Refusals refusals;

    /** Shows what is remembered. */
    @Inject
    public RefusalsRoutes(Access access, Refusals refusals) {
        this.access = access;
        this.refusals = refusals;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.get(BASE, access.read((request, response) -> find(request)));
    }

    private Object find(Request request) {
        Page.allow(request, "client", "recipient", "reason", "policy", "since", "after", "limit");
        List<Object> found = new ArrayList<>();
        refusals.latest(condition(request), (int) Page.number(request, "limit", DEFAULT_LIMIT, 1, Refusals.CAPACITY))
            .forEach(refusal -> found.add(toJson(refusal)));
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("count", refusals.count());
        object.put("refusals", found);
        return object;
    }

    private static Map<String, Object> toJson(Refusals.Numbered refusal) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("number", refusal.number());
        object.put("time", refusal.refusal().time());
        object.putAll(refusal.refusal().fields());
        return object;
    }

    private static Predicate<Refusals.Numbered> condition(Request request) {
        Predicate<Refusals.Numbered> condition = any -> true;
        String client = Page.text(request, "client");
        if (client != null) {
            Network network = client.indexOf('-') >= 0 ? Network.parseRange(client) : Network.parse(client);
            condition = condition.and(one -> network.contains(one.refusal().client()));
        }
        String recipient = Page.text(request, "recipient");
        if (recipient != null) {
            String lower = recipient.toLowerCase(Locale.ROOT);
            condition = condition.and(one -> contains(one.refusal().recipient(), lower));
        }
        String reason = Page.text(request, "reason");
        if (reason != null) {
            DecidedBy wanted = DecidedBy.parse(reason);
            condition = condition.and(one -> one.refusal().reason() == wanted);
        }
        String policy = Page.text(request, "policy");
        if (policy != null) {
            condition = condition.and(one -> policy.equals(one.refusal().policy()));
        }
        String since = Page.text(request, "since");
        if (since != null) {
            Instant instant = instant(since);
            condition = condition.and(one -> !one.refusal().time().isBefore(instant));
        }
        long after = Page.number(request, "after", 0, 0, Long.MAX_VALUE);
        return condition.and(one -> one.number() > after);
    }

    private static boolean contains(@Nullable String recipient, String part) {
        return recipient != null && recipient.toLowerCase(Locale.ROOT).contains(part);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw RequestException.unusable("since=" + text + " is no time; write one like 2026-11-25T12:34:56Z");
        }
    }
}
