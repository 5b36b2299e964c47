package org.relaycontrol.mailets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.builder.MimeMessageBuilder;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.queue.api.MailQueueName;
import org.apache.james.queue.api.RawMailQueueItemDecoratorFactory;
import org.apache.james.queue.memory.MemoryMailQueueFactory;
import org.apache.james.server.core.MailImpl;
import org.apache.james.transport.mailets.remote.delivery.Bouncer;
import org.apache.james.transport.mailets.remote.delivery.DeliveryRetriesHelper;
import org.apache.mailet.AttributeUtils;
import org.apache.mailet.DsnParameters;
import org.apache.mailet.DsnParameters.Notify;
import org.apache.mailet.DsnParameters.RecipientDsnParameters;
import org.apache.mailet.Mail;
import org.apache.mailet.ProcessingState;
import org.apache.mailet.base.test.FakeMailContext;
import org.apache.mailet.base.test.FakeMailContext.BouncedMail;
import org.apache.mailet.base.test.FakeMailetConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.FakeDnsServer;
import org.relaycontrol.james.TestDns;
import org.relaycontrol.james.TestServers;
import org.relaycontrol.james.ThisServer;
import org.relaycontrol.nexthop.DeliverySettings;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.NextHops.Tls;

/** The mailet with a real queue, James's SMTP client, and next hops and DNS on loopback. */
class RouteDeliveryTest {

    private static final Duration A_WHILE = Duration.ofSeconds(30);

    private final Map<String, NextHops> routes = new ConcurrentHashMap<>();
    private final List<SmtpNextHop> servers = new ArrayList<>();
    private final FakeMailContext context = FakeMailContext.defaultContext();
    private final MemoryMailQueueFactory queues = new MemoryMailQueueFactory(new RawMailQueueItemDecoratorFactory());
    private final List<Mail> mails = new ArrayList<>();
    private ThisServer thisServer = TestServers.nowhere();
    private FakeDnsServer dnsServer;
    private @Nullable RouteDelivery mailet;

    @BeforeEach
    void setUp() throws IOException {
        dnsServer = new FakeDnsServer();
    }

    @AfterEach
    void tearDown() throws IOException {
        if (mailet != null) {
            mailet.destroy();
        }
        for (SmtpNextHop server : servers) {
            server.close();
        }
        dnsServer.close();
        mails.forEach(LifecycleUtil::dispose);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(A_WHILE).pollInterval(Duration.ofMillis(20));
    }

    private SmtpNextHop hop(String address) throws IOException {
        return keep(SmtpNextHop.on(address));
    }

    private SmtpNextHop keep(SmtpNextHop server) {
        servers.add(server);
        return server;
    }

    private void route(String domain, String hops) {
        routes.put(domain, NextHops.parse(hops));
    }

    private void route(String domain, SmtpNextHop... hops) {
        route(domain, List.of(hops).stream().map(hop -> "127.0.0.1:" + hop.port()).collect(Collectors.joining(",")));
    }

