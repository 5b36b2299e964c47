package org.relaycontrol.mailets;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.james.core.MailAddress;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueue.MailQueueItem;
import org.apache.james.queue.api.MailQueue.MailQueueItem.CompletionStatus;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.Mail;
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

    /** How long a mail goes back to the queue if too many are waiting for its next hop. */
    private static final Duration BUSY_DELAY = Duration.ofSeconds(5);
    private static final int MAX_WAITING = 100;
    private static final int MAX_TAKEN = 1_000;
    private static final Duration SOURCE_DELAY = Duration.ofSeconds(10);
    private static final Duration SHUTDOWN_TIME = Duration.ofSeconds(10);

    private final MailQueue queue;
    private final DeliveryAttempt attempt;
    private final RetrySchedule schedule;
    private final Bounces bounces;
    private final Duration failureDelay;
    private final ExecutorService deliveries;
    private final Scheduler dequeuing = Schedulers.newSingle("relaycontrol-dequeue", true);
    private final Lanes nextHops;
    private final Disposable subscription;

    /**
     * Starts delivering.
     *
     * @param threads how many deliveries go on at once; a quarter of them at most to one next hop, so that one that does not answer
     *     leaves the others alone
     * @param failureDelay how long a mail is held if the queue did not take it back
     */
    DeliveryQueue(MailQueue queue, DeliveryAttempt attempt, RetrySchedule schedule, Bounces bounces, int threads, Duration failureDelay) {
        this.queue = queue;
        this.attempt = attempt;
        this.schedule = schedule;
        this.bounces = bounces;
        this.failureDelay = failureDelay;
        AtomicInteger number = new AtomicInteger();
        this.deliveries = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "relaycontrol-delivery-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.nextHops = new Lanes(deliveries, Math.max(1, threads / 4), MAX_WAITING);
        this.subscription = Flux.defer(() -> Flux.from(queue.deQueue()))
            .flatMap(item -> Mono.fromFuture(take(item)), MAX_TAKEN)
            .doOnError(e -> LOGGER.error("Cannot read from the queue {}; trying again in {} s", queue.getName().asString(),
                SOURCE_DELAY.toSeconds(), e))
            .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, SOURCE_DELAY))
            .subscribeOn(dequeuing)
            .subscribe();
    }

    /** Takes no further mail from the queue and waits a little for the deliveries under way. */
    void stop() {
        subscription.dispose();
        dequeuing.dispose();
        deliveries.shutdown();
        try {
            if (!deliveries.awaitTermination(SHUTDOWN_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.warn("Stopping in the middle of deliveries; the queue still has the mails");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes a mail, until the future completes. */
    private CompletableFuture<Void> take(MailQueueItem item) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        Mail mail = item.getMail();
        try {
            if (mail.getRecipients().isEmpty()) {
                LOGGER.error("{}: no recipients in the queue, dropped", mail.getName());
                finish(item, taken);
            } else if (!nextHops.submit(attempt.groups(mail).keySet().iterator().next().toString(), () -> deliver(item, taken))) {
                queue.enQueue(mail, BUSY_DELAY);
                finish(item, taken);
            }
        } catch (Throwable e) {
            giveBackLater(item, taken, e);
        }
        return taken;
    }

    private void deliver(MailQueueItem item, CompletableFuture<Void> taken) {
        try {
            settle(item.getMail(), attempt.run(item.getMail()));
            finish(item, taken);
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
