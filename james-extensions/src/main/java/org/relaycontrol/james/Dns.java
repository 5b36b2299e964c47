package org.relaycontrol.james;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;
import org.xbill.DNS.lookup.ServerFailedException;

import com.google.common.net.InetAddresses;
import com.google.inject.Inject;
import com.google.inject.Singleton;

/**
 * Looks up DNS without blocking the caller, and tells "there is none" from "no answer for now", which James's DNS service does not.
 * The servers are those of {@code dnsservice.xml}; addresses in the operating system's hosts file come first. Names are absolute: no
 * search path. Answers are cached for DNS's own time to live within {@link #MIN_TTL} and {@link #MAX_TTL}. Futures never complete
 * exceptionally. Thread-safe.
 */
@Singleton
public final class Dns {

    /** An answer comes within this time, if only {@link DnsAnswer.Status#FAILED}. */
    public static final Duration TIME_OUT = Duration.ofSeconds(10);
    /** Answers are kept at least this long. */
    public static final Duration MIN_TTL = Duration.ofSeconds(30);
    /** Answers are kept at most this long. */
    public static final Duration MAX_TTL = Duration.ofHours(1);
    /** How long it is kept that a name or record does not exist. */
    public static final Duration NEGATIVE_TTL = Duration.ofMinutes(1);
    /** How long it is kept that there was no answer: long enough for the SMTP client that was told to come back. */
    public static final Duration FAILURE_TTL = Duration.ofSeconds(10);
    /** PTR records beyond these are ignored: an address with more names is no mail client. */
    public static final int MAX_PTR = 10;

    /** Records beyond these are ignored: whoever runs a client's reverse DNS must not be able to fill the memory. */
    static final int MAX_RECORDS = 50;
    static final int MAX_CACHED = 10_000;

    private static final Duration SERVER_TIME_OUT = Duration.ofSeconds(3);
    private static final int THREADS = 4;
    private static final int MAX_PENDING = 1_000;

