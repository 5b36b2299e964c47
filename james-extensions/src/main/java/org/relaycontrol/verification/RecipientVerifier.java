package org.relaycontrol.verification;

import com.google.common.base.Ticker;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.CacheLoader;
import com.google.common.cache.LoadingCache;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.nexthop.DeliverySettings;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.smtpclient.KeptConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether recipients exist, or asks on threads of its own. Whoever wants to know gets an answer that is there, or one that comes at
 * once, or that there is none yet: what takes longer is there for his retry. Answers outlive changes of the policy, and what the policy
 * says of them counts from then on. Thread-safe.
 */
@Singleton
public final class RecipientVerifier {

    private static final Logger LOGGER = LoggerFactory.getLogger(RecipientVerifier.class);

    private static final int THREADS = 32;
    private static final int MAX_AT_ONCE = Math.max(Callout.MAX_CONNECTIONS, LdapSearch.MAX_CONNECTIONS);
    private static final int MAX_WAITING_OF_CLIENT = 20;
    private static final int MAX_WAITING = 20_000;
    private static final int MAX_TARGETS = 10_000;
    /** Failures of one target are logged as often as this. */
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final Callout callout;
    private final Questioner ldap;
    private final LongSupplier nanoTime;
    private final AnswerCache answers;
    private final ClientLimit limit;
    private final ThreadPoolExecutor pool = pool();
    private final ScheduledThreadPoolExecutor timers = timers();
    private final FairLanes<Target, String> lanes = new FairLanes<>(pool, MAX_AT_ONCE, MAX_WAITING_OF_CLIENT, MAX_WAITING);
    private final Map<Question, CompletableFuture<RecipientStatus>> underWay = new ConcurrentHashMap<>();
    private final LoadingCache<Target, TargetState> states = CacheBuilder.newBuilder()
        .maximumSize(MAX_TARGETS)
        .build(CacheLoader.from(TargetState::new));
    private final Map<Target, Long> logged = CacheBuilder.newBuilder().expireAfterWrite(LOG_INTERVAL).maximumSize(MAX_TARGETS)
        .<Target, Long>build().asMap();
    private final LongAdder questions = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder leftOut = new LongAdder();

    /** Asks as the mailet that delivers would. */
    @Inject
    public RecipientVerifier(DeliverySettings settings) {
        this(new Callout(settings, new KeptConnections(certificates()), Ticker.systemTicker()), new LdapSearch(certificates()),
            System::nanoTime);
    }

    RecipientVerifier(Callout callout, Questioner ldap, LongSupplier nanoTime) {
        this.callout = callout;
        this.ldap = ldap;
        this.nanoTime = nanoTime;
        this.answers = new AnswerCache(nanoTime);
        this.limit = new ClientLimit(nanoTime);
    }

    private static SSLContext certificates() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(),
            threads("relaycontrol-verification-%d"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ScheduledThreadPoolExecutor timers() {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, threads("relaycontrol-verification-timer"));
        timers.setRemoveOnCancelPolicy(true);
        return timers;
    }

    private static ThreadFactory threads(String name) {
        return new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build();
    }

    /**
     * Whether a recipient exists. Never blocks.
     *
     * @param client who wants to know, on whose account the question is
     * @param nextHops where mail to it goes, which is who is asked by a callout; null for the mail exchangers of its domain
     * @return {@link RecipientStatus#PENDING} at once where it is not worth waiting for the answer, or no question was asked since the
     *     client has had its share; {@link RecipientStatus#UNASKED} where asking is of no use. Never completes exceptionally
     */
    public CompletableFuture<RecipientStatus> status(IpAddress client, Recipient recipient, Verification verification,
                                                     @Nullable NextHops nextHops) {
        Target target = Target.of(verification, nextHops, recipient.domain());
        Question question = Question.of(target, recipient);
        RecipientStatus cached = answers.get(question, verification);
        boolean stale = cached == RecipientStatus.UNDETERMINED && answers.isStale(question);
        if (cached != null && !stale) {
            hits.increment();
            return CompletableFuture.completedFuture(cached);
        }
        if (callout.acceptsAll(target, recipient.domain())) {
            return CompletableFuture.completedFuture(RecipientStatus.UNASKED);
        }
        TargetState state = states.getUnchecked(target);
        boolean unreachable = state.isUnreachable();
        if (unreachable && !state.tryProbe(nanoTime.getAsLong())) {
            return CompletableFuture.completedFuture(RecipientStatus.UNDETERMINED);
        }
        String onAccountOf = ClientLimit.client(client);
        CompletableFuture<RecipientStatus> asked =
            new Asking(question, target, state, recipient, verification, onAccountOf).begin();
        if (unreachable || stale) {
            // The mail must not wait until the inner server is back: what is known of it counts, and it is tried in the meantime.
            return CompletableFuture.completedFuture(RecipientStatus.UNDETERMINED);
        }
        boolean worthWaiting = state.isPrompt(nanoTime.getAsLong()) && limit.isWaitedFor(onAccountOf);
        return asked.isDone() || worthWaiting ? asked.copy() : CompletableFuture.completedFuture(RecipientStatus.PENDING);
    }

