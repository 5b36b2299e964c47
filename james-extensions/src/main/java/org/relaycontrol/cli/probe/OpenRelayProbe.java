package org.relaycontrol.cli.probe;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the battery against one address of a server. Begins a new session every few tests, since servers slow down or disconnect clients
 * that are refused again and again; a test whose session ends is run once more in a new one.
 */
public final class OpenRelayProbe {

    private static final int TESTS_A_SESSION = 8;
    private static final int TRIES = 2;
    /** As many tests without an answer one after the other: the server is down, or has had enough. */
    private static final int MOST_UNANSWERED = 4;

    private final InetSocketAddress server;
    private final String literal;
    private final ProbeSettings settings;
    private final Patience patience;
    private final String mark;
    private final List<TestResult> results = new ArrayList<>();
    private final EnumMap<Situation, String> notTried = new EnumMap<>(Situation.class);
    private @Nullable ProbeSession session;
    private int testsInSession;
    private int unanswered;

    private OpenRelayProbe(InetSocketAddress server, ProbeSettings settings, Patience patience, String mark) {
        this.server = server;
        this.literal = settings.serverLiteral() == null ? Literals.of(server.getAddress()) : settings.serverLiteral();
        this.settings = settings;
        this.patience = patience;
        this.mark = mark;
    }

    /**
     * Runs the battery; returns when it is complete, the server has gone, or the time is up.
     *
     * @param mark what the subject of messages begins with
     */
    public static AddressReport run(InetSocketAddress server, ProbeSettings settings, Patience patience, String mark) {
        return new OpenRelayProbe(server, settings, patience, mark).run();
    }

    private AddressReport run() {
        String greeting = null;
        try (ProbeSession first = ProbeSession.connect(server, settings, Situation.FRESH, patience)) {
            greeting = first.greeting().toString();
            if (first.isRefused()) {
                return refused(first.greeting());
            }
            first.prepare();
            String name = settings.serverName() == null ? first.serverName(literal) : settings.serverName();
            List<RelayTest> tests = RelayTests.of(new ServerNames(name, literal, settings.localDomains()), settings.from(), settings.to(),
                settings.permitted());
            first.leave();
            for (Situation situation : Situation.values()) {
                run(situation, tests);
            }
            leaveSession();
            return report(greeting, null);
        } catch (DialogueException | NotTriedException e) {
            return report(greeting, e.getMessage());
        } finally {
            endSession();
        }
    }

    /** Who may not connect may not relay, unless the server says that it is only for now. */
    private AddressReport refused(ServerReply greeting) {
        boolean forNow = greeting.code() / 100 == 4;
        return report(greeting.toString(), forNow ? "the server takes no connections for now: " + greeting : null);
    }

    private AddressReport report(@Nullable String greeting, @Nullable String problem) {
        String host = server.getAddress().getHostAddress();
        return new AddressReport((host.contains(":") ? "[" + host + "]" : host) + ":" + server.getPort(), greeting, results, notTried,
            problem);
    }

    private void run(Situation situation, List<RelayTest> tests) throws DialogueException {
        if (situation == Situation.PERMITTED && settings.send() && !settings.namesPermitted()) {
            notTried.put(situation, "a message would also go to " + settings.permitted() + "; name a local recipient who may get it");
            return;
        }
        leaveSession();
        try {
            for (RelayTest test : tests) {
                TestResult result = run(situation, test);
                results.add(result);
                unanswered = result.outcome() == Outcome.NO_ANSWER ? unanswered + 1 : 0;
                if (unanswered == MOST_UNANSWERED) {
                    throw new DialogueException("the server has stopped to answer: " + result.reply());
                }
            }
        } catch (NotTriedException e) {
            notTried.put(situation, Printable.of(String.valueOf(e.getMessage())));
        }
    }

    private TestResult run(Situation situation, RelayTest test) throws DialogueException, NotTriedException {
        String why = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (patience.isOver()) {
                throw new DialogueException("the time is up");
            }
            try {
                TestResult result = session(situation).run(test, mark + " test " + test.number() + " " + situation);
                testsInSession++;
                if (test.mayBeSeveralLines()) {
                    endSession();
                }
                return result;
            } catch (DialogueException e) {
                endSession();
                why = String.valueOf(e.getMessage());
            }
        }
        return TestResult.without(test, situation, Outcome.NO_ANSWER, why);
    }

    private ProbeSession session(Situation situation) throws DialogueException, NotTriedException {
        if (testsInSession == TESTS_A_SESSION) {
            leaveSession();
        }
        ProbeSession current = session;
        if (current == null) {
            current = ProbeSession.connect(server, settings, situation, patience);
            session = current;
            testsInSession = 0;
            if (current.isRefused()) {
                throw new DialogueException("the server takes no more connections: " + Printable.of(current.greeting().toString()));
            }
            current.prepare();
        }
        return current;
    }

    private void leaveSession() {
        if (session != null) {
            session.leave();
            session = null;
        }
    }

    private void endSession() {
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
