package org.relaycontrol.mailets;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueFactory;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.transport.mailets.remote.delivery.RemoteDeliveryConfiguration;
import org.apache.james.transport.matchers.RelayLimit;
import org.apache.mailet.Mail;
import org.apache.mailet.MatcherConfig;
import org.apache.mailet.MailetContext;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.GenericMailet;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.MailAddresses;
import org.relaycontrol.james.SpooledMail;
import org.relaycontrol.james.ThisServer;
import org.relaycontrol.nexthop.ClientSettings;
import org.relaycontrol.nexthop.DeliverySettings;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.HostFinder;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.smtpclient.KeptConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import com.google.inject.Inject;

/**
 * Delivers to where the policy sends each recipient: its next hops in order, else the smart host, else the mail exchangers of its domain.
 * It stands where stock's {@code RemoteDelivery} stands, at the end of the relaying processor, and ends the processing of the mail.
 *
 * <p>One queue serves all next hops. A mail is queued once for each next hop, and sent in one transaction, whatever the domains of its
 * recipients; the policy is asked again at each attempt. Connections are kept a few seconds for the next mail with the same settings.</p>
 *
 * <pre><code>
 * &lt;mailet match="All" class="org.relaycontrol.mailets.RouteDelivery"&gt;
 *   &lt;outgoingQueue&gt;relay&lt;/outgoingQueue&gt;
 *   &lt;bounceProcessor&gt;bounces&lt;/bounceProcessor&gt;
 * &lt;/mailet&gt;
 * </code></pre>
 *
 * <p>Parameters, all optional; those with a stock name mean what they mean in {@code RemoteDelivery}, and James does not start with any
 * other, {@code mail.*} of James's own SMTP client among them. What a named next hop says in the policy wins over them.</p>
 * <ul>
 * <li>{@code outgoingQueue}: name of the queue, {@code relay} by default. No other mailet may use it.</li>
 * <li>{@code delayTime}: waiting times between attempts; default {@value RetrySchedule#DEFAULT_DELAYS}, which is five days.</li>
 * <li>{@code maxRetries}: number of retries; by default as many as {@code delayTime} has.</li>
 * <li>{@code bounceProcessor}: processor for the recipients who do not get the mail; by default James writes a plain bounce.</li>
 * <li>{@code relayedProcessor}: processor for the recipients whose next hop has the mail and does not report delivery, if the sender asked
 *     for a report (RFC 3461, NOTIFY=SUCCESS): it should say {@code relayed}. By default nobody is told.</li>
 * <li>{@code deliveryThreads}: deliveries at once, 64 by default; a quarter of them at most to one next hop without
 *     {@code maxConnections}.</li>
 * <li>{@code maxReceived}: a mail with as many {@code Received} headers is looping and bounces; 100 by default (RFC 5321 section 6.3).</li>
 * <li>{@code reachedBy}: host names and addresses, separated by commas, by which others reach this server, besides those that James's
 *     SMTP servers announce and listen on: those of address translation, load balancers, containers. A domain that has this server among
 *     its mail exchangers (backup MX) gets its mail at those that are preferred to it alone (RFC 5321 section 5.1).</li>
 * <li>{@code heloName}: the name in EHLO; default: James's default domain.</li>
 * <li>{@code bind}: the address to connect from, or an IPv4 and an IPv6 one separated by a comma; by default the operating system
 *     chooses.</li>
 * <li>{@code connectiontimeout}: for a TCP connection, in milliseconds, 60000 by default.</li>
 * <li>{@code timeout}: for each reply, and for the host to take what is sent, in milliseconds; 600000 by default (RFC 5321 section
 *     4.5.3.2.6). With less, mail that the host takes longer to accept arrives twice.</li>
 * <li>{@code startTLS}: {@code true} encrypts to next hops without a name, and mail exchangers, if they offer it; default
 *     {@code false}.</li>
 * </ul>
 */
public final class RouteDelivery extends GenericMailet {

    private static final Logger LOGGER = LoggerFactory.getLogger(RouteDelivery.class);

