package org.relaycontrol.monitor;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Decision.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every decision: counts it, keeps it if it is a refusal, and logs it. The log has a {@code key=value} line for each refusal and each
 * permission to relay at INFO, for what is accepted inbound at DEBUG, and for what could not be decided at ERROR. {@link AuditLog} has
 * the same as JSON. Of a client's flood of refusals only some are logged, see {@link LogLimit}, unless the logger is at TRACE; the counts
 * are exact. Thread-safe.
 */
@Singleton
public class Decisions {

    private static final Logger LOGGER = LoggerFactory.getLogger("org.relaycontrol.smtp.DecisionLog");

    private static final String DECISION = "decision";

    private final DecisionCounters counters;
    private final DecisionHistory history;
    private final Refusals refusals;
    private final Clock clock;
    private final LogLimit limit;

    /** Counts and keeps by these. Shows the gauges, too: what is decided without them cannot be judged. */
    @Inject
    public Decisions(DecisionCounters counters, DecisionHistory history, Refusals refusals, Gauges gauges) {
        this(counters, history, refusals, Clock.systemUTC(), timer());
        gauges.register();
    }

    Decisions(DecisionCounters counters, DecisionHistory history, Refusals refusals, Clock clock, LogLimit.Timer timer) {
        this.counters = counters;
        this.history = history;
        this.refusals = refusals;
        this.clock = clock;
        this.limit = new LogLimit(System::nanoTime, timer, this::logLeftOut);
    }

    private static LogLimit.Timer timer() {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "relaycontrol-log");
            thread.setDaemon(true);
            return thread;
        });
        pool.setKeepAliveTime(1, TimeUnit.MINUTES);
        pool.allowCoreThreadTimeOut(true);
        return (delay, task) -> {
            Future<?> unused = pool.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        };
    }

    /** The time at which decisions are recorded, to the millisecond. */
    public Instant now() {
        return Instant.ofEpochMilli(millis());
    }

    /** The same in milliseconds since 1970. */
    public long millis() {
        return clock.millis();
    }

    /** Whether what is accepted inbound is logged, so that a record of it is worth while. */
    public boolean areInboundLogged() {
        return LOGGER.isDebugEnabled() || AuditLog.isDebugEnabled();
    }

    /** A recipient was accepted inbound by a policy, and is not logged. */
    public void inbound(@Nullable String policy) {
        count(DecidedBy.INBOUND, policy, millis());
    }

    /** A recipient or a connection was decided. */
    public void decided(DecisionRecord decision) {
        decided(decision, null);
    }

    /** The same, with the cause if it failed. */
    public void decided(DecisionRecord decision, @Nullable Throwable cause) {
        count(decision.reason(), decision.policy(), decision.millis());
        if (decision.reason().verdict() == Verdict.PERMIT) {
            log(decision, cause);
        } else {
            refusals.add(decision);
            if (LOGGER.isTraceEnabled() || limit.mayLog(decision.client())) {
                log(decision, cause);
            }
        }
    }

    private void count(DecidedBy reason, @Nullable String policy, long millis) {
        counters.count(reason, policy);
        history.count(reason, millis);
    }

    private static void log(DecisionRecord decision, @Nullable Throwable cause) {
        if (decision.reason() == DecidedBy.INBOUND) {
            LOGGER.debug("{}", decision);
            AuditLog.usualEvent(decision.time(), DECISION, decision::fields);
        } else {
            if (cause == null) {
                logInfo(decision);
            } else {
                LOGGER.error("{}", decision, cause);
            }
            AuditLog.event(decision.time(), DECISION, decision::fields);
        }
    }

    private static void logInfo(DecisionRecord decision) {
        if (LOGGER.isInfoEnabled()) {
            // The line as it is: to fill it into a pattern would copy it twice more, at every RCPT.
            LOGGER.info(decision.toString());
        }
    }

    private void logLeftOut(String clients, long count) {
        long seconds = LogLimit.WINDOW.toSeconds();
        LOGGER.info("left-out={} client={} seconds={}", count, clients, seconds);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("count", count);
        fields.put("client", clients);
        fields.put("seconds", seconds);
        AuditLog.event(now(), "left-out", () -> fields);
    }
}
