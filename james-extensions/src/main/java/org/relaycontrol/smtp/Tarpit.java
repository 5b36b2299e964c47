package org.relaycontrol.smtp;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.smtp.SMTPSession;
import org.relaycontrol.policy.IpAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down a session that guesses recipients: from the eleventh on that does not exist, its next commands wait a second for each, as with
 * Postfix ({@code smtpd_soft_error_limit}, {@code smtpd_error_sleep_time}). Replies are not delayed, and no thread waits: the commands are
 * left unread in the connection meanwhile.
 */
final class Tarpit {

    /** So many recipients that do not exist cost nothing. */
    static final int FREE = 10;
    static final Duration DELAY = Duration.ofSeconds(1);
    /** However many recipients were named in one packet: clients give up after five minutes at most (RFC 5321, 4.5.3.2). */
    static final Duration MAX_DELAY = Duration.ofSeconds(30);

    private static final Logger LOGGER = LoggerFactory.getLogger(Tarpit.class);
    private static final AttachmentKey<Tarpit> KEY = AttachmentKey.of("org.relaycontrol.Tarpit", Tarpit.class);

    private final ProtocolTransport transport;
    private int named;
    private boolean paused;
    private long until;

    private Tarpit(ProtocolTransport transport) {
        this.transport = transport;
    }

    /** The session has named a recipient that does not exist, or that nobody was asked about since it names so many. */
    static void unknownRecipient(SMTPSession session, IpAddress client) {
        if (session instanceof ProtocolSessionImpl) {
            session.getAttachment(KEY, State.Connection).orElseGet(() -> {
                Tarpit tarpit = new Tarpit(((ProtocolSessionImpl) session).getProtocolTransport());
                session.setAttachment(KEY, tarpit, State.Connection);
                return tarpit;
            }).unknownRecipient(client, System.nanoTime());
        }
    }

    /** The session has sent a mail: whoever does counts from the beginning, as with Postfix. */
    static void mailAccepted(SMTPSession session) {
        session.getAttachment(KEY, State.Connection).ifPresent(Tarpit::mailAccepted);
    }

    private synchronized void mailAccepted() {
        named = 0;
    }

    private synchronized void unknownRecipient(IpAddress client, long now) {
        named++;
        if (named <= FREE) {
            return;
        }
        if (named == FREE + 1) {
            LOGGER.info("client={} has named more than {} recipients that do not exist: each further one delays its session by {} s",
                client, FREE, DELAY.toSeconds());
        }
        if (paused) {
            until = Math.min(until + DELAY.toNanos(), now + MAX_DELAY.toNanos());
        } else {
            paused = true;
            until = now + DELAY.toNanos();
            transport.setReadable(false);
            resumeAfter(DELAY.toNanos());
        }
    }

    private void resumeAfter(long nanos) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, Runnable::run).execute(this::resume);
    }

    private synchronized void resume() {
        long left = until - System.nanoTime();
        if (left > 0) {
            resumeAfter(left);
        } else {
            paused = false;
            transport.setReadable(true);
        }
    }
}