    private static final String DEFAULT_QUEUE = "relay";
    private static final int DEFAULT_THREADS = 64;
    private static final int DEFAULT_MAX_RECEIVED = 100;
    private static final String OUTGOING_QUEUE = "outgoingQueue";
    private static final String RELAYED_PROCESSOR = "relayedProcessor";
    private static final String REACHED_BY = "reachedBy";
    private static final String BOUNCE_PROCESSOR = RemoteDeliveryConfiguration.BOUNCE_PROCESSOR;
    /** The last two are for the mailet container. */
    private static final Set<String> PARAMETERS = Set.of(OUTGOING_QUEUE, BOUNCE_PROCESSOR, RELAYED_PROCESSOR, REACHED_BY, "delayTime",
        "maxRetries", "deliveryThreads", "maxReceived", RemoteDeliveryConfiguration.HELO_NAME, RemoteDeliveryConfiguration.BIND,
        ClientSettings.CONNECT_TIMEOUT, ClientSettings.TIMEOUT, RemoteDeliveryConfiguration.START_TLS,
        "onMailetException", "onMatchException");
    private static final Duration FAILURE_DELAY = Duration.ofMinutes(1);
    private static final Duration SHUTDOWN_TIME = Duration.ofSeconds(10);

    private final NextHopLookup lookup;
    private final Dns dns;
    private final ThisServer thisServer;
    private final DomainList domainList;
    private final MailQueueFactory<?> queues;
    private final DeliverySettings shared;
    private @Nullable Running running;

    /** Delivers by the running policy. */
    @Inject
    public RouteDelivery(SpooledMail spooledMail, Dns dns, ThisServer thisServer, DomainList domainList,
            MailQueueFactory<?> queues, DeliverySettings shared) {
        this((mail, recipient) -> nextHops(spooledMail, mail, recipient), dns, thisServer, domainList, queues, shared);
    }

    RouteDelivery(NextHopLookup lookup, Dns dns, ThisServer thisServer, DomainList domainList, MailQueueFactory<?> queues,
            DeliverySettings shared) {
        this.lookup = lookup;
        this.dns = dns;
        this.thisServer = thisServer;
        this.domainList = domainList;
        this.queues = queues;
        this.shared = shared;
    }

    private static Optional<NextHops> nextHops(SpooledMail spooledMail, Mail mail, MailAddress recipient) {
        try {
            RoutingList routing = spooledMail.routing(mail, recipient);
            return Optional.ofNullable(routing.nextHops(routing.find(MailAddresses.domain(recipient)),
                MailAddresses.sender(mail.getMaybeSender())));
        } catch (IllegalArgumentException e) {
            // A domain that cannot be one is in no list, and DNS will not know it either: the mail bounces.
            return Optional.empty();
        }
    }

    /** What there is between {@link #init()} and {@link #destroy()}. */
    private static final class Running {

        private final MailQueue queue;
        private final Bounces bounces;
        private final RelayLimit loops;
        private final KeptConnections connections;
        private final DeliveryQueue deliveries;

        private Running(MailQueue queue, Bounces bounces, RelayLimit loops, KeptConnections connections, DeliveryQueue deliveries) {
            this.queue = queue;
            this.bounces = bounces;
            this.loops = loops;
            this.connections = connections;
            this.deliveries = deliveries;
        }
    }

    /**
     * Opens the queue and starts delivering.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if a parameter is unusable
     */
    @Override
    public void init() {
        requireKnownParameters();
        RetrySchedule schedule = RetrySchedule.parse(parameter("delayTime"), parameter("maxRetries"));
        int threads = number("deliveryThreads", DEFAULT_THREADS);
        RelayLimit loops = loops(number("maxReceived", DEFAULT_MAX_RECEIVED));
        ClientSettings settings = ClientSettings.of(this, domainList);
        Bounces bounces = new Bounces(getMailetContext(), parameter(BOUNCE_PROCESSOR), parameter(RELAYED_PROCESSOR));
        MailQueue queue = queues.createQueue(MailQueueName.of(parameter(OUTGOING_QUEUE).orElse(DEFAULT_QUEUE)));
        KeptConnections connections = new KeptConnections(certificates());
        HostFinder finder = new HostFinder(dns, thisServer.reachedBy(list(REACHED_BY)));
        shared.use(settings, finder);
        DeliveryAttempt attempt = new DeliveryAttempt(lookup, finder,
            new SmtpSender(getMailetContext(), new HostConnections(() -> settings, connections)));
        running = new Running(queue, bounces, loops, connections,
            new DeliveryQueue(queue, attempt, schedule, bounces, threads, FAILURE_DELAY));
    }

