package org.relaycontrol.it.harness;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.User;

/**
 * Clients of all kinds that send mail of all kinds, at random. Each reply is compared with what the policy decides when it is asked by
 * itself, outside James; each recipient whose mail James has accepted is remembered.
 */
public final class MailLoad implements AutoCloseable {
    /** A user of the server, in its only domain. */
    public static final String USER = "alice@ratest.com";
    /** How the mails' subjects begin; their number follows. */
    public static final String SUBJECT = "soak ";
    /** Mail from numbered senders in this domain; it is where bounces go. */
    public static final String SENDERS = "relay1.example";
    /** How many clients have names. */
    public static final int NAMED_CLIENTS = 200;
    /** How local parts begin whose mail the next hop refuses, so that it bounces. */
    public static final String BAD = "bad";
    /** The domain that one policy relays and another rejects: mail that is accepted before it is rejected goes to its MX, and bounces. */
    public static final String FLIPPING = "flip.example";

    private static final DomainName HOSTED = DomainName.of("ratest.com");
    private static final String SERVER = "127.0.0.2";
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int MOST_RECIPIENTS = 4;
    private static final int LONGEST_SESSION = 10;
    /** One in so many sessions ends with a reset; one in so many mails to the user is sent. */
    private static final int SELDOM = 20;
    private static final List<String> RECIPIENTS = List.of(USER, "nobody%d@ratest.com", "r%d@relay0.example", "r%d@relay1.example",
        "r%d@relay2.example", BAD + "%d@relay2.example", "r%d@route.example", "r%d@reject.example", "r%d@unlisted.example",
        "r%d%%unlisted.example@ratest.com", "r%d@" + FLIPPING, "r%d@managed.example", "r%d@listed.example");

    private final RelayServer server;
    private final String secret;
    private final List<RelayPolicies> versions;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final LongAdder verdicts = new LongAdder();
    private final LongAdder deferred = new LongAdder();
    private final LongAdder mails = new LongAdder();
    private final Map<Delivery, Boolean> accepted = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean ending;

    private MailLoad(RelayServer server, String secret, List<RelayPolicies> versions) {
        this.server = server;
        this.secret = secret;
        this.versions = versions;
    }

