package org.relaycontrol.mailets;

import static org.mockito.Mockito.mock;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;

import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.remote.delivery.InternetAddressConverter;
import org.apache.james.transport.mailets.remote.delivery.MailDelivrerToHost;
import org.apache.james.transport.mailets.remote.delivery.RemoteDeliveryConfiguration;
import org.apache.james.util.MimeMessageUtil;
import org.apache.mailet.HostAddress;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.relaycontrol.nexthop.ClientSettings;
import org.relaycontrol.nexthop.Host;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.Outcome;
import org.relaycontrol.smtpclient.KeptConnections;

/**
 * How many mails of 4 KB a second go to Postfix's {@code smtp-sink} on loopback: by James's own SMTP client, which connects anew for each,
 * and by ours, with and without keeping connections; in turn, in one run. Not a test: run its {@link #main}.
 */
public final class DeliveryBench {

    private static final int ROUNDS = 11;
    private static final long ROUND_MILLIS = 1_500;
    private static final String MESSAGE = "Subject: x\r\n\r\n" + ("x".repeat(70) + "\r\n").repeat(57);
    private static final String HELO_NAME = "relay.example";

    private final int port;
    private final int threads;
    private final MailAddress recipient = new MailAddress("joe@a.example");

    private DeliveryBench(int port, int threads) throws Exception {
        this.port = port;
        this.threads = threads;
    }

    /** Sends one mail. */
    private interface Sending {

        void send(Mail mail) throws Exception;
    }

    /**
     * Measures.
     *
     * @param arguments how many threads send at once; 8 if none is given
     */
    public static void main(String[] arguments) throws Exception {
        int port = SmtpNextHop.freePort();
        Path log = Files.createTempFile("smtp-sink", ".log");
        Process sink = new ProcessBuilder("smtp-sink", "-u", "nobody", "127.0.0.1:" + port, "1000").redirectErrorStream(true)
            .redirectOutput(log.toFile()).start();
        try {
            awaitListening(port);
            new DeliveryBench(port, arguments.length == 0 ? 8 : Integer.parseInt(arguments[0])).run();
        } finally {
            sink.destroy();
            Files.delete(log);
        }
    }

    private static void awaitListening(int port) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port));
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        throw new IllegalStateException("smtp-sink does not listen; is Postfix installed, and is this run by root?");
    }

    private void run() throws Exception {
        FakeMailetConfig config = FakeMailetConfig.builder().mailetContext(FakeMailContext.defaultContext())
            .setProperty(RemoteDeliveryConfiguration.HELO_NAME, HELO_NAME).build();
        try (KeptConnections connections = new KeptConnections(SSLContext.getDefault())) {
            ClientSettings settings = ClientSettings.of(config, mock(DomainList.class));
            SmtpSender sender = new SmtpSender(config.getMailetContext(), new HostConnections(() -> settings, connections));
            Host host = new Host("127.0.0.1", InetAddress.getByName("127.0.0.1"), port, false);
            Sending kept = mail -> requireDelivered(sender.send(mail, List.of(recipient), host, Optional.empty()));
            Map<String, Sending> ways = new LinkedHashMap<>();
            ways.put("James's client", james(config));
            ways.put("ours, new connections", mail -> {
                kept.send(mail);
                connections.closeWaiting(Optional.empty());
            });
            ways.put("ours, kept connections", kept);
            report(measure(ways));
        }
    }

    @SuppressWarnings("deprecation") // James has nothing but HostAddress for its SMTP client.
    private Sending james(FakeMailetConfig config) throws Exception {
        MailDelivrerToHost client = new MailDelivrerToHost(new RemoteDeliveryConfiguration(config, mock(DomainList.class)),
            config.getMailetContext());
        HostAddress host = new HostAddress("127.0.0.1", "smtp://127.0.0.1:" + port);
        return mail -> client.tryDeliveryToHost(mail, InternetAddressConverter.convert(List.of(recipient)), host);
    }

    private static void requireDelivered(Map<MailAddress, Outcome> outcomes) {
        if (outcomes.values().stream().anyMatch(outcome -> outcome.kind() != Outcome.Kind.DELIVERED)) {
            throw new IllegalStateException(outcomes.toString());
        }
    }

    private Map<String, List<Double>> measure(Map<String, Sending> ways) throws Exception {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int round = -1; round < ROUNDS; round++) {
            for (Map.Entry<String, Sending> way : ways.entrySet()) {
                double rate = rate(way.getValue());
                if (round >= 0) {
                    rates.computeIfAbsent(way.getKey(), name -> new ArrayList<>()).add(rate);
                }
            }
        }
        return rates;
    }

    private double rate(Sending sending) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        long start = System.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS);
        Callable<Long> loop = () -> {
            Mail mail = MailImpl.builder().name("m").sender("a@relay.example").addRecipient(recipient)
                .mimeMessage(MimeMessageUtil.mimeMessageFromString(MESSAGE)).build();
            long sent = 0;
            while (System.nanoTime() < end) {
                sending.send(mail);
                sent++;
            }
            return sent;
        };
        long sent = 0;
        for (Future<Long> one : pool.invokeAll(Collections.nCopies(threads, loop))) {
            sent += one.get();
        }
        pool.shutdown();
        return sent / ((System.nanoTime() - start) / 1e9);
    }

    private void report(Map<String, List<Double>> rates) {
        double[] base = sorted(rates.values().iterator().next());
        rates.forEach((name, all) -> {
            double[] sorted = sorted(all);
            System.out.printf(Locale.ROOT, "%-24s %7.0f mails/s (%.0f to %.0f), %.1f times James's%n", name, median(sorted), sorted[0],
                sorted[sorted.length - 1], median(sorted) / median(base));
        });
    }

    private static double[] sorted(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