    private static SSLContext certificates() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private void requireKnownParameters() {
        Iterator<String> names = getInitParameterNames();
        while (names.hasNext()) {
            String name = names.next();
            if (name.startsWith(RemoteDeliveryConfiguration.JAVAX_PREFIX)) {
                throw new IllegalArgumentException(name + " is for James's own SMTP client, which RouteDelivery does not use; leave it out,"
                    + " and set what a next hop needs in relaycontrol.xml");
            }
            if (!PARAMETERS.contains(name)) {
                throw new IllegalArgumentException(name + " is no parameter of RouteDelivery; write one of "
                    + PARAMETERS.stream().sorted().collect(Collectors.joining(", ")) + ", or leave it out");
            }
        }
    }

    private Optional<String> parameter(String name) {
        return Optional.ofNullable(getInitParameter(name)).map(String::strip);
    }

    private List<String> list(String name) {
        return parameter(name).map(text -> Stream.of(text.split(",")).map(String::strip).collect(Collectors.toList())).orElse(List.of());
    }

    private int number(String name, int defaultValue) {
        Optional<String> text = parameter(name);
        try {
            int number = text.map(Integer::parseInt).orElse(defaultValue);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported like a number that is too low.
        }
        throw new IllegalArgumentException(name + " is '" + text.orElse("") + "'; write a number from 1, or leave it out for "
            + defaultValue);
    }

    private RelayLimit loops(int maxReceived) {
        RelayLimit loops = new RelayLimit();
        try {
            loops.init(new MatcherConfig() {
                @Override
                public String getCondition() {
                    return String.valueOf(maxReceived);
                }

                @Override
                public MailetContext getMailetContext() {
                    return RouteDelivery.this.getMailetContext();
                }

                @Override
                public String getMatcherName() {
                    return "RelayLimit";
                }
            });
            return loops;
        } catch (Exception e) {
            throw new IllegalStateException("RelayLimit does not take " + maxReceived, e);
        }
    }

    /**
     * Queues the mail once for each next hop of its recipients.
     *
     * @throws IllegalStateException if the queue does not take it; the mail then has the recipients who are not in the queue
     */
    @Override
    public void service(Mail mail) {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("RouteDelivery is not running");
        }
        try {
            if (now.loops.match(mail) != null) {
                bounceLoop(mail, now.bounces);
            } else {
                now.deliveries.add(mail);
            }
        } catch (Exception e) {
            throw new IllegalStateException("mail " + mail.getName() + " is not queued for " + mail.getRecipients(), e);
        }
        mail.setState(Mail.GHOST);
    }

    private static void bounceLoop(Mail mail, Bounces bounces) throws Exception {
        Outcome loop = Outcome.refused("this server", "554 5.4.6 too many Received headers: the mail is looping");
        LOGGER.error("{} from {} to {}: {}", mail.getName(), mail.getMaybeSender().asString(), mail.getRecipients(), loop.text());
        Map<MailAddress, Outcome> failures = new LinkedHashMap<>();
        mail.getRecipients().forEach(recipient -> failures.put(recipient, loop));
        bounces.bounce(mail, failures, true);
    }

    /** Stops delivering; what is not delivered stays in the queue. */
    @Override
    public void destroy() {
        Running now = running;
        running = null;
        if (now != null) {
            now.deliveries.stop(SHUTDOWN_TIME, now.connections::abort);
            now.connections.close();
            try {
                now.queue.close();
            } catch (IOException e) {
                LOGGER.warn("Cannot close the queue {}", now.queue.getName().asString(), e);
            }
        }
    }

    /** The processors for what is told to senders: James does not start without them. */
    @Override
    public Collection<ProcessingState> requiredProcessingState() {
        return Stream.of(BOUNCE_PROCESSOR, RELAYED_PROCESSOR)
            .flatMap(name -> parameter(name).stream())
            .map(ProcessingState::new)
            .collect(Collectors.toList());
    }

    @Override
    public String getMailetInfo() {
        return "RouteDelivery: delivers by the routing list of Relay Control";
    }
}
