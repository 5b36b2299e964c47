package org.relaycontrol.monitor;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.format.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON for programs, one object a line: what was decided, and who has changed a managed list. The logger is {@link #NAME}, which is not
 * below {@code org.relaycontrol}, so that nobody has the lines who did not ask for them.
 */
public final class AuditLog {

    /** The name of the logger. */
    public static final String NAME = "relaycontrol.audit";

    private static final Logger LOGGER = LoggerFactory.getLogger(NAME);

    private AuditLog() {
    }

    /** Whether what is usual is logged, too. */
    static boolean isDebugEnabled() {
        return LOGGER.isDebugEnabled();
    }

    /** Something happened. */
    public static void event(Instant time, String name, Supplier<Map<String, @Nullable Object>> fields) {
        if (LOGGER.isInfoEnabled()) {
            LOGGER.info("{}", line(time, name, fields.get()));
        }
    }

    /** Something usual happened. */
    static void usualEvent(Instant time, String name, Supplier<Map<String, @Nullable Object>> fields) {
        if (LOGGER.isDebugEnabled()) {
            LOGGER.debug("{}", line(time, name, fields.get()));
        }
    }

    private static String line(Instant time, String name, Map<String, @Nullable Object> fields) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("time", time);
        event.put("event", name);
        event.putAll(fields);
        return Json.of(event);
    }
}
