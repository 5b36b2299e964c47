package org.relaycontrol.verification;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.nexthop.Credentials;
import org.relaycontrol.nexthop.DeliverySettings;
import org.relaycontrol.nexthop.Host;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.HostConnections.Limits;
import org.relaycontrol.nexthop.HostFinder.Hosts;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.nexthop.SlowHosts;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.NextHop;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.smtpclient.KeptConnections;
import org.relaycontrol.smtpclient.Reply;
import org.relaycontrol.smtpclient.SmtpConnection;
import org.relaycontrol.smtpclient.SmtpException;
import org.relaycontrol.smtpclient.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks next hops by the dialogue that delivers mail, up to RCPT: with the null sender, so that nobody who asks back by the same means goes
 * round in circles, and without DATA. The hosts of a next hop are tried in order until one answers. One that accepts a recipient is asked
 * for one that cannot exist, once an hour and domain: if it accepts that, too, its answers say nothing. Thread-safe.
 */
final class Callout implements Questioner {

    /** Connections at once to a next hop. */
    static final int MAX_CONNECTIONS = 4;
    /** How long it is believed whether a next hop accepts every recipient of a domain. */
    static final Duration ACCEPTS_ALL_TTL = Duration.ofHours(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(Callout.class);

    private static final int MAX_DOMAINS = 100_000;
    /** Of the time for a question, how much one host may take to connect: others are to have their turn. */
    private static final int CONNECT_SHARE = 3;

    private final DeliverySettings settings;
    private final KeptConnections kept;
    private final HostConnections connections;
    private final SlowHosts slowHosts = new SlowHosts(Ticker.systemTicker());
    private final Cache<Question, Discernment> discernment;

    /** Asks over these connections. */
    Callout(DeliverySettings settings, KeptConnections connections, Ticker ticker) {
        this.settings = settings;
        this.kept = connections;
        this.connections = new HostConnections(settings::client, connections);
        this.discernment = CacheBuilder.newBuilder()
            .maximumSize(MAX_DOMAINS)
            .expireAfterWrite(ACCEPTS_ALL_TTL)
            .ticker(ticker)
            .build();
    }

    /** Whether a next hop tells the recipients of a domain apart. */
    private enum Discernment {
        BEING_TRIED, TELLS_APART, ACCEPTS_ALL
    }

    /** Whether the target is known to accept every recipient of the domain, so that asking it is of no use. */
    boolean acceptsAll(Target target, DomainName domain) {
        return discernment.getIfPresent(anybody(target, domain)) == Discernment.ACCEPTS_ALL;
    }

    private static Question anybody(Target target, DomainName domain) {
        return Question.of(target, Recipient.of("", domain));
    }

    @Override
    public Answer ask(Target target, Recipient recipient, String recipientDelimiter, Duration timeout) {
        if (!Transaction.isSendable(recipient.toString())) {
            return Answer.of(Answer.Kind.UNKNOWN, "the address cannot be sent by SMTP");
        }
        return new Inquiry(target, recipient, timeout).answer();
    }

    @Override
    public void close() {
        kept.abort();
        kept.close();
    }

    /** One question, to one host after the other. */
    private final class Inquiry {

        private final Target target;
        private final Recipient recipient;
        private final Limits limits;
        private final long deadline;
        private final List<Host> lastResorts = new ArrayList<>();
        private Answer latest = Answer.of(Answer.Kind.UNREACHABLE, "no time left");

        private Inquiry(Target target, Recipient recipient, Duration timeout) {
            this.target = target;
            this.recipient = recipient;
            this.limits = Limits.of(timeout.dividedBy(CONNECT_SHARE), timeout, MAX_CONNECTIONS);
            this.deadline = System.nanoTime() + timeout.toNanos();
        }

        private Answer answer() {
            Optional<NextHops> hops = target.nextHops();
            if (hops.isEmpty()) {
                Answer answer = askAll(settings.finder().findForDomain(target.mxDomain()));
                return answer == null ? askSlow() : answer;
            }
            List<NextHop> order = new ArrayList<>(hops.get().hosts());
            if (hops.get().balance()) {
                Collections.shuffle(order);
            }
            for (NextHop hop : order) {
                Answer answer = askAll(settings.finder().find(hop));
                if (answer != null) {
                    return answer;
                }
            }
            return askSlow();
        }

        private Answer askSlow() {
            for (Host host : lastResorts) {
                Answer answer = ask(host);
                if (answer != null) {
                    return answer;
                }
            }
            return latest;
        }

        /** What the first of the hosts says that says anything, or null. */
        private @Nullable Answer askAll(Hosts hosts) {
            Outcome failure = hosts.failure();
            if (failure != null) {
                String text = failure.where() + ": " + failure.text();
                if (failure.kind() == Outcome.Kind.REFUSED) {
                    // There is nowhere to send mail to, and it would bounce.
                    return Answer.of(Answer.Kind.UNKNOWN, text);
                }
                latest = latest.kind() == Answer.Kind.UNREACHABLE ? Answer.of(Answer.Kind.UNREACHABLE, text) : latest;
                return null;
            }
            for (Host host : hosts.hosts()) {
                if (slowHosts.contains(host)) {
                    lastResorts.add(host);
                } else {
                    Answer answer = ask(host);
                    if (answer != null) {
                        return answer;
                    }
                }
            }
            return null;
        }

        private @Nullable Answer ask(Host host) {
            long start = System.nanoTime();
            if (start - deadline >= 0) {
                return latest;
            }
            Answer answer;
            try {
                answer = connections.talk(host, target.nextHops(), limits, connection -> hold(connection, host));
            } catch (SmtpException | Credentials.MissingPasswordException e) {
                answer = Answer.of(Answer.Kind.UNREACHABLE, host + ": " + e.getMessage());
            }
            boolean failed = answer.kind() == Answer.Kind.UNREACHABLE;
            slowHosts.note(host, failed, Duration.ofNanos(System.nanoTime() - start));
            if (!failed || latest.kind() == Answer.Kind.UNREACHABLE) {
                latest = answer;
            }
            // Of what one host cannot tell now, the next one may know more.
            return failed || answer.kind() == Answer.Kind.UNDETERMINED ? null : answer;
        }

        private Answer hold(SmtpConnection connection, Host host) throws SmtpException {
            Reply reply = connection.ask(new Transaction.Recipient(recipient.toString()));
            Answer.Kind kind = CalloutReply.kind(reply);
            Question anybody = anybody(target, recipient.domain());
            if (reply.isPositive() && discernment.asMap().putIfAbsent(anybody, Discernment.BEING_TRIED) == null) {
                kind = tellsApart(connection, anybody, host) ? kind : Answer.Kind.ACCEPTS_ALL;
            }
            return Answer.of(kind, host + ": " + reply);
        }

        private boolean tellsApart(SmtpConnection connection, Question anybody, Host host) throws SmtpException {
            String nobody = "relaycontrol-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "@" + recipient.domain();
            boolean tried = false;
            try {
                Reply reply = connection.ask(new Transaction.Recipient(nobody));
                boolean apart = !reply.isPositive();
                if (!apart) {
                    LOGGER.warn("{} accepts any recipient of {}, as {} has accepted {}: for an hour it is not asked whether they exist;"
                        + " let it refuse those that do not, or list those that do", target, recipient.domain(), host, nobody);
                }
                discernment.put(anybody, apart ? Discernment.TELLS_APART : Discernment.ACCEPTS_ALL);
                tried = true;
                return apart;
            } finally {
                if (!tried) {
                    discernment.invalidate(anybody);
                }
            }
        }
    }
}