    private final LookupSession session;
    private final Duration timeOut;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor pool = pool();
    private final AtomicInteger pending = new AtomicInteger();
    private final LongAdder lookUps = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder timeOuts = new LongAdder();
    private final Map<Question, Cached> cache = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Cached> eldest) {
            return size() > MAX_CACHED;
        }
    };

    /**
     * Looks up at the servers that James uses.
     *
     * @throws IllegalArgumentException if {@code dnsservice.xml} cannot be read or names an unusable server
     */
    @Inject
    public Dns(ConfigurationProvider configurations) {
        this(servers(configurations), TIME_OUT, System::nanoTime);
    }

    Dns(List<InetSocketAddress> servers, Duration timeOut, LongSupplier nanoTime) {
        this.session = LookupSession.builder().resolver(resolver(servers)).executor(pool).defaultHostsFileParser().build();
        this.timeOut = timeOut;
        this.nanoTime = nanoTime;
    }

    private static List<InetSocketAddress> servers(ConfigurationProvider configurations) {
        try {
            return DnsServers.from(configurations.getConfiguration("dnsservice"));
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException("dnsservice.xml cannot be read; " + e.getMessage(), e);
        }
    }

    private static Resolver resolver(List<InetSocketAddress> servers) {
        List<Resolver> resolvers = servers.stream().map(SimpleResolver::new).collect(Collectors.toList());
        resolvers.forEach(resolver -> resolver.setTimeout(SERVER_TIME_OUT));
        ExtendedResolver all = new ExtendedResolver(resolvers);
        all.setTimeout(TIME_OUT);
        return all;
    }

    private static ThreadPoolExecutor pool() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "relaycontrol-dns-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** The names of an address (PTR), lower-case, without trailing dot: at most {@link #MAX_PTR}, in the order of the answer. */
    public CompletableFuture<DnsAnswer<String>> names(InetAddress address) {
        return lookUp(ReverseMap.fromAddress(address), Type.PTR).thenApply(answer -> {
            if (answer.records().size() > MAX_PTR) {
                return DnsAnswer.found(answer.records().subList(0, MAX_PTR)).map(record -> text(((PTRRecord) record).getTarget()));
            }
            return answer.map(record -> text(((PTRRecord) record).getTarget()));
        });
    }

    /** The IPv4 addresses of a name (A). */
    public CompletableFuture<DnsAnswer<InetAddress>> ipv4(String name) {
        return lookUp(name, Type.A).thenApply(answer -> answer.map(record -> ((ARecord) record).getAddress()));
    }

    /** The IPv6 addresses of a name (AAAA). */
    public CompletableFuture<DnsAnswer<InetAddress>> ipv6(String name) {
        return lookUp(name, Type.AAAA).thenApply(answer -> answer.map(record -> ((AAAARecord) record).getAddress()));
    }

    /**
     * The addresses of a name, IPv4 first (A and AAAA, looked up at the same time). If one of the two look-ups fails for now, the other's
     * addresses are the answer, and if it has none, so is the failure. Of an address, the address itself: some MX records hold one.
     */
    public CompletableFuture<DnsAnswer<InetAddress>> addresses(String name) {
        if (InetAddresses.isInetAddress(name)) {
            return CompletableFuture.completedFuture(DnsAnswer.found(List.of(InetAddresses.forString(name))));
        }
        return ipv4(name).thenCombine(ipv6(name), Dns::both);
    }

    private static DnsAnswer<InetAddress> both(DnsAnswer<InetAddress> ipv4, DnsAnswer<InetAddress> ipv6) {
        List<InetAddress> addresses = new ArrayList<>(ipv4.records());
        addresses.addAll(ipv6.records());
        if (!addresses.isEmpty()) {
            return DnsAnswer.found(addresses);
        }
        return ipv6.status() == DnsAnswer.Status.FAILED ? ipv6 : ipv4;
    }

    /** The mail exchangers of a domain (MX) in the order of the answer. */
    public CompletableFuture<DnsAnswer<MailExchanger>> mailExchangers(String domain) {
        return lookUp(domain, Type.MX).thenApply(answer -> answer.map(record -> {
            MXRecord mx = (MXRecord) record;
            return new MailExchanger(mx.getPriority(), mx.getTarget().equals(Name.root) ? "" : text(mx.getTarget()));
        }));
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }

    private CompletableFuture<DnsAnswer<Record>> lookUp(String name, int type) {
        try {
            return lookUp(Name.fromString(name, Name.root), type);
        } catch (TextParseException e) {
            // Longer than any name in DNS can be, or with an empty label.
            return CompletableFuture.completedFuture(DnsAnswer.noSuchName());
        }
    }

    private CompletableFuture<DnsAnswer<Record>> lookUp(Name name, int type) {
        Question question = new Question(name, type);
        lookUps.increment();
        synchronized (cache) {
            Cached cached = cache.get(question);
            if (cached == null || cached.isExpired(nanoTime.getAsLong())) {
                cached = new Cached(ask(name, type), nanoTime);
                cache.put(question, cached);
            } else {
                hits.increment();
            }
            return cached.answer;
        }
    }

    private CompletableFuture<Reply> ask(Name name, int type) {
        if (pending.incrementAndGet() > MAX_PENDING) {
            pending.decrementAndGet();
            return failed("too many look-ups at once");
        }
        try {
            // On the pool from the start: reading the hosts file and writing to a socket may block.
            return CompletableFuture.supplyAsync(() -> session.lookupAsync(name, type), pool)
                .thenCompose(stage -> stage)
                .thenApply(Reply::of)
                .orTimeout(timeOut.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(Reply::of)
                .whenComplete((reply, none) -> {
                    pending.decrementAndGet();
                    count(reply);
                });
        } catch (RejectedExecutionException e) {
            pending.decrementAndGet();
            return failed("shutting down");
        }
    }

    private CompletableFuture<Reply> failed(String problem) {
        Reply reply = Reply.failed(problem, false);
        count(reply);
        return CompletableFuture.completedFuture(reply);
    }

    private void count(Reply reply) {
        if (reply.answer.status() == DnsAnswer.Status.FAILED) {
            failures.increment();
        }
        if (reply.timedOut) {
            timeOuts.increment();
        }
    }

    /** How many questions there were since James started, those answered from the cache included. */
    public long lookUps() {
        return lookUps.sum();
    }

    /** How many questions were answered from the cache, or joined one that was under way. */
    public long hits() {
        return hits.sum();
    }

    /** How many questions that were asked failed for now, time-outs included. */
    public long failures() {
        return failures.sum();
    }

    /** How many questions that were asked had no answer in time. */
    public long timeOuts() {
        return timeOuts.sum();
    }

    /** An answer and how long it may be kept. */
    private static final class Reply {

        private final DnsAnswer<Record> answer;
        private final Duration timeToLive;
        private final boolean timedOut;

        private Reply(DnsAnswer<Record> answer, Duration timeToLive, boolean timedOut) {
            this.answer = answer;
            this.timeToLive = timeToLive;
            this.timedOut = timedOut;
        }

        private static Reply failed(String problem, boolean timedOut) {
            return new Reply(DnsAnswer.failed(problem), FAILURE_TTL, timedOut);
        }

        private static Reply of(LookupResult result) {
            List<Record> all = result.getRecords();
            if (all.isEmpty()) {
                return new Reply(DnsAnswer.noData(), NEGATIVE_TTL, false);
            }
            List<Record> records = List.copyOf(all.subList(0, Math.min(MAX_RECORDS, all.size())));
            long seconds = records.stream().mapToLong(Record::getTTL).min().orElse(0);
            return new Reply(DnsAnswer.found(records),
                Duration.ofSeconds(Math.min(MAX_TTL.toSeconds(), Math.max(MIN_TTL.toSeconds(), seconds))), false);
        }

        private static Reply of(Throwable failure) {
            Throwable cause = failure;
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof NoSuchDomainException) {
                return new Reply(DnsAnswer.noSuchName(), NEGATIVE_TTL, false);
            }
            if (cause instanceof NoSuchRRSetException) {
                return new Reply(DnsAnswer.noData(), NEGATIVE_TTL, false);
            }
            if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
                return failed("no answer in time", true);
            }
            if (cause instanceof ServerFailedException) {
                return failed("SERVFAIL", false);
            }
            return failed(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), false);
        }
    }

    /** What was asked, and the answer once it has come. */
    private static final class Cached {

        private final CompletableFuture<DnsAnswer<Record>> answer;
        private volatile long expiry;
        private volatile boolean isAnswered;

        private Cached(CompletableFuture<Reply> asked, LongSupplier nanoTime) {
            answer = asked.thenApply(reply -> {
                expiry = nanoTime.getAsLong() + reply.timeToLive.toNanos();
                isAnswered = true;
                return reply.answer;
            });
        }

        private boolean isExpired(long now) {
            return isAnswered && now - expiry >= 0;
        }
    }

    /** Name and type of the records looked up. */
    private static final class Question {

        private final Name name;
        private final int type;

        private Question(Name name, int type) {
            this.name = name;
            this.type = type;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Question && type == ((Question) other).type && name.equals(((Question) other).name);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, type);
        }
    }
}
