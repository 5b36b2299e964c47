package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueue;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.mailet.Mail;
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.relaycontrol.james.FakeDnsServer;
import org.relaycontrol.james.TestDns;
import org.relaycontrol.james.TestServers;
import org.relaycontrol.nexthop.ClientSettings;
import org.relaycontrol.nexthop.HostConnections;
import org.relaycontrol.nexthop.HostFinder;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.smtpclient.KeptConnections;

import reactor.core.publisher.Flux;

/** What happens to mails when something other than a next hop fails. */
class DeliveryQueueTest {

    private static final Duration FAILURE_DELAY = Duration.ofMillis(300);

    private final Map<String, NextHops> routes = new ConcurrentHashMap<>();
    private final AtomicBoolean policyBroken = new AtomicBoolean();
    private final AtomicInteger lookUps = new AtomicInteger();
    private final Bounces bounces = mock(Bounces.class);
    private final List<SmtpNextHop> servers = new ArrayList<>();
    private final MailQueue queue = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory())
        .createQueue(MailQueueName.of("relay"));
    private KeptConnections connections;
    private FakeDnsServer dnsServer;
    private @Nullable DeliveryQueue deliveries;

    @BeforeEach
    void setUp() throws Exception {
        connections = new KeptConnections(SSLContext.getDefault());
        dnsServer = new FakeDnsServer();
    }

    @AfterEach
    void tearDown() throws IOException {
        for (SmtpNextHop server : servers) {
            server.close();
        }
        if (deliveries != null) {
            deliveries.stop(Duration.ofSeconds(5), connections::abort);
        }
        connections.close();
        dnsServer.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private SmtpNextHop hop(String domain) throws IOException {
        SmtpNextHop hop = SmtpNextHop.on("127.0.0.1");
        servers.add(hop);
        routes.put(domain, NextHops.parse("127.0.0.1:" + hop.port()));
        return hop;
    }

    private void start(MailQueue source, int threads, String... parameters) throws Exception {
        DomainList domains = mock(DomainList.class);
        when(domains.getDefaultDomain()).thenReturn(Domain.of("relay.example"));
        FakeMailetConfig.Builder config = FakeMailetConfig.builder().mailetContext(FakeMailContext.defaultContext());
        for (int i = 0; i < parameters.length; i += 2) {
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        NextHopLookup lookup = (mail, recipient) -> {
            lookUps.incrementAndGet();
            if (policyBroken.get()) {
                throw new IllegalStateException("no policy");
            }
            return Optional.ofNullable(routes.get(recipient.getDomain().asString()));
        };
        FakeMailetConfig settings = config.build();
        ClientSettings client = ClientSettings.of(settings, domains);
        DeliveryAttempt attempt = new DeliveryAttempt(lookup, new HostFinder(TestDns.asking(dnsServer), TestServers.nowhere()),
            new SmtpSender(settings.getMailetContext(), new HostConnections(() -> client, connections)));
        RetrySchedule schedule = RetrySchedule.parse(Optional.of("100 * 100 ms"), Optional.empty());
        deliveries = new DeliveryQueue(source, attempt, schedule, bounces, threads, FAILURE_DELAY);
    }

    private static MailImpl mail(String recipient) throws Exception {
        return MailImpl.builder().name("m-" + recipient).sender("sender@relay.example").addRecipient(recipient)
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setText("Body").build()).build();
    }

    private void enqueue(String recipient) throws Exception {
        MailImpl mail = mail(recipient);
        queue.enQueue(mail);
        LifecycleUtil.dispose(mail);
    }

    @Test
    void shouldKeepTheMailWithoutAHotLoopWhenThePolicyFails() throws Exception {
        SmtpNextHop hop = hop("a.example");
        policyBroken.set(true);
        start(queue, 2);

        enqueue("joe@a.example");
        await().until(() -> lookUps.get() > 1);
        assertThat(lookUps).hasValueLessThan(5);
        policyBroken.set(false);

        await().until(() -> hop.recipients().equals(List.of("joe@a.example")));
    }

    @Test
    void shouldKeepTheRecipientsWhoseBounceFails() throws Exception {
        SmtpNextHop hop = hop("a.example").answering("joe@a.example", "550 5.1.1 no such user");
        doThrow(new IllegalStateException("no spool")).doNothing().when(bounces).bounce(any(), any(), Mockito.anyBoolean());
        start(queue, 2);

        enqueue("joe@a.example");

        await().until(() -> hop.transactions() == 2);
        await().untilAsserted(() -> Mockito.verify(bounces, Mockito.times(2)).bounce(any(), any(), Mockito.eq(true)));
    }

    @Test
    void shouldDeliverToOthersWhileOneNextHopDoesNotAnswer() throws Exception {
        SmtpNextHop hanging = hop("slow.example").answering("greeting", SmtpNextHop.SILENCE);
        SmtpNextHop hop = hop("a.example");
        start(queue, 2, "timeout", "60000");

        for (int i = 0; i < 5; i++) {
            enqueue("joe" + i + "@slow.example");
        }
        await().until(() -> hanging.connections() == 1);
        enqueue("joe@a.example");

        await().until(() -> hop.recipients().equals(List.of("joe@a.example")));
        assertThat(hanging.connections()).isEqualTo(1);
    }

    @Test
    void shouldGiveTheMailBackWhenTheQueueDoesNotTakeIt() throws Exception {
        hop("a.example").answering("joe@a.example", "450 4.2.1 try again later");
        MailQueue broken = mock(MailQueue.class);
        MailQueue.MailQueueItem item = mock(MailQueue.MailQueueItem.class);
        MailImpl mail = mail("joe@a.example");
        when(item.getMail()).thenReturn(mail);
        when(broken.getName()).thenReturn(MailQueueName.of("relay"));
        when(broken.deQueue()).thenReturn(Flux.concat(Flux.just(item), Flux.never()));
        doThrow(new MailQueue.MailQueueException("full")).when(broken).enQueue(any(Mail.class), any(Duration.class));
        start(broken, 2);

        await().untilAsserted(() -> Mockito.verify(item).done(MailQueue.MailQueueItem.CompletionStatus.RETRY));

        Mockito.verify(item, Mockito.never()).done(MailQueue.MailQueueItem.CompletionStatus.SUCCESS);
        LifecycleUtil.dispose(mail);
    }

    @Test
    void shouldKeepToTheLimitOfTheNextHopAcrossThreads() throws Exception {
        SmtpNextHop hop = hop("a.example").answering("end of data", SmtpNextHop.SILENCE);
        routes.put("a.example", NextHops.named("slow", "127.0.0.1:" + hop.port()).maxConnections(2).build());
        start(queue, 16);

        for (int i = 0; i < 6; i++) {
            enqueue("joe" + i + "@a.example");
        }

        await().until(() -> hop.commands().stream().filter("DATA"::equals).count() == 2);
        await().during(Duration.ofMillis(200)).until(() -> hop.connections() == 2);
    }

    @Test
    void shouldCountConnectionsThatWaitForTheLimitOfTheNextHop() throws Exception {
        SmtpNextHop one = hop("a.example");
        SmtpNextHop two = hop("b.example");
        String hosts = "127.0.0.1:" + one.port() + ",127.0.0.1:" + two.port();
        routes.put("a.example", NextHops.named("both", hosts).balance(true).maxConnections(1).build());
        start(queue, 16);

        for (int i = 0; i < 40; i++) {
            enqueue("joe" + i + "@a.example");
        }

        await().until(() -> one.messages().size() + two.messages().size() == 40);
        // At random: that one of them gets none of 40 is as likely as not to see it in a million years.
        assertThat(one.messages()).isNotEmpty();
        assertThat(two.messages()).isNotEmpty();
        assertThat(one.openConnections() + two.openConnections()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldPartRecipientsWhoseWaysPartInAChangedPolicy() throws Exception {
        SmtpNextHop before = hop("a.example").answering("MAIL", "451 4.3.0 later");
        routes.put("b.example", routes.get("a.example"));
        start(queue, 4);
        MailImpl mail = mail("joe@a.example");
        mail.setRecipients(List.of(new MailAddress("joe@a.example"), new MailAddress("jim@b.example")));
        queue.enQueue(mail);
        LifecycleUtil.dispose(mail);
        await().until(() -> before.transactions() > 0);

        SmtpNextHop one = hop("a.example");
        SmtpNextHop two = hop("b.example");

        await().until(() -> one.recipients().equals(List.of("joe@a.example")) && two.recipients().equals(List.of("jim@b.example")));
        assertThat(before.messages()).isEmpty();
    }

    @Test
    void shouldRerouteMailThatWaitsForItsTurn() throws Exception {
        SmtpNextHop before = hop("a.example").answering("end of data", SmtpNextHop.SILENCE);
        routes.put("a.example", NextHops.named("slow", "127.0.0.1:" + before.port()).maxConnections(1).build());
        start(queue, 4, "timeout", "2000");
        for (int i = 0; i < 4; i++) {
            enqueue("joe" + i + "@a.example");
        }
        await().until(() -> before.commands().contains("DATA"));

        SmtpNextHop after = hop("a.example");

        await().until(() -> after.messages().size() == 4);
        assertThat(before.transactions()).isOne();
    }

    @Test
    void shouldGiveBackWhatWaitsAndWhatIsUnderWayWhenStopped() throws Exception {
        SmtpNextHop hop = hop("a.example").answering("joe0@a.example", SmtpNextHop.SILENCE);
        routes.put("a.example", NextHops.named("slow", "127.0.0.1:" + hop.port()).maxConnections(1).build());
        start(queue, 4);
        for (int i = 0; i < 4; i++) {
            enqueue("joe" + i + "@a.example");
        }
        await().until(() -> hop.commands().contains("RCPT TO:<joe0@a.example>"));

        deliveries.stop(Duration.ofMillis(300), connections::abort);

        assertThat(hop.messages()).isEmpty();
        hop.answering("joe0@a.example", "250 ok");
        connections.close();
        connections = new KeptConnections(SSLContext.getDefault());
        start(queue, 4);
        await().until(() -> hop.recipients().size() == 4);
        assertThat(hop.recipients()).containsExactlyInAnyOrder("joe0@a.example", "joe1@a.example", "joe2@a.example", "joe3@a.example");
    }

    @Test
    void shouldTakeNothingFromTheQueueAfterStopping() throws Exception {
        SmtpNextHop hop = hop("a.example");
        start(queue, 2);
        enqueue("joe@a.example");
        await().until(() -> hop.messages().size() == 1);
        deliveries.stop(Duration.ofSeconds(5), connections::abort);

        enqueue("jim@a.example");

        Awaitility.await().during(Duration.ofMillis(300)).until(() -> hop.connections() == 1);
    }
}