    private void start(String... parameters) throws Exception {
        DomainList domains = mock(DomainList.class);
        when(domains.getDefaultDomain()).thenReturn(Domain.of("relay.example"));
        Dns dns = TestDns.asking(dnsServer);
        mailet = new RouteDelivery((mail, recipient) -> Optional.ofNullable(routes.get(recipient.getDomain().asString())),
            dns, thisServer, domains, queues, new DeliverySettings(dns, thisServer, domains));
        FakeMailetConfig.Builder config = FakeMailetConfig.builder().mailetName("RouteDelivery").mailetContext(context);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < parameters.length; i += 2) {
            names.add(parameters[i]);
            config.setProperty(parameters[i], parameters[i + 1]);
        }
        if (!names.contains("delayTime")) {
            config.setProperty("delayTime", "100 * 100 ms");
        }
        mailet.init(config.build());
    }

    private static MailImpl.Builder mail(String... recipients) throws Exception {
        MailImpl.Builder mail = MailImpl.builder()
            .name("m1")
            .sender("sender@relay.example")
            .mimeMessage(MimeMessageBuilder.mimeMessageBuilder().setSubject("Hello").setText("Body").build());
        for (String recipient : recipients) {
            mail.addRecipient(recipient);
        }
        return mail;
    }

    private Mail service(MailImpl.Builder mail) throws Exception {
        MailImpl built = mail.build();
        mails.add(built);
        mailet.service(built);
        return built;
    }

    private long queued() {
        return queues.getQueue(MailQueueName.of("relay")).orElseThrow().getSize();
    }

    /** For a moment, since a mail on its way from waiting to being processed is not counted. */
    private void awaitEmptyQueue() {
        await().during(Duration.ofMillis(60)).until(() -> queued() == 0);
    }

    @Test
    void shouldDeliverToAPort() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1");
        route("a.example", hop);
        start();

        Mail mail = service(mail("joe@a.example"));

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        awaitEmptyQueue();
        assertThat(hop.messages()).singleElement().satisfies(message -> {
            assertThat(message.sender).isEqualTo("sender@relay.example");
            assertThat(message.recipients).containsExactly("joe@a.example");
            assertThat(message.text).contains("Subject: Hello").contains("Body");
        });
        assertThat(hop.commands()).first().isEqualTo("EHLO relay.example");
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldDeliverToAnIpv6Literal() throws Exception {
        SmtpNextHop hop = hop("::1");
        route("a.example", "[::1]:" + hop.port());
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldDeliverToANameThatHasAnIpv6AddressAlone() throws Exception {
        SmtpNextHop hop = hop("::1");
        dnsServer.with("six.example", "300 AAAA ::1");
        route("a.example", "six.example:" + hop.port());
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldTryTheAddressesOfANameInTurn() throws Exception {
        SmtpNextHop hop = hop("127.0.0.2");
        dnsServer.with("two.example", "300 A 127.0.0.1", "300 A 127.0.0.2");
        route("a.example", "two.example:" + hop.port());
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldBounceOnceWhenTheDomainLoopsBackToThisServer() throws Exception {
        thisServer = TestServers.at(25, "mx.relay.example");
        dnsServer.with("a.example", "300 MX 10 mx.relay.example.", "300 MX 20 backup.example.")
            .with("backup.example", "300 A 127.0.0.2");
        start();

        service(mail("joe@a.example", "jim@a.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).singleElement().satisfies(bounce -> assertThat(bounce.getMessage())
            .contains("joe@a.example", "jim@a.example", "554 5.4.6 mail for a.example loops back to this server"));
    }

    @Test
    void shouldKnowItselfByWhatItIsReachedBy() throws Exception {
        dnsServer.with("a.example", "300 MX 10 gateway.example.").with("gateway.example", "300 A 192.0.2.25");
        start("reachedBy", "192.0.2.25, 2001:db8::25");

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).singleElement()
            .satisfies(bounce -> assertThat(bounce.getMessage()).contains("554 5.4.6"));
    }

    @Test
    void shouldKeepMailForANextHopThatIsThisServer() throws Exception {
        SmtpNextHop itself = hop("127.0.0.1");
        SmtpNextHop other = hop("127.0.0.1");
        thisServer = TestServers.at(itself.port(), "mx.relay.example");
        route("a.example", itself, other);
        route("b.example", itself);
        start("delayTime", "1 hour");

        service(mail("joe@a.example", "joe@b.example"));

        await().until(() -> other.recipients().equals(List.of("joe@a.example")) && queued() == 1);
        assertThat(itself.connections()).isZero();
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldSpreadMailOverTheHostsAndFailOverToTheOthers() throws Exception {
        SmtpNextHop one = hop("127.0.0.1");
        SmtpNextHop two = hop("127.0.0.1");
        String hosts = "127.0.0.1:" + one.port() + ",127.0.0.1:" + SmtpNextHop.freePort() + ",127.0.0.1:" + two.port();
        routes.put("a.example", NextHops.named("farm", hosts).balance(true).build());
        start("delayTime", "1 hour");

        for (int i = 0; i < 60; i++) {
            service(mail("joe" + i + "@a.example"));
        }

        awaitEmptyQueue();
        assertThat(one.messages().size() + two.messages().size()).isEqualTo(60);
        // Each gets 30; that one gets fewer than 8 happens once in a thousand million runs.
        assertThat(one.messages()).hasSizeGreaterThan(7);
        assertThat(two.messages()).hasSizeGreaterThan(7);
    }

    @Test
    void shouldRefuseParametersThatMeanNothing() {
        assertThatThrownBy(() -> start("mail.smtp.ssl.trust", "*"))
            .hasMessageStartingWith("mail.smtp.ssl.trust is for James's own SMTP client, which RouteDelivery does not use; leave it out");
        assertThatThrownBy(() -> start("bounceprocessor", "bounces"))
            .hasMessageStartingWith("bounceprocessor is no parameter of RouteDelivery; write one of bind, bounceProcessor, ");
    }

    @Test
    void shouldSendOnceForAllDomainsOfOneNextHop() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1");
        route("a.example", hop);
        route("b.example", hop);
        start();

        service(mail("joe@a.example", "jim@b.example"));

        awaitEmptyQueue();
        assertThat(hop.messages()).singleElement()
            .satisfies(message -> assertThat(message.recipients).containsExactlyInAnyOrder("joe@a.example", "jim@b.example"));
    }

    @Test
    void shouldSendToTwoNextHopsAtOnce() throws Exception {
        SmtpNextHop one = hop("127.0.0.1");
        SmtpNextHop two = hop("127.0.0.1");
        route("a.example", one);
        route("b.example", two);
        start();

        service(mail("joe@a.example", "jim@b.example"));

        awaitEmptyQueue();
        assertThat(one.recipients()).containsExactly("joe@a.example");
        assertThat(two.recipients()).containsExactly("jim@b.example");
    }

    @Test
    void shouldGoOnToTheNextHostWhenOneIsDown() throws Exception {
        SmtpNextHop up = hop("127.0.0.1");
        route("a.example", "127.0.0.1:" + SmtpNextHop.freePort() + ",127.0.0.1:" + up.port());
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(up.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldGoOnToTheNextHostWhenOneRefusesTheConnectionOrDropsIt() throws Exception {
        SmtpNextHop refusing = hop("127.0.0.1").answering("greeting", "554 go away");
        SmtpNextHop dropping = hop("127.0.0.1").answering("joe@a.example", SmtpNextHop.DROP);
        SmtpNextHop up = hop("127.0.0.1");
        route("a.example", refusing, dropping, up);
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(refusing.connections()).isEqualTo(1);
        assertThat(dropping.connections()).isEqualTo(1);
        assertThat(up.recipients()).containsExactly("joe@a.example");
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldDeliverOnceWhenTheNextHopComesBack() throws Exception {
        int port = SmtpNextHop.freePort();
        route("a.example", "127.0.0.1:" + port);
        start();

        service(mail("joe@a.example"));
        await().untilAsserted(() -> assertThat(queued()).isOne());
        SmtpNextHop hop = keep(new SmtpNextHop("127.0.0.1", port));

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldDeliverToNobodyTwiceWhenOneRecipientIsDeferredAndTheSecondHostIsDown() throws Exception {
        SmtpNextHop first = hop("127.0.0.1").answering("late@a.example", "451 4.7.1 try again later");
        route("a.example", "127.0.0.1:" + first.port() + ",127.0.0.1:" + SmtpNextHop.freePort());
        start();

        service(mail("joe@a.example", "late@a.example"));
        await().until(() -> first.transactions() > 3);
        first.answering("late@a.example", "250 2.1.5 ok");

        awaitEmptyQueue();
        assertThat(first.recipients()).containsExactly("joe@a.example", "late@a.example");
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldOfferTheDeferredRecipientAloneToTheNextHost() throws Exception {
        SmtpNextHop first = hop("127.0.0.1").answering("late@a.example", "451 4.7.1 try again later");
        SmtpNextHop second = hop("127.0.0.1");
        route("a.example", first, second);
        start();

        service(mail("joe@a.example", "late@a.example"));

        awaitEmptyQueue();
        assertThat(first.recipients()).containsExactly("joe@a.example");
        assertThat(second.recipients()).containsExactly("late@a.example");
    }

    @Test
    void shouldBounceOnceWhenTheNextHopRefuses() throws Exception {
        SmtpNextHop first = hop("127.0.0.1").answering("joe@a.example", "550 5.1.1 no such user");
        SmtpNextHop second = hop("127.0.0.1");
        route("a.example", first, second);
        start();

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).singleElement().satisfies(bounce ->
            assertThat(bounce.getMessage()).contains("joe@a.example").contains("550 5.1.1 no such user"));
        assertThat(second.connections()).isZero();
    }

    @Test
    void shouldSettleEachRecipientByItself() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1")
            .answering("gone@a.example", "550 5.1.1 no such user")
            .answering("late@a.example", "450 4.2.1 try again later");
        route("a.example", hop);
        start();

        service(mail("joe@a.example", "gone@a.example", "late@a.example"));
        await().until(() -> hop.transactions() > 2);
        hop.answering("late@a.example", "250 ok");

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example", "late@a.example");
        assertThat(context.getBouncedMails()).singleElement().satisfies(RouteDeliveryTest::isForGoneAlone);
    }

    private static void isForGoneAlone(BouncedMail bounce) {
        assertThat(bounce.getMessage()).contains("gone@a.example").doesNotContain("joe@a.example").doesNotContain("late@a.example");
    }

    @Test
    void shouldBounceWhenTheMessageIsRefused() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1")
            .answering("late@a.example", "450 4.2.1 try again later")
            .answering("end of data", "554 5.6.0 I do not like it");
        route("a.example", hop);
        start();

        service(mail("joe@a.example", "late@a.example"));
        await().untilAsserted(() -> assertThat(context.getBouncedMails()).hasSize(1));
        hop.answering("late@a.example", "250 ok").answering("end of data", "250 ok");

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("late@a.example");
        assertThat(context.getBouncedMails()).singleElement().satisfies(bounce ->
            assertThat(bounce.getMessage()).contains("joe@a.example").contains("554 5.6.0 I do not like it").doesNotContain("late@"));
    }

    @Test
    void shouldBounceWhenTheSenderIsRefused() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("MAIL", "553 5.1.8 bad sender");
        route("a.example", hop);
        start();

        service(mail("joe@a.example", "jim@a.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).singleElement().satisfies(bounce ->
            assertThat(bounce.getMessage()).contains("joe@a.example", "jim@a.example", "553 5.1.8 bad sender"));
    }

    @Test
    void shouldTryAgainWhenTheMessageIsDeferred() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("end of data", "452 4.3.1 disk full");
        route("a.example", hop);
        start();

        service(mail("joe@a.example"));
        await().until(() -> hop.transactions() > 1);
        hop.answering("end of data", "250 ok");

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldSendTheRestAtOnceWhenThereAreTooManyRecipients() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").takingAtMost(2);
        route("a.example", hop);
        start("delayTime", "1 hour");

        service(mail("a@a.example", "b@a.example", "c@a.example", "d@a.example", "e@a.example"));

        awaitEmptyQueue();
        assertThat(hop.messages()).extracting(message -> message.recipients).containsExactly(
            List.of("a@a.example", "b@a.example"), List.of("c@a.example", "d@a.example"), List.of("e@a.example"));
        assertThat(hop.connections()).isOne();
    }

    @Test
    void shouldGiveUpAfterTheLastRetry() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("joe@a.example", "450 4.2.1 try again later");
        route("a.example", hop);
        start("delayTime", "2 * 10 ms");

        service(mail("joe@a.example"));

        awaitEmptyQueue();
        assertThat(hop.transactions()).isEqualTo(3);
        assertThat(context.getBouncedMails()).singleElement().satisfies(bounce ->
            assertThat(bounce.getMessage()).contains("joe@a.example").contains("450 4.2.1 try again later"));
    }

    @Test
    void shouldGiveFailuresToTheBounceProcessor() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("joe@a.example", "550 5.1.1 no such user");
        route("a.example", hop);
        start("bounceProcessor", "bounces");

        service(mail("joe@a.example", "jim@a.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).isEmpty();
        assertThat(context.getSentMails()).singleElement().satisfies(sent -> {
            assertThat(sent.getState()).isEqualTo("bounces");
            assertThat(sent.getRecipients()).containsExactly(new MailAddress("joe@a.example"));
            assertThat(sent.getAttributes()).containsKeys(Bouncer.DELIVERY_ERROR, Bouncer.IS_DELIVERY_PERMANENT_ERROR);
            assertThat(sent.getAttributes().get(Bouncer.DELIVERY_ERROR).getValue().value()).isEqualTo(
                "550 5.1.1 no such user ([127.0.0.1]:" + hop.port() + ")");
            assertThat(sent.getAttributes().get(Bouncer.DELIVERY_ERROR_CODE).getValue().value()).isEqualTo(550);
        });
    }

    @Test
    void shouldTellNobodyWhenTheSenderIsNull() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("joe@a.example", "550 5.1.1 no such user");
        route("a.example", hop);
        start();

        service(mail("joe@a.example").sender(MaybeSender.nullSender()));

        awaitEmptyQueue();
        assertThat(hop.commands()).anyMatch(command -> command.startsWith("MAIL FROM:<> "));
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldFollowThePolicyOfTheDay() throws Exception {
        SmtpNextHop before = hop("127.0.0.1").answering("joe@a.example", "450 4.2.1 try again later");
        SmtpNextHop after = hop("127.0.0.1");
        route("a.example", before);
        start();

        service(mail("joe@a.example"));
        await().until(() -> before.connections() > 0);
        route("a.example", after);

        awaitEmptyQueue();
        assertThat(after.recipients()).containsExactly("joe@a.example");
    }

    @Test
    void shouldBounceToADomainThatDoesNotExistOrTakesNoMail() throws Exception {
        dnsServer.with("nomail.example", "300 MX 0 .").with("empty.example");
        start();

        service(mail("joe@absent.example", "joe@nomail.example", "joe@empty.example"));

        awaitEmptyQueue();
        assertThat(context.getBouncedMails()).extracting(BouncedMail::getMessage)
            .satisfiesExactlyInAnyOrder(
                text -> assertThat(text).contains("joe@absent.example").contains("550 5.1.2 there is no domain absent.example"),
                text -> assertThat(text).contains("joe@nomail.example").contains("556 5.1.10"),
                text -> assertThat(text).contains("joe@empty.example").contains("550 5.1.2 the domain empty.example has neither"));
    }

    @Test
    void shouldKeepMailWhileDnsFails() throws Exception {
        dnsServer.failing("a.example");
        start("delayTime", "1 hour");

        service(mail("joe@a.example"));
        await().until(() -> dnsServer.questions().contains("a.example. MX"));

        await().untilAsserted(() -> assertThat(queued()).isOne());
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldKeepMailForANextHopThatHasNoAddress() throws Exception {
        route("a.example", "absent.example:25");
        route("b.example", "mx:absent.example");
        start("delayTime", "1 hour");

        service(mail("joe@a.example", "joe@b.example"));
        await().until(() -> dnsServer.questions().contains("absent.example. MX"));

        await().untilAsserted(() -> assertThat(queued()).isEqualTo(2));
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldKeepTheDomainOfAnAddressLiteralForItsAddress() throws Exception {
        start("delayTime", "1 hour");

        service(mail("joe@[127.0.0.9]"));

        await().untilAsserted(() -> assertThat(queued()).isOne());
        assertThat(dnsServer.questions()).isEmpty();
    }

    @Test
    void shouldBounceALoopOnce() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1");
        route("a.example", hop);
        start("maxReceived", "3");
        MimeMessageBuilder looping = MimeMessageBuilder.mimeMessageBuilder().setText("Body")
            .addHeader("Received", "one").addHeader("Received", "two").addHeader("Received", "three");

        Mail mail = service(mail("joe@a.example").mimeMessage(looping.build()));

        assertThat(mail.getState()).isEqualTo(Mail.GHOST);
        assertThat(context.getBouncedMails()).singleElement()
            .satisfies(bounce -> assertThat(bounce.getMessage()).contains("554 5.4.6 too many Received headers"));
        assertThat(queued()).isZero();
    }

    @Test
    void shouldPassOnWhatSendersWantToBeNotifiedOf() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1");
        route("a.example", hop);
        start();
        MailImpl mail = mail("joe@a.example", "jim@a.example").build();
        mails.add(mail);
        mail.setDsnParameters(DsnParameters.builder()
            .ret(DsnParameters.Ret.HDRS)
            .envId(DsnParameters.EnvId.of("id+2B1"))
            .addRcptParameter(new MailAddress("jim@a.example"), RecipientDsnParameters.of(EnumSet.of(Notify.FAILURE, Notify.DELAY),
                new MailAddress("original@b.example")))
            .build().orElseThrow());

        mailet.service(mail);

        awaitEmptyQueue();
        assertThat(hop.messages()).singleElement()
            .satisfies(message -> assertThat(message.recipients).containsExactly("joe@a.example", "jim@a.example"));
        assertThat(hop.commands()).contains("RCPT TO:<joe@a.example>",
            "RCPT TO:<jim@a.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;original@b.example");
        assertThat(hop.commands()).anyMatch(command -> command.startsWith("MAIL FROM:<sender@relay.example> SIZE=")
            && command.endsWith(" RET=HDRS ENVID=id+2B1"));
    }

    @Test
    void shouldReportAsRelayedWhatTheNextHopWillNotReport() throws Exception {
        SmtpNextHop reporting = hop("127.0.0.1");
        SmtpNextHop other = hop("127.0.0.1").extending("8BITMIME");
        route("a.example", reporting);
        route("b.example", other);
        start("relayedProcessor", "relayed");
        MailImpl mail = mail("joe@a.example", "joe@b.example", "jim@b.example", "jack@b.example").build();
        mails.add(mail);
        mail.setDsnParameters(DsnParameters.builder()
            .addRcptParameter(new MailAddress("joe@a.example"), RecipientDsnParameters.of(EnumSet.of(Notify.SUCCESS)))
            .addRcptParameter(new MailAddress("joe@b.example"), RecipientDsnParameters.of(EnumSet.of(Notify.SUCCESS, Notify.FAILURE)))
            .addRcptParameter(new MailAddress("jim@b.example"), RecipientDsnParameters.of(EnumSet.of(Notify.FAILURE)))
            .build().orElseThrow());

        mailet.service(mail);

        awaitEmptyQueue();
        assertThat(context.getSentMails()).singleElement().satisfies(sent -> {
            assertThat(sent.getState()).isEqualTo("relayed");
            assertThat(sent.getRecipients()).containsExactly(new MailAddress("joe@b.example"));
        });
        assertThat(mailet.requiredProcessingState()).containsExactly(new ProcessingState("relayed"));
    }

    @Test
    void shouldAuthenticateAndTakeAChangedPasswordWithoutRestart(@TempDir Path directory) throws Exception {
        Path password = directory.resolve("password");
        Files.writeString(password, "wrong\n");
        SmtpNextHop hop = hop("127.0.0.1").asking("secret");
        routes.put("a.example", NextHops.named("isp", "127.0.0.1:" + hop.port(), Tls.NONE, "user", password.toString()));
        start();

        service(mail("joe@a.example"));
        await().until(() -> hop.connections() > 1);
        Files.writeString(password, "secret\r\nanything else\n");

        awaitEmptyQueue();
        assertThat(hop.recipients()).containsExactly("joe@a.example");
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldKeepMailWhileThePasswordIsMissingOrAskedForInVain(@TempDir Path directory) throws Exception {
        SmtpNextHop one = hop("127.0.0.1");
        SmtpNextHop two = hop("127.0.0.1").asking("secret");
        routes.put("a.example",
            NextHops.named("isp", "127.0.0.1:" + one.port(), Tls.NONE, "user", directory.resolve("absent").toString()));
        route("b.example", two);
        start("delayTime", "1 hour");

        service(mail("joe@a.example", "joe@b.example"));
        await().until(() -> two.connections() == 1);

        await().untilAsserted(() -> assertThat(queued()).isEqualTo(2));
        assertThat(one.connections()).isZero();
        assertThat(context.getBouncedMails()).isEmpty();
    }

    @Test
    void shouldRefuseUnusableParameters() {
        assertThatThrownBy(() -> start("deliveryThreads", "0"))
            .hasMessage("deliveryThreads is '0'; write a number from 1, or leave it out for 64");
        assertThatThrownBy(() -> start("maxReceived", "many"))
            .hasMessage("maxReceived is 'many'; write a number from 1, or leave it out for 100");
        assertThatThrownBy(() -> start("delayTime", "soon"))
            .hasMessage("delayTime has 'soon'; write a delay with its unit like 10 minutes or 3 * 1 hour");
    }

    @Test
    void shouldRequireTheBounceProcessor() throws Exception {
        start("bounceProcessor", "bounces");

        assertThat(mailet.requiredProcessingState()).containsExactly(new ProcessingState("bounces"));
    }

    @Test
    void shouldUseTheQueueThatIsNamed() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1");
        route("a.example", hop);
        start("outgoingQueue", "gateway");

        service(mail("joe@a.example"));

        await().until(() -> !hop.messages().isEmpty());
        assertThat(queues.listCreatedMailQueues()).containsExactly(MailQueueName.of("gateway"));
    }

    @Test
    void shouldStartWithAFreshCountOfRetries() throws Exception {
        SmtpNextHop hop = hop("127.0.0.1").answering("joe@a.example", "450 4.2.1 try again later");
        route("a.example", hop);
        start("delayTime", "2 * 10 ms");
        MailImpl mail = mail("joe@a.example").build();
        mails.add(mail);
        mail.setAttribute(DeliveryRetriesHelper.makeAttribute(7));

        mailet.service(mail);

        awaitEmptyQueue();
        assertThat(hop.transactions()).isEqualTo(3);
        assertThat(AttributeUtils.getValueAndCastFromMail(mail,
            DeliveryRetriesHelper.DELIVERY_RETRY_COUNT, Integer.class)).contains(7);
    }
}
