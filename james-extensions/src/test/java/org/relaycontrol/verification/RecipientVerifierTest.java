package org.relaycontrol.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.apache.james.core.Domain;
import org.apache.james.domainlist.api.DomainList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.relaycontrol.james.FakeDnsServer;
import org.relaycontrol.james.TestDns;
import org.relaycontrol.james.TestServers;
import org.relaycontrol.mailets.SmtpNextHop;
import org.relaycontrol.nexthop.DeliverySettings;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RecipientStatus;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.smtpclient.KeptConnections;

/** Questions to next hops: how many, about what, and what becomes of the answers. */
class RecipientVerifierTest {

    private static final IpAddress CLIENT = IpAddress.parse("198.51.100.7");
    private static final String UNKNOWN = "550 5.1.1 unknown";
    private static final Verification CALLOUT = Verification.callout();

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final List<SmtpNextHop> hops = new ArrayList<>();
    private FakeDnsServer dnsServer;
    private RecipientVerifier verifier;
    private SmtpNextHop hop;

    @BeforeEach
    void setUp() throws Exception {
        dnsServer = new FakeDnsServer();
        DomainList domains = mock(DomainList.class);
        when(domains.getDefaultDomain()).thenReturn(Domain.of("gateway.example"));
        DeliverySettings settings = new DeliverySettings(TestDns.asking(dnsServer), TestServers.nowhere(), domains);
        Ticker ticker = new Ticker() {
            @Override
            public long read() {
                return now.get();
            }
        };
        verifier = new RecipientVerifier(new Callout(settings, new KeptConnections(SSLContext.getDefault()), ticker),
            new LdapSearch(SSLContext.getDefault()), now::get);
        hop = hop().answering("RCPT", UNKNOWN).answering("joe@a.example", "250 2.1.5 ok");
    }

    private SmtpNextHop hop() throws Exception {
        SmtpNextHop added = SmtpNextHop.on("127.0.0.1");
        hops.add(added);
        return added;
    }

    @AfterEach
    void tearDown() throws Exception {
        verifier.close();
        for (SmtpNextHop one : hops) {
            one.close();
        }
        dnsServer.close();
    }

    private static NextHops to(SmtpNextHop... hops) {
        return NextHops.parse(List.of(hops).stream().map(hop -> "127.0.0.1:" + hop.port()).collect(Collectors.joining(",")));
    }

    private CompletableFuture<RecipientStatus> begin(IpAddress client, String address, Verification verification,
                                                     @Nullable NextHops nextHops) {
        return verifier.status(client, Recipient.parse(address, DomainName.of("a.example")), verification, nextHops);
    }

    private RecipientStatus status(IpAddress client, String address, Verification verification, NextHops nextHops) throws Exception {
        return begin(client, address, verification, nextHops).get(20, TimeUnit.SECONDS);
    }

    private RecipientStatus status(String address) throws Exception {
        return status(CLIENT, address, CALLOUT, to(hop));
    }

    /** Asks as often as it takes: a machine under load may make an answer late. */
    private void awaitStatus(String address, RecipientStatus expected) {
        Awaitility.await().until(() -> status(address) == expected);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void shouldAskByNullSenderUpToRcptAndOnceAnAddress() throws Exception {
        assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.KNOWN);
        assertThat(status("nobody@a.example")).isEqualTo(RecipientStatus.UNKNOWN);
        assertThat(status("JOE@A.example")).isEqualTo(RecipientStatus.KNOWN);
        assertThat(status("\"nobody\"@a.example")).isEqualTo(RecipientStatus.UNKNOWN);

        assertThat(hop.commands()).filteredOn(command -> !command.contains("relaycontrol-")).containsExactly("EHLO gateway.example",
            "MAIL FROM:<>", "RCPT TO:<joe@a.example>", "RSET", "MAIL FROM:<>", "RSET",
            "MAIL FROM:<>", "RCPT TO:<nobody@a.example>", "RSET");
        assertThat(hop.asked()).hasSize(3);
        assertThat(hop.asked().get(1)).matches("relaycontrol-[0-9a-f]+@a\\.example");
        assertThat(hop.connections()).isOne();
        assertThat(List.of(verifier.questions(), verifier.hits(), verifier.unknown(), verifier.failures(), verifier.leftOut()))
            .containsExactly(2L, 2L, 1L, 0L, 0L);
    }

