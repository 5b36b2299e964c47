package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.Mail;
import org.relaycontrol.mailets.DeliveryAttempt.Route;
import org.relaycontrol.nexthop.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Takes mails from the queue, attempts to deliver them on a bounded number of threads, bounces for the recipients who were refused and puts
 * the mail back for those who were deferred. A mail leaves the queue when it is settled for every recipient, not before.
 */
final class DeliveryQueue {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeliveryQueue.class);

    /** How long a mail goes back to the queue if its next hop does not get to it in about that time. */
    private static final Duration BUSY_DELAY = Duration.ofSeconds(5);
    private static final int MIN_WAITING = 100;
    private static final int MAX_TAKEN = 1_000;
    private static final Duration SOURCE_DELAY = Duration.ofSeconds(10);
    private static final Pattern UNFIT_FOR_NAMES = Pattern.compile("[^A-Za-z0-9.-]+");

    private final MailQueue queue;
    private final DeliveryAttempt attempt;
    private final RetrySchedule schedule;
    private final Bounces bounces;
    private final Duration failureDelay;
    private final int maxConnections;
    private final ExecutorService deliveries;
    private final Scheduler dequeuing = Schedulers.newSingle("relaycontrol-dequeue", true);
    private final Lanes<Route> nextHops;
    private final Disposable subscription;
    private volatile boolean stopping;

    /**
     * Starts delivering.
     *
     * @param threads how many deliveries go on at once; a quarter of them at most to one next hop that has no limit of its own, so that one
     *     that does not answer leaves the others alone
     * @param failureDelay how long a mail is held if the queue did not take it back
     */
    DeliveryQueue(MailQueue queue, DeliveryAttempt attempt, RetrySchedule schedule, Bounces bounces, int threads, Duration failureDelay) {
        this.queue = queue;
        this.attempt = attempt;
        this.schedule = schedule;
        this.bounces = bounces;
        this.failureDelay = failureDelay;
        this.maxConnections = Math.max(1, threads / 4);
        AtomicInteger number = new AtomicInteger();
        this.deliveries = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "relaycontrol-delivery-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.nextHops = new Lanes<>(deliveries, MIN_WAITING, BUSY_DELAY, System::nanoTime);
        this.subscription = Flux.defer(() -> Flux.from(queue.deQueue()))
            .flatMap(item -> Mono.fromFuture(take(item)), MAX_TAKEN)
            .doOnError(e -> LOGGER.error("Cannot read from the queue {}; trying again in {} s", queue.getName().asString(),
                SOURCE_DELAY.toSeconds(), e))
            .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, SOURCE_DELAY))
            .subscribeOn(dequeuing)
            .subscribe();
    }

    /**
     * Queues a mail that has never been tried, once for each next hop, and takes the recipients off it who are in the queue.
     *
     * @throws Exception if the queue does not take it
     */
    void add(Mail mail) throws Exception {
        split(mail, attempt.groups(mail), DeliveryRetriesHelper::initRetries);
    }

    private void split(Mail mail, Map<Route, List<MailAddress>> groups, Consumer<Mail> change) throws Exception {
        for (Map.Entry<Route, List<MailAddress>> group : groups.entrySet()) {
            Mail copy = mail.duplicate();
            try {
                copy.setName(mail.getName() + "-to-" + UNFIT_FOR_NAMES.matcher(group.getKey().toString()).replaceAll("-"));
                copy.setRecipients(group.getValue());
                change.accept(copy);
                queue.enQueue(copy);
            } finally {
                LifecycleUtil.dispose(copy);
            }
            List<MailAddress> left = new ArrayList<>(mail.getRecipients());
            left.removeAll(group.getValue());
            mail.setRecipients(left);
        }
    }

    /**
     * Takes no further mail from the queue and gives back what waits for its turn. Deliveries under way may end, and are broken off after
     * a while: what they have not delivered goes back to the queue, too.
     */
    void stop(Duration patience, Runnable breakOff) {
        stopping = true;
        subscription.dispose();
        dequeuing.dispose();
        try {
            if (!nextHops.awaitIdle(patience)) {
                LOGGER.warn("Stopping in the middle of deliveries: what is not delivered stays in the queue");
                breakOff.run();
                if (!nextHops.awaitIdle(patience)) {
                    LOGGER.error("Deliveries go on without end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deliveries.shutdownNow();
    }

    /** Takes a mail, until the future completes. */
    private CompletableFuture<Void> take(MailQueueItem item) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        dispatch(item, taken);
        return taken;
    }

    private void dispatch(MailQueueItem item, CompletableFuture<Void> taken) {
        Mail mail = item.getMail();
        try {
            Map<Route, List<MailAddress>> groups = attempt.groups(mail);
            if (groups.isEmpty()) {
                LOGGER.error("{}: no recipients in the queue, dropped", mail.getName());
                finish(item, taken);
            } else if (groups.size() > 1) {
                // The policy has changed since they were queued together.
                split(mail, groups, copy -> { });
                finish(item, taken);
            } else {
                Route route = groups.keySet().iterator().next();
                if (!nextHops.submit(route, route.maxConnections().orElse(maxConnections), () -> deliver(item, route, taken))) {
                    queue.enQueue(mail, BUSY_DELAY);
                    finish(item, taken);
                }
            }
        } catch (Throwable e) {
            giveBackLater(item, taken, e);
        }
    }

    private void deliver(MailQueueItem item, Route route, CompletableFuture<Void> taken) {
        Mail mail = item.getMail();
        try {
            if (stopping) {
                item.done(CompletionStatus.RETRY);
                taken.complete(null);
            } else if (attempt.groups(mail).keySet().equals(Set.of(route))) {
                settle(mail, attempt.run(mail, route));
                finish(item, taken);
            } else {
                // The policy has changed while the mail waited for its turn.
                dispatch(item, taken);
            }
        } catch (Throwable e) {
            giveBackLater(item, taken, e);
        }
    }

    private static void finish(MailQueueItem item, CompletableFuture<Void> taken) throws Exception {
        item.done(CompletionStatus.SUCCESS);
        LifecycleUtil.dispose(item.getMail());
        taken.complete(null);
    }

    /** Not at once: whatever has failed would fail again and again. */
    private void giveBackLater(MailQueueItem item, CompletableFuture<Void> taken, Throwable failure) {
        LOGGER.error("{}: unexpected failure, back to the queue in {} s", item.getMail().getName(), failureDelay.toSeconds(), failure);
        CompletableFuture.delayedExecutor(failureDelay.toMillis(), TimeUnit.MILLISECONDS).execute(() -> {
            try {
                item.done(CompletionStatus.RETRY);
            } catch (Exception e) {
                LOGGER.error("{} could not be put back; it stays in the queue as being processed", item.getMail().getName(), e);
            }
            taken.complete(null);
        });
    }

    private void settle(Mail mail, Map<MailAddress, Outcome> outcomes) throws Exception {
        Map<MailAddress, Outcome> refused = of(Outcome.Kind.REFUSED, outcomes);
        Map<MailAddress, Outcome> deferred = of(Outcome.Kind.DEFERRED, outcomes);
        int retries = DeliveryRetriesHelper.retrieveRetries(mail);
        boolean gaveUp = retries >= schedule.retries();
        reportRelayed(mail, of(Outcome.Kind.DELIVERED, outcomes));
        Map<MailAddress, Outcome> again = new LinkedHashMap<>();
        if (!bounced(mail, refused, true)) {
            again.putAll(refused);
        }
        if (!gaveUp || !bounced(mail, deferred, false)) {
            again.putAll(deferred);
        }
        if (again.isEmpty()) {
            return;
        }
        Duration delay = schedule.delayAfter(retries);
        LOGGER.info("{}: attempt {} of {} over, next in {} s for {}", mail.getName(), retries + 1, schedule.retries() + 1,
            delay.toSeconds(), again.keySet());
        mail.setRecipients(again.keySet());
        DeliveryRetriesHelper.incrementRetries(mail);
        queue.enQueue(mail, delay);
    }

    /** What was delivered stays so, even if nobody can be told. */
    private void reportRelayed(Mail mail, Map<MailAddress, Outcome> delivered) {
        List<MailAddress> wanted = mail.dsnParameters()
            .map(dsn -> delivered.entrySet().stream()
                .filter(entry -> !entry.getValue().isReporting() && isSuccessWanted(dsn, entry.getKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toList()))
            .orElse(List.of());
        if (!wanted.isEmpty()) {
            try {
                bounces.relayed(mail, wanted);
            } catch (Exception e) {
                LOGGER.error("{}: cannot tell {} that it was relayed to {}", mail.getName(), mail.getMaybeSender().asString(), wanted, e);
            }
        }
    }

    private static boolean isSuccessWanted(DsnParameters dsn, MailAddress recipient) {
        return Optional.ofNullable(dsn.getRcptParameters().get(recipient))
            .flatMap(DsnParameters.RecipientDsnParameters::getNotifyParameter)
            .map(notify -> notify.contains(DsnParameters.Notify.SUCCESS))
            .orElse(false);
    }

    private static Map<MailAddress, Outcome> of(Outcome.Kind kind, Map<MailAddress, Outcome> outcomes) {
        Map<MailAddress, Outcome> some = new LinkedHashMap<>();
        outcomes.forEach((recipient, outcome) -> {
            if (outcome.kind() == kind) {
                some.put(recipient, outcome);
            }
        });
        return some;
    }

    private boolean bounced(Mail mail, Map<MailAddress, Outcome> failures, boolean permanent) {
        if (failures.isEmpty()) {
            return true;
        }
        LOGGER.warn("{}: {} for {}, bouncing to {}", mail.getName(), permanent ? "refused" : "giving up",
            failures.keySet(), mail.getMaybeSender().asString());
        try {
            bounces.bounce(mail, failures, permanent);
            return true;
        } catch (Exception e) {
            LOGGER.error("{}: cannot bounce for {}, keeping it", mail.getName(), failures.keySet(), e);
            return false;
        }
    }
}
