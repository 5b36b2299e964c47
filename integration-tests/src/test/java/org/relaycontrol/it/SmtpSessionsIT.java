package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.NextHop;
import org.relaycontrol.it.harness.RelayServer;
import org.relaycontrol.it.harness.SmtpClient;
import org.relaycontrol.it.harness.SmtpReply;

/**
 * Sessions of SMTP commands in any order, some of them pipelined, with a stock James: every reply is the one that {@link SmtpModel} gives,
 * and in the end the next hop has got every mail that the model has it get, with these recipients, once, and nothing else.
 * {@code -Djqwik.tries.default=5000} tries more sessions.
 */
class SmtpSessionsIT {
    static final String POLICY = String.join("\n",
        "<relaycontrol>",
        "  <routing smartHost='127.0.0.1:%1$d'>",
        "    <domain name='ratest.com' action='inbound'/>",
        "    <domain name='relay.example' action='relay' nextHop='127.0.0.1:%1$d'/>",
        "    <domain name='route.example' action='route' nextHop='127.0.0.1:%1$d' match='exact'/>",
        "    <domain name='spam.example' action='reject' reply='not wanted here'/>",
        "  </routing>",
        "  <policy name='mx'>",
        "    <connections mode='allExcept'><network>127.0.113.0/24</network></connections>",
        "    <restrictions>",
        "      <authenticated><user>alice@ratest.com</user><user>mallory@ratest.com</user></authenticated>",
        "      <clients><network>127.168.1.0/24</network></clients>",
        "      <never><network>127.168.1.66</network><user>mallory@ratest.com</user></never>",
        "    </restrictions>",
        "  </policy>",
        "  <policy name='submission' listeners='*:%2$d'>",
        "    <restrictions><authenticated required='true'/></restrictions>",
        "  </policy>",
        "</relaycontrol>");
    private static final List<String> USERS = List.of("alice@ratest.com", "bob@ratest.com", "mallory@ratest.com");
    private static final String PASSWORD = "sessions-secret";

    private static final AtomicInteger COUNTER = new AtomicInteger();
    /** The recipients of each accepted mail, by its subject, that the next hop must get. */
    private static final Map<String, List<String>> RELAYED = new ConcurrentHashMap<>();
    private static final AtomicInteger DELIVERED_TO_ALICE = new AtomicInteger();

    private static NextHop sink;
    private static RelayServer server;

    @BeforeContainer
    static void start() {
        sink = NextHop.listening();
        int submission = FreePorts.next();
        server = RelayServer.sample("mail-clients", "sessions")
            .port(587, submission)
            .policy(String.format(POLICY, sink.port(), submission))
            .user(USERS.get(0), PASSWORD).user(USERS.get(1), PASSWORD).user(USERS.get(2), PASSWORD)
            .start();
    }