    /**
     * Begins.
     *
     * @param secret the user's password
     * @param versions the policies any of which may be in force
     */
    public static MailLoad begin(RelayServer server, String secret, List<RelayPolicies> versions, int clients, long seed) {
        MailLoad load = new MailLoad(server, secret, versions);
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> load.run(random), "mail-load");
            thread.setDaemon(true);
            load.threads.add(thread);
            thread.start();
        }
        return load;
    }

    /** What a client is: where it comes from, what DNS calls it, who it authenticates as. */
    private static final class Client {
        private final String name;
        private final String address;
        private final ClientHost host;
        private final String user;

        private Client(String name, String address, ClientHost host, String user) {
            this.name = name;
            this.address = address;
            this.host = host;
            this.user = user;
        }

        static Client any(Random random) {
            switch (random.nextInt(6)) {
                case 0:
                    return new Client("stranger", "127.51.100." + (1 + random.nextInt(100)), ClientHost.NONE, null);
                case 1:
                    return new Client("office", "127.168.1.8", ClientHost.NONE, null);
                case 2:
                    return new Client("never", "127.168.1.66", ClientHost.NONE, null);
                case 3:
                    int number = random.nextInt(NAMED_CLIENTS);
                    return new Client("named", namedClient(number), ClientHost.named(DomainName.of(nameOfClient(number))), null);
                case 4:
                    return new Client("refused", "127.66.0.9", ClientHost.NONE, null);
                default:
                    return new Client("authenticated", "127.51.100.200", ClientHost.NONE, USER);
            }
        }

        @Override
        public String toString() {
            return name + " " + address;
        }
    }

    /** The address of a client that DNS has a name for, from 0 to {@link #NAMED_CLIENTS}, exclusive. */
    public static String namedClient(int number) {
        return "127.20.0." + (1 + number);
    }

    /** The name that DNS has for it. */
    public static String nameOfClient(int number) {
        return "pc" + number + ".branch.example.com";
    }

    /** A mail's number and one of its recipients. */
    public static final class Delivery {
        private final long number;
        private final String recipient;

        public Delivery(long number, String recipient) {
            this.number = number;
            this.recipient = recipient;
        }

        public long number() {
            return number;
        }

        public String recipient() {
            return recipient;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Delivery && ((Delivery) other).number == number && ((Delivery) other).recipient.equals(recipient);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number) * 31 + recipient.hashCode();
        }

        @Override
        public String toString() {
            return "mail " + number + " to " + recipient;
        }
    }

    private void run(Random random) {
        while (!ending) {
            Client client = Client.any(random);
            try {
                session(client, random);
            } catch (IllegalStateException | UncheckedIOException e) {
                failures.add(client + ": " + e + ", " + e.getCause());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void session(Client client, Random random) {
        SmtpClient smtp = SmtpClient.connect(client.address, SERVER, server.port(25));
        try (smtp) {
            boolean refused = !versions.get(0)
                .mayConnect(IpAddress.parse(client.address), IpAddress.parse(SERVER), server.port(25), client.host);
            expect(refused ? 554 : 220, smtp.greeting());
            if (refused) {
                verdicts.increment();
                return;
            }
            smtp.ehlo();
            if (client.user != null) {
                smtp.startTls();
                expect(235, smtp.auth(client.user, secret));
            }
            for (int i = random.nextInt(LONGEST_SESSION); i >= 0 && !ending; i--) {
                transaction(client, smtp, random);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            if (random.nextInt(SELDOM) == 0) {
                smtp.reset();
            } else {
                expect(221, smtp.command("QUIT"));
            }
        }
    }

    private void transaction(Client client, SmtpClient smtp, Random random) {
        long number = numbers.incrementAndGet();
        expect(250, smtp.mail(client.user == null ? "s" + number + "@" + SENDERS : client.user));
        Set<String> recipients = new LinkedHashSet<>();
        for (int i = random.nextInt(MOST_RECIPIENTS); i >= 0; i--) {
            String recipient = String.format(RECIPIENTS.get(random.nextInt(RECIPIENTS.size())), number);
            // What bounces to the user would be counted as mail to the user.
            if (client.user == null || !mayBounce(recipient)) {
                recipients.add(recipient);
            }
        }
        List<String> permitted = recipients.stream().filter(recipient -> isPermitted(client, smtp, recipient)).collect(Collectors.toList());
        // The user's mail stays in James's memory.
        if (permitted.isEmpty() || permitted.contains(USER) && random.nextInt(SELDOM) > 0) {
            expect(250, smtp.command("RSET"));
            return;
        }
        expect(250, smtp.data(SUBJECT + number));
        mails.increment();
        permitted.forEach(recipient -> accepted.put(new Delivery(number, recipient), true));
    }

    /** Whether the sender may get a bounce in place of the recipient's getting the mail. */
    public static boolean mayBounce(String recipient) {
        return recipient.startsWith(BAD) || recipient.endsWith("@" + FLIPPING);
    }

    private boolean isPermitted(Client client, SmtpClient smtp, String recipient) {
        String reply = smtp.rcpt(recipient).toString();
        List<String> right = versions.stream()
            .flatMap(version -> List.of(client.host, ClientHost.UNKNOWN).stream().map(host -> reply(version, client, host, recipient)))
            .distinct()
            .collect(Collectors.toList());
        if (right.stream().noneMatch(reply::startsWith)) {
            failures.add(client + " to " + recipient + ": " + reply + " in place of " + right);
        }
        verdicts.increment();
        if (reply.startsWith("451")) {
            deferred.increment();
        }
        return reply.startsWith("250");
    }

    /** How the reply begins. */
    private String reply(RelayPolicies policies, Client client, ClientHost host, String address) {
        Recipient recipient = Recipient.parse(address, HOSTED);
        Decision decision = policies.decide(Envelope.smtp(IpAddress.parse(client.address), IpAddress.parse(SERVER), server.port(25),
            client.user == null ? null : User.of(client.user), host, recipient), HOSTED::equals, true);
        if (!decision.isPermit()) {
            // AUTH would be offered after STARTTLS.
            return org.relaycontrol.policy.SmtpReply.of(decision, recipient, true).toString();
        }
        return decision.route() == Decision.Route.INBOUND && !address.equals(USER) ? "550 5.1.1 " : "250 ";
    }

    private static void expect(int code, SmtpReply reply) {
        if (reply.code() != code) {
            throw new IllegalStateException("expected " + code + " but got: " + reply);
        }
    }

    /** Ends when every client has finished its transaction. */
    public void end() {
        ending = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        ending = true;
    }

    /** What went otherwise than it should. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Which recipients James has accepted a mail for. */
    public Set<Delivery> accepted() {
        return Set.copyOf(accepted.keySet());
    }

    /** How many connections and recipients were decided. */
    public long verdicts() {
        return verdicts.sum();
    }

    /** How many recipients were put off. */
    public long deferred() {
        return deferred.sum();
    }

    /** How many mails James has accepted. */
    public long mails() {
        return mails.sum();
    }
}
