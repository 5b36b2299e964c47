package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.ReferenceDecision.Question;

/**
 * The decision against {@link ReferenceDecision}, for random policies and envelopes.
 */
class DecisionTest {

    @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void shouldDecideAsTheDesignSays(@ForAll long seed) {
        Random random = new Random(seed);
        PolicyModel model = new PolicyModel(random);
        RelayPolicies policies = model.build();
        ReferenceDecision reference = new ReferenceDecision(model);
        for (int i = 0; i < 40; i++) {
            Question question = question(random);
            boolean refuseUnhosted = random.nextBoolean();
            Envelope envelope = smtp(question);
            Decision decision = policies.decide(envelope, hosted(model), refuseUnhosted);
            assertThat(text(decision, envelope)).as("%s by %s", question, model).isEqualTo(reference.decide(question, refuseUnhosted));
        }
    }

    @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void shouldDecideSpooledMailByThePolicyWithoutListeners(@ForAll long seed) {
        Random random = new Random(seed);
        PolicyModel model = new PolicyModel(random);
        RelayPolicies policies = model.build();
        ReferenceDecision reference = new ReferenceDecision(model);
        for (int i = 0; i < 30; i++) {
            Question any = question(random);
            String client = random.nextInt(3) == 0 ? null : any.client;
            Question question = new Question(client, null, 0, any.user, null, any.localPart, any.domain, null);
            Envelope envelope = Envelope.spooled(question.client == null ? null : IpAddress.parse(question.client), user(question.user),
                Recipient.of(question.localPart, DomainName.of(question.domain)));
            assertThat(text(policies.decideSpooled(envelope, hosted(model)), envelope)).as("%s by %s", question, model)
                .isEqualTo(reference.decideSpooled(question));
        }
    }

    @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void shouldTellBeforeAnyRecipientWhoMayConnectAndWhoMayRelayByAddress(@ForAll long seed) {
        Random random = new Random(seed);
        PolicyModel model = new PolicyModel(random);
        RelayPolicies policies = model.build();
        ReferenceDecision reference = new ReferenceDecision(model);
        for (int i = 0; i < 20; i++) {
            Question question = question(random);
            IpAddress client = IpAddress.parse(question.client);
            IpAddress local = IpAddress.parse(question.local);
            boolean admitted = policies.mayConnect(client, local, question.port, host(question.host));
            assertThat(admitted).as("%s by %s", question, model)
                .isEqualTo(reference.mayConnect(question.client, question.local, question.port, question.host));
            assertThat(policies.permitsByAddress(client, local, question.port, host(question.host))).as("%s by %s", question, model)
                .hasToString(reference.permitsByAddress(question));
            Decision decision = policies.decide(smtp(question), hosted(model), false);
            boolean refused = decision.reason() == Decision.Reason.CONNECTION_REFUSED || decision.reason() == Decision.Reason.NO_POLICY;
            assertThat(!refused || question.host == null || !admitted).as("%s by %s", question, model).isTrue();
            assertThat(admitted || decision.verdict() == Verdict.DENY).as("%s by %s", question, model).isTrue();
        }
    }

    /** An unknown host name defers some recipient, or whether the client may relay by its address, exactly if a look-up is worth while. */
    @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void shouldDependOnTheHostIfSomethingIsDeferredForIt(@ForAll long seed) {
        Random random = new Random(seed);
        PolicyModel model = new PolicyModel(random);
        RelayPolicies policies = model.build();
        Question at = question(random);
        IpAddress client = IpAddress.parse(at.client);
        IpAddress local = IpAddress.parse(at.local);
        boolean deferred = policies.mayConnect(client, local, at.port, ClientHost.UNKNOWN)
            && policies.permitsByAddress(client, local, at.port, ClientHost.UNKNOWN) == Verdict.DEFER;
        for (Question question : everything(at)) {
            for (LocalDomains domains : List.<LocalDomains>of(domain -> true, domain -> false)) {
                deferred |= policies.decide(smtp(question), domains, true).verdict() == Verdict.DEFER;
            }
        }
        boolean depends = policies.dependsOnHost(client, local, at.port);
        RelayPolicy policy = policies.governing(local, at.port);
        if (policy == null || policy.routing().reroute()) {
            assertThat(depends).as("%s by %s", at, model).isEqualTo(deferred);
        } else {
            assertThat(depends || !deferred).as("%s by %s", at, model).isTrue();
        }
    }