    @Test
    void shouldAskAgainWhenAnAnswerIsTooOldByWhatThePolicySaysNow() throws Exception {
        status("joe@a.example");
        status("nobody@a.example");
        pass(CALLOUT.negativeTtl());

        assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.KNOWN);
        hop.answering("nobody@a.example", "250 2.1.5 welcome");
        assertThat(status("nobody@a.example")).isEqualTo(RecipientStatus.KNOWN);
        hop.answering("joe@a.example", UNKNOWN);
        assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.KNOWN);
        assertThat(status(CLIENT, "joe@a.example", CALLOUT.withTtl(Duration.ofHours(1)), to(hop))).isEqualTo(RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldAskAnotherNextHopAnew() throws Exception {
        SmtpNextHop other = hop().answering("RCPT", UNKNOWN);

        assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.KNOWN);
        assertThat(status(CLIENT, "joe@a.example", CALLOUT, to(other))).isEqualTo(RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldHaveOneQuestionUnderWayForManyWhoWantToKnow() throws Exception {
        hop.answering("EHLO", SmtpNextHop.SILENCE);
        List<CompletableFuture<RecipientStatus>> all = IntStream.range(0, 100)
            .mapToObj(i -> begin(CLIENT, "nobody@a.example", CALLOUT.withTimeout(Duration.ofSeconds(1)), to(hop)))
            .collect(Collectors.toList());

        for (CompletableFuture<RecipientStatus> one : all) {
            assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(RecipientStatus.UNDETERMINED);
        }
        assertThat(verifier.questions()).isOne();
        assertThat(verifier.hits()).isEqualTo(99);
        assertThat(hop.connections()).isOne();
    }

    @Test
    void shouldNotWaitForWhoIsSlow() throws Exception {
        hop.answering("joe@a.example", SmtpNextHop.SILENCE);
        CompletableFuture<RecipientStatus> first = begin(CLIENT, "joe@a.example", CALLOUT, to(hop));
        Awaitility.await().until(() -> hop.asked().contains("joe@a.example"));
        assertThat(first).isNotDone();
        pass(TargetState.PROMPT.plusMillis(1));

        assertThat(begin(CLIENT, "joe@a.example", CALLOUT, to(hop))).isCompletedWithValue(RecipientStatus.PENDING);
        assertThat(begin(CLIENT, "ann@a.example", CALLOUT, to(hop))).isCompletedWithValue(RecipientStatus.PENDING);
        awaitStatus("ann@a.example", RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldStopAskingWhoAcceptsEverybodyForAnHour() throws Exception {
        SmtpNextHop open = hop();

        assertThat(status(CLIENT, "joe@a.example", CALLOUT, to(open))).isEqualTo(RecipientStatus.UNASKED);
        assertThat(status(CLIENT, "ann@a.example", CALLOUT, to(open))).isEqualTo(RecipientStatus.UNASKED);
        assertThat(open.asked()).hasSize(2);
        assertThat(status(CLIENT, "ann@b.example", CALLOUT, to(open))).isEqualTo(RecipientStatus.UNASKED);
        assertThat(open.asked()).hasSize(4);

        open.answering("RCPT", UNKNOWN);
        pass(Callout.ACCEPTS_ALL_TTL.plusSeconds(1));
        assertThat(status(CLIENT, "ann@a.example", CALLOUT, to(open))).isEqualTo(RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldNotKnowWhenTheNextHopCannotTell() throws Exception {
        hop.answering("grey@a.example", "450 4.2.0 greylisted").answering("denied@a.example", "550 5.7.1 relaying denied");

        assertThat(status("grey@a.example")).isEqualTo(RecipientStatus.UNDETERMINED);
        assertThat(status("denied@a.example")).isEqualTo(RecipientStatus.UNDETERMINED);
        assertThat(status("grey@a.example")).isEqualTo(RecipientStatus.UNDETERMINED);
        assertThat(hop.asked()).containsExactly("grey@a.example", "denied@a.example");

        hop.answering("grey@a.example", "250 ok");
        pass(AnswerCache.UNDETERMINED_FRESH);
        assertThat(begin(CLIENT, "grey@a.example", CALLOUT, to(hop))).as("asked without waiting")
            .isCompletedWithValue(RecipientStatus.UNDETERMINED);
        awaitStatus("grey@a.example", RecipientStatus.KNOWN);
    }

    @Test
    void shouldNotTakeARefusedSenderForAnUnknownRecipient() throws Exception {
        hop.answering("MAIL", "550 5.7.1 no bounces here");

        assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.UNDETERMINED);
        assertThat(verifier.failures()).isOne();
    }

    @Test
    void shouldTryOneWhoIsDownNowAndThenAndTellNobodyToWait() throws Exception {
        NextHops down = NextHops.parse("127.0.0.1:" + SmtpNextHop.freePort());
        assertThat(status(CLIENT, "joe@a.example", CALLOUT, down)).isEqualTo(RecipientStatus.UNDETERMINED);

        for (int i = 0; i < 200; i++) {
            assertThat(begin(CLIENT, i + "@a.example", CALLOUT, down)).isCompletedWithValue(RecipientStatus.UNDETERMINED);
        }
        assertThat(verifier.questions()).isOne();

        pass(TargetState.PROBE_INTERVAL);
        assertThat(begin(CLIENT, "ann@a.example", CALLOUT, down)).isCompletedWithValue(RecipientStatus.UNDETERMINED);
        assertThat(begin(CLIENT, "bob@a.example", CALLOUT, down)).isCompletedWithValue(RecipientStatus.UNDETERMINED);
        Awaitility.await().until(() -> verifier.failures() == 2);
        assertThat(verifier.questions()).isEqualTo(2);
    }

    @Test
    void shouldBelieveWhoIsBack() throws Exception {
        int port = SmtpNextHop.freePort();
        NextHops nextHops = NextHops.parse("127.0.0.1:" + port);
        assertThat(status(CLIENT, "joe@a.example", CALLOUT, nextHops)).isEqualTo(RecipientStatus.UNDETERMINED);
        SmtpNextHop back = new SmtpNextHop("127.0.0.1", port).answering("RCPT", UNKNOWN);
        hops.add(back);

        pass(TargetState.PROBE_INTERVAL);
        Awaitility.await().until(() -> status(CLIENT, "joe@a.example", CALLOUT, nextHops) == RecipientStatus.UNKNOWN);
        assertThat(back.asked()).containsExactly("joe@a.example");
    }

    @Test
    void shouldAskTheNextHostWhereOneDoesNotAnswer() throws Exception {
        NextHops nextHops = NextHops.parse("127.0.0.1:" + SmtpNextHop.freePort() + ",127.0.0.1:" + hop.port());

        assertThat(status(CLIENT, "joe@a.example", CALLOUT, nextHops)).isEqualTo(RecipientStatus.KNOWN);
        assertThat(status(CLIENT, "nobody@a.example", CALLOUT, nextHops)).isEqualTo(RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldAskTheExchangersOfTheDomainWhereThereIsNoNextHop() throws Exception {
        // Its only exchanger takes no mail: there is nobody whom the mail could go to.
        dnsServer.with("nomail.example", "300 MX 0 .");

        assertThat(begin(CLIENT, "joe@nomail.example", CALLOUT, null).get(20, TimeUnit.SECONDS)).isEqualTo(RecipientStatus.UNKNOWN);
    }

    @Test
    void shouldGiveUpAQuestionThatTakesTooLong() throws Exception {
        hop.answering("joe@a.example", SmtpNextHop.SILENCE);

        assertThat(status(CLIENT, "joe@a.example", CALLOUT.withTimeout(Duration.ofSeconds(1)), to(hop)))
            .isEqualTo(RecipientStatus.UNDETERMINED);
    }

    @Test
    void shouldEndConnectionsAndAskNoMoreWhenItIsClosed() throws Exception {
        awaitStatus("nobody@a.example", RecipientStatus.UNKNOWN);
        assertThat(hop.openConnections()).isOne();

        verifier.close();

        Awaitility.await().until(() -> hop.openConnections() == 0);
        assertThat(status("nobody@a.example")).isEqualTo(RecipientStatus.UNKNOWN);
        assertThat(begin(CLIENT, "joe@a.example", CALLOUT, to(hop))).isCompletedWithValue(RecipientStatus.PENDING);
    }

    @Test
    void shouldLetWhoSearchesForAddressesAskNoMore() throws Exception {
        for (int i = 0; i < ClientLimit.QUESTIONS; i++) {
            awaitStatus(i + "@a.example", RecipientStatus.UNKNOWN);
            assertThat(status("joe@a.example")).isEqualTo(RecipientStatus.KNOWN);
        }

        assertThat(status("another@a.example")).isEqualTo(RecipientStatus.PENDING);
        assertThat(hop.asked()).doesNotContain("another@a.example");
        assertThat(status("7@a.example")).as("what is known").isEqualTo(RecipientStatus.UNKNOWN);
        assertThat(status(IpAddress.parse("198.51.100.8"), "another@a.example", CALLOUT, to(hop))).isEqualTo(RecipientStatus.UNKNOWN);
        pass(ClientLimit.REFILL);
        awaitStatus("yet.another@a.example", RecipientStatus.UNKNOWN);
        assertThat(status("and.another@a.example")).isEqualTo(RecipientStatus.PENDING);
    }

    @Test
    void shouldNotWaitForWhoSearchesForAddresses() throws Exception {
        for (int i = 0; i < ClientLimit.WAITED_FOR; i++) {
            assertThat(status(i + "@a.example")).isEqualTo(RecipientStatus.UNKNOWN);
        }
        hop.answering("joe@a.example", SmtpNextHop.SILENCE);

        assertThat(begin(CLIENT, "joe@a.example", CALLOUT, to(hop))).isCompletedWithValue(RecipientStatus.PENDING);
        Awaitility.await().until(() -> hop.asked().contains("joe@a.example"));
        assertThat(begin(IpAddress.parse("198.51.100.8"), "joe@a.example", CALLOUT, to(hop))).as("another client waits").isNotDone();
    }

    @Test
    void shouldTellWhoGuessesAddressesForAWhile() throws Exception {
        hop.answering("slow@a.example", SmtpNextHop.SILENCE);
        for (int i = 0; i < ClientLimit.WAITED_FOR; i++) {
            awaitStatus(i + "@a.example", RecipientStatus.UNKNOWN);
        }
        begin(CLIENT, "slow@a.example", CALLOUT, to(hop));
        assertThat(status("joe@a.example")).isIn(RecipientStatus.KNOWN, RecipientStatus.PENDING);
        assertThat(verifier.isGuessing(CLIENT)).as("by one that is not answered, or exists").isFalse();

        awaitStatus("another@a.example", RecipientStatus.UNKNOWN);
        assertThat(verifier.isGuessing(CLIENT)).isTrue();
        assertThat(verifier.isGuessing(IpAddress.parse("198.51.100.8"))).isFalse();

        pass(ClientLimit.REFILL);
        assertThat(verifier.isGuessing(CLIENT)).isFalse();
    }

    @Test
    void shouldNotLimitWhoSendsToRecipientsThatExist() throws Exception {
        for (int i = 0; i < 2 * ClientLimit.QUESTIONS; i++) {
            String address = "user" + i + "@a.example";
            hop.answering(address, "250 ok");
            assertThat(status(address)).isEqualTo(RecipientStatus.KNOWN);
        }
    }

    @Test
    void shouldCountTheHostsOfAnIpv6NetworkAsOneClient() {
        assertThat(ClientLimit.client(IpAddress.parse("2001:db8:1:2::1")))
            .isEqualTo(ClientLimit.client(IpAddress.parse("2001:db8:1:2:3::")))
            .isNotEqualTo(ClientLimit.client(IpAddress.parse("2001:db8:1:3::1")));
    }
}