    /** Whether so many of the recipients that the client has asked for lately do not exist that it likely guesses them. */
    public boolean isGuessing(IpAddress client) {
        return limit.isGuessing(ClientLimit.client(client));
    }

    /** One question, from before it is asked until it is answered. */
    private final class Asking {

        private final Question question;
        private final Target target;
        private final TargetState state;
        private final Recipient recipient;
        private final Verification verification;
        private final String client;
        private final CompletableFuture<RecipientStatus> status = new CompletableFuture<>();
        private final AtomicBoolean settled = new AtomicBoolean();

        private Asking(Question question, Target target, TargetState state, Recipient recipient, Verification verification,
                       String client) {
            this.question = question;
            this.target = target;
            this.state = state;
            this.recipient = recipient;
            this.verification = verification;
            this.client = client;
        }

        /** Asks, or joins the same question if it is under way. */
        private CompletableFuture<RecipientStatus> begin() {
            CompletableFuture<RecipientStatus> same = underWay.putIfAbsent(question, status);
            if (same != null) {
                hits.increment();
                return same;
            }
            RecipientStatus answered = answers.get(question, verification);
            if (answered != null && answered != RecipientStatus.UNDETERMINED) {
                // It was answered just before we came to ask.
                hits.increment();
                end(answered);
            } else if (!limit.tryTake(client)) {
                leaveOut();
            } else {
                state.asked(question, nanoTime.getAsLong());
                if (!submit()) {
                    state.leftOut(question);
                    limit.giveBack(client);
                    leaveOut();
                }
            }
            return status;
        }

        private boolean submit() {
            try {
                return lanes.submit(target, client, this::run);
            } catch (RejectedExecutionException e) {
                // James is stopping.
                return false;
            }
        }

        private void leaveOut() {
            leftOut.increment();
            end(RecipientStatus.PENDING);
        }

        private void end(RecipientStatus known) {
            underWay.remove(question, status);
            status.complete(known);
        }

        private void run() {
            questions.increment();
            Duration timeout = verification.timeout();
            ScheduledFuture<?> timer = timers.schedule(
                () -> settle(Answer.of(Answer.Kind.UNREACHABLE, "no answer within " + timeout.toSeconds() + " s")),
                timeout.toNanos(), TimeUnit.NANOSECONDS);
            try {
                settle((target.directory().isPresent() ? ldap : callout)
                    .ask(target, recipient, verification.recipientDelimiter(), timeout));
            } catch (RuntimeException e) {
                LOGGER.error("{}: unexpected failure", question, e);
                settle(Answer.of(Answer.Kind.UNREACHABLE, "internal error: " + e));
            } finally {
                timer.cancel(false);
            }
        }

        private void settle(Answer answer) {
            if (settled.getAndSet(true)) {
                return;
            }
            Answer.Kind kind = answer.kind();
            answers.put(question, kind);
            state.answered(question, kind != Answer.Kind.UNREACHABLE, nanoTime.getAsLong());
            if (kind == Answer.Kind.UNKNOWN) {
                unknown.increment();
                limit.unknown(client);
            } else {
                limit.giveBack(client);
            }
            log(answer);
            end(status(kind));
        }

        private void log(Answer answer) {
            boolean failed = answer.kind() == Answer.Kind.UNREACHABLE || answer.kind() == Answer.Kind.UNDETERMINED;
            failures.add(failed ? 1 : 0);
            if (failed && logged.putIfAbsent(target, nanoTime.getAsLong()) == null) {
                LOGGER.warn("{} did not say whether {} exists: {}", target, recipient, answer.text());
            } else {
                LOGGER.debug("{} about {}: {}", target, recipient, answer);
            }
        }
    }

    private static RecipientStatus status(Answer.Kind kind) {
        switch (kind) {
            case EXISTS:
                return RecipientStatus.KNOWN;
            case UNKNOWN:
                return RecipientStatus.UNKNOWN;
            case ACCEPTS_ALL:
                return RecipientStatus.UNASKED;
            default:
                return RecipientStatus.UNDETERMINED;
        }
    }

    /** How many questions were asked since James started. */
    public long questions() {
        return questions.sum();
    }

    /** How many were answered without asking, or joined a question that was under way. */
    public long hits() {
        return hits.sum();
    }

    /** To how many questions the answer was that there is no such recipient. */
    public long unknown() {
        return unknown.sum();
    }

    /** How many questions nobody could answer. */
    public long failures() {
        return failures.sum();
    }

    /** How many were not asked, since the client or the queue had no room for more. */
    public long leftOut() {
        return leftOut.sum();
    }

    /** Asks no more, and ends all connections. */
    public void close() {
        pool.shutdownNow();
        timers.shutdownNow();
        callout.close();
        ldap.close();
    }
}