    /** The questions of one client at one listener: each user, also those of listed domains, and each kind of recipient. */
    private static List<Question> everything(Question at) {
        List<String> users = new ArrayList<>(PolicyModel.USERS);
        users.addAll(List.of("somebody@a.example", "somebody@b.example", ""));
        List<Question> questions = new ArrayList<>();
        for (String user : users) {
            for (String domain : PolicyModel.DOMAINS) {
                for (String localPart : List.of("user", "a%b")) {
                    questions.add(new Question(at.client, at.local, at.port, user.isEmpty() ? null : user, null, localPart, domain,
                        RecipientStatus.UNASKED));
                }
            }
        }
        return questions;
    }

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void shouldAskForAuthenticationOnlyWhereItCouldHelp(@ForAll long seed) {
        Random random = new Random(seed);
        PolicyModel model = new PolicyModel(random);
        RelayPolicies policies = model.build();
        ReferenceDecision reference = new ReferenceDecision(model);
        for (int i = 0; i < 20; i++) {
            Question any = question(random);
            Question question = any.withHost(any.host == null ? "-" : any.host);
            Decision decision = policies.decide(smtp(question), hosted(model), true);
            boolean helps = decision.reason() == Decision.Reason.NOT_PERMITTED && reference.authenticatingHelps(question);
            assertThat(decision.authenticatingCouldHelp()).as("%s by %s", question, model).isEqualTo(helps);
            if (decision.verdict() == Verdict.DENY && decision.reason() == Decision.Reason.NOT_PERMITTED) {
                assertThat(SmtpReply.of(decision, smtp(question).recipient(), true).code()).isEqualTo(helps ? "530" : "550");
                assertThat(SmtpReply.of(decision, smtp(question).recipient(), false).code()).isEqualTo("550");
            }
        }
    }

    /** That the properties above do not pass because nothing of interest is ever drawn. */
    @Test
    void shouldReachEveryReason() {
        Set<String> reached = new TreeSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            PolicyModel model = new PolicyModel(random);
            RelayPolicies policies = model.build();
            for (int j = 0; j < 20; j++) {
                Decision decision = policies.decide(smtp(question(random)), hosted(model), true);
                reached.add(decision.reason() + " " + decision.verdict() + " " + decision.route());
            }
        }
        assertThat(reached).containsExactlyInAnyOrder("no-policy deny null", "connection-refused deny null",
            "authentication-required deny null", "domain-rejected deny null", "sender-specified-routing deny null",
            "inbound permit inbound", "inbound-not-hosted deny null", "reroute-off deny null", "relay-domain permit relay",
            "never deny null",
            "client-listed permit relay", "internal-address permit relay", "authenticated permit relay", "not-permitted deny null",
            "dns-unavailable defer null", "recipient-unknown deny null", "recipient-unverified defer null");
    }

    private static Question question(Random random) {
        String host = random.nextInt(3) == 0 ? null : random.nextInt(4) == 0 ? "-" : PolicyModel.pick(random, PolicyModel.HOST_NAMES);
        return new Question(PolicyModel.pick(random, PolicyModel.CLIENTS), PolicyModel.pick(random, PolicyModel.LOCAL_ADDRESSES),
            PolicyModel.pick(random, PolicyModel.PORTS), random.nextBoolean() ? null : PolicyModel.pick(random, PolicyModel.USERS), host,
            PolicyModel.pick(random, PolicyModel.LOCAL_PARTS), PolicyModel.pick(random, PolicyModel.DOMAINS),
            PolicyModel.pick(random, List.of(RecipientStatus.values())));
    }

    private static Envelope smtp(Question question) {
        return Envelope.smtp(IpAddress.parse(question.client), IpAddress.parse(question.local), question.port, user(question.user),
            host(question.host), Recipient.of(question.localPart, DomainName.of(question.domain))).withRecipientStatus(question.status);
    }

    private static @Nullable User user(@Nullable String user) {
        return user == null ? null : User.of(user);
    }

    private static ClientHost host(@Nullable String host) {
        if (host == null) {
            return ClientHost.UNKNOWN;
        }
        return host.equals("-") ? ClientHost.NONE : ClientHost.named(DomainName.of(host));
    }

    private static LocalDomains hosted(PolicyModel model) {
        return domain -> model.hosted.contains(domain.toString());
    }

    private static String text(Decision decision, Envelope envelope) {
        NextHops nextHops = decision.nextHops(envelope.recipient(), null);
        return decision.verdict() + " " + decision.reason() + " " + (decision.route() == null ? "-" : decision.route()) + " "
            + (nextHops == null ? "-" : nextHops);
    }
}