    @AfterContainer
    static void stop() {
        server.close();
        sink.close();
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void shouldAnswerAsTheModelDoes(@ForAll("clients") SmtpModel.Client client, @ForAll boolean submission,
            @ForAll("steps") List<Step> steps) {
        SmtpModel model = new SmtpModel(client, submission);
        try (SmtpClient smtp = SmtpClient.connect(client.address(), "127.0.0.2", server.port(submission ? 587 : 25))) {
            assertThat(smtp.greeting().toString()).startsWith(model.greeting());
            Session session = new Session(smtp, model);
            for (Step step : steps) {
                step.take(session);
                if (session.isOver()) {
                    return;
                }
            }
            session.flush();
        }
    }

    @AfterProperty
    void shouldHaveRelayedWhatTheModelPermitsAndNothingElse() {
        server.awaitMails(sink, RELAYED.size());
        server.awaitEmptyQueues();
        Map<String, List<String>> got = new TreeMap<>();
        sink.mails().forEach(mail -> got.computeIfAbsent(mail.subject(), subject -> new ArrayList<>()).addAll(mail.recipients()));
        got.values().forEach(recipients -> recipients.sort(null));
        assertThat(got).isEqualTo(new TreeMap<>(RELAYED));
        assertThat(server.admin().messageCount(USERS.get(0), "INBOX")).isEqualTo(DELIVERED_TO_ALICE.get());
        assertThat(server.james().packFailures()).isEmpty();
    }

    /** A session is worth nothing as a test if its mail does not arrive. */
    @Example
    void shouldRelayInAnOrdinarySession() {
        shouldAnswerAsTheModelDoes(SmtpModel.Client.STRANGER, true, List.of(Step.EHLO, Step.START_TLS, Step.EHLO,
            Step.auth(USERS.get(0)), Step.mail(USERS.get(0), true), Step.rcpt(Recipient.UNLISTED, true), Step.rcpt(Recipient.USER, false),
            Step.DATA));
        assertThat(RELAYED).isNotEmpty();
    }

    @Provide
    Arbitrary<SmtpModel.Client> clients() {
        return Arbitraries.frequency(
            Tuple.of(5, SmtpModel.Client.STRANGER),
            Tuple.of(2, SmtpModel.Client.LISTED),
            Tuple.of(2, SmtpModel.Client.NEVER),
            Tuple.of(1, SmtpModel.Client.REFUSED));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> rcpt = Combinators.combine(Arbitraries.of(Recipient.class), Arbitraries.of(true, false)).as(Step::rcpt);
        Arbitrary<Step> mail = Combinators.combine(
            Arbitraries.of("", "someone@elsewhere.example", USERS.get(0), USERS.get(1), USERS.get(2)), Arbitraries.of(true, false))
            .as(Step::mail);
        Arbitrary<Step> any = Arbitraries.frequencyOf(
            Tuple.of(10, rcpt),
            Tuple.of(5, mail),
            Tuple.of(4, Arbitraries.just(Step.DATA)),
            Tuple.of(2, Arbitraries.just(Step.EHLO)),
            Tuple.of(1, Arbitraries.just(Step.START_TLS)),
            Tuple.of(2, Arbitraries.of(USERS).map(Step::auth)),
            Tuple.of(1, Arbitraries.of(Step.WRONG_PASSWORD, Step.NO_SUCH_USER, Step.NO_PASSWORD)),
            Tuple.of(1, Arbitraries.of(Step.RSET, Step.RSET_PIPELINED)),
            Tuple.of(1, Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(Step.QUIT)), Tuple.of(3, rcpt))));
        Step stranger = Step.mail("someone@elsewhere.example", false);
        Arbitrary<List<Step>> beginning = Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(List.of())),
            Tuple.of(2, Arbitraries.just(List.of(Step.EHLO, stranger))),
            Tuple.of(1, Arbitraries.just(List.of(Step.EHLO, Step.START_TLS, Step.EHLO))),
            Tuple.of(1, rcpt.map(recipient -> List.of(Step.EHLO, stranger, recipient, Step.START_TLS))),
            Tuple.of(1, Arbitraries.of(Step.WRONG_PASSWORD, Step.NO_SUCH_USER, Step.NO_PASSWORD)
                .map(auth -> List.of(Step.EHLO, Step.START_TLS, Step.EHLO, auth, stranger))),
            Tuple.of(4, Arbitraries.of(USERS)
                .map(user -> List.of(Step.EHLO, Step.START_TLS, Step.EHLO, Step.auth(user), Step.mail(user, true)))));
        return Combinators.combine(beginning, any.list().ofMinSize(3).ofMaxSize(30)).as((first, rest) -> {
            List<Step> steps = new ArrayList<>(first);
            steps.addAll(rest);
            return steps;
        });
    }

    /** Kinds of recipients; {@code %s} is a name of its own for each. */
    private enum Recipient {
        USER("alice@ratest.com", SmtpModel.Domain.HOSTED),
        USER_IN_CAPITALS("ALICE@RaTest.COM", SmtpModel.Domain.HOSTED),
        NOBODY("nobody%s@ratest.com", SmtpModel.Domain.HOSTED),
        BELOW_HOSTED("r%s@below.ratest.com", SmtpModel.Domain.BELOW_HOSTED),
        RELAY("r%s@relay.example", SmtpModel.Domain.RELAY),
        BELOW_RELAY("r%s@a.b.relay.example", SmtpModel.Domain.RELAY),
        RELAY_IN_CAPITALS("R%s@RELAY.Example", SmtpModel.Domain.RELAY),
        ROUTE("r%s@route.example", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        BELOW_ROUTE("r%s@sub.route.example", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        UNLISTED("r%s@unlisted.example", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        LOOKS_HOSTED("r%s@notratest.com", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        LOOKS_LIKE_RELAY("r%s@relay.example.unlisted.example", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        REJECTED("r%s@spam.example", SmtpModel.Domain.REJECT),
        BELOW_REJECTED("r%s@sub.spam.example", SmtpModel.Domain.REJECT),
        PERCENT_AT_HOSTED("r%s%%unlisted.example@ratest.com", SmtpModel.Domain.HOSTED),
        PERCENT_AT_RELAY("r%s%%unlisted.example@relay.example", SmtpModel.Domain.RELAY),
        BANG_AT_RELAY("unlisted.example!r%s@relay.example", SmtpModel.Domain.RELAY),
        QUOTED_AT_RELAY("\"r%s@unlisted.example\"@relay.example", SmtpModel.Domain.RELAY),
        PERCENT_AT_UNLISTED("r%s%%a.example@unlisted.example", SmtpModel.Domain.ROUTE_OR_UNLISTED),
        ENCAPSULATED("IMCEASMTP-r%s@relay.example", SmtpModel.Domain.RELAY),
        NO_ADDRESS("r%s@unlisted.example.", null);

        private final String form;
        private final SmtpModel.Domain domain;

        Recipient(String form, SmtpModel.Domain domain) {
            this.form = form;
            this.domain = domain;
        }

        String address() {
            return String.format(form, COUNTER.incrementAndGet());
        }

        boolean isRouted() {
            return form.contains("%%") || form.contains("!") || form.contains("\"") || form.startsWith("IMCEA");
        }

        boolean isUser() {
            return this == USER || this == USER_IN_CAPITALS;
        }
    }

    /** A session and its model, and the commands that wait to be sent together. */
    private static final class Session {
        private final SmtpClient smtp;
        private final SmtpModel model;
        private final List<String> pipelined = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private boolean over;

        Session(SmtpClient smtp, SmtpModel model) {
            this.smtp = smtp;
            this.model = model;
        }

        /** Sends a command, or keeps it to be sent together with the next ones. */
        void command(String line, String reply, boolean later) {
            if (over) {
                return;
            }
            pipelined.add(line);
            expected.add(reply);
            if (!later) {
                flush();
            }
        }

        /** Sends what waits, and compares the replies. */
        SmtpReply flush() {
            SmtpReply last = null;
            if (expected.contains(SmtpModel.CLOSED)) {
                int answered = expected.indexOf(SmtpModel.CLOSED);
                pipelined.subList(answered, pipelined.size()).clear();
                expected.subList(answered, expected.size()).clear();
                over = true;
            }
            if (!pipelined.isEmpty()) {
                List<SmtpReply> replies = smtp.pipeline(pipelined);
                for (int i = 0; i < replies.size(); i++) {
                    last = replies.get(i);
                    assertThat(last.toString()).as("%s, %s", pipelined, model).startsWith(expected.get(i));
                }
            }
            pipelined.clear();
            expected.clear();
            if (over) {
                assertThat(smtp.closedByServer()).isTrue();
            }
            return last;
        }

        boolean isOver() {
            return over;
        }
    }

    /** A command of a session; those with {@code later} are pipelined with the next one. */
    private abstract static class Step {
        static final Step EHLO = simple("EHLO client.test.example", SmtpModel::ehlo, false);
        static final Step RSET = simple("RSET", SmtpModel::rset, false);
        static final Step RSET_PIPELINED = simple("RSET", SmtpModel::rset, true);
        static final Step WRONG_PASSWORD = simple(plain("\0" + USERS.get(0) + "\0wrong"), model -> model.auth("", false), false);
        static final Step NO_SUCH_USER = simple(plain("\0nobody@ratest.com\0" + PASSWORD), model -> model.auth("", false), false);
        static final Step NO_PASSWORD = simple(plain("\0" + USERS.get(0)), model -> model.auth("", false), false);
        static final Step START_TLS = new Step("STARTTLS") {
            @Override
            void take(Session session) {
                // James closes the connection where STARTTLS comes in one piece with other commands, which might be injected.
                session.flush();
                if (session.isOver()) {
                    return;
                }
                String reply = session.model.startTls();
                session.command("STARTTLS", reply, false);
                if (reply.startsWith("220")) {
                    session.smtp.encrypt();
                } else if (reply.startsWith("50") && !reply.startsWith("503")) {
                    // James may take whatever follows a STARTTLS that it has refused for an injected command, and ends the session.
                    session.over = true;
                }
            }
        };
        static final Step QUIT = new Step("QUIT") {
            @Override
            void take(Session session) {
                session.command("QUIT", session.model.quit(), false);
                if (!session.over) {
                    assertThat(session.smtp.closedByServer()).isTrue();
                    session.over = true;
                }
            }
        };
        static final Step DATA = new Step("DATA") {
            @Override
            void take(Session session) {
                session.flush();
                String reply = session.model.data();
                if (!reply.startsWith("354")) {
                    session.command("DATA", reply, false);
                    return;
                }
                List<String> recipients = session.model.endOfData();
                String subject = "mail-" + COUNTER.incrementAndGet();
                List<String> relayed = recipients.stream().filter(recipient -> !recipient.endsWith("@ratest.com")).sorted()
                    .collect(Collectors.toList());
                if (!relayed.isEmpty()) {
                    RELAYED.put(subject, relayed);
                }
                if (relayed.size() < recipients.size()) {
                    DELIVERED_TO_ALICE.incrementAndGet();
                }
                assertThat(session.smtp.data(subject).code()).as("%s, %s", recipients, session.model).isEqualTo(250);
            }
        };

        private final String name;

        Step(String name) {
            this.name = name;
        }

        abstract void take(Session session);

        @Override
        public String toString() {
            return name;
        }

        static Step simple(String line, Function<SmtpModel, String> reply, boolean later) {
            return new Step(line) {
                @Override
                void take(Session session) {
                    session.command(line, reply.apply(session.model), later);
                }
            };
        }

        static Step auth(String user) {
            return simple(plain("\0" + user + "\0" + PASSWORD), model -> model.auth(user, true), false);
        }

        static Step mail(String sender, boolean later) {
            return simple("MAIL FROM:<" + sender + ">", model -> model.mail(sender), later);
        }

        static Step rcpt(Recipient kind, boolean later) {
            return new Step("RCPT " + kind) {
                @Override
                void take(Session session) {
                    String address = kind.address();
                    String canonical = address.substring(0, address.lastIndexOf('@'))
                        + address.substring(address.lastIndexOf('@')).toLowerCase(Locale.ROOT);
                    session.command("RCPT TO:<" + address + ">", kind.domain == null ? session.model.rcptWithSyntaxError()
                        : session.model.rcpt(canonical, kind.domain, kind.isRouted(), kind.isUser()), later);
                }
            };
        }

        private static String plain(String response) {
            return "AUTH PLAIN " + Base64.getEncoder().encodeToString(response.getBytes(StandardCharsets.UTF_8));
        }
    }
}
