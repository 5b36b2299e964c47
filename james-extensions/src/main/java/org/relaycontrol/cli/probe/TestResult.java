package org.relaycontrol.cli.probe;

/**
 * What a server said to a test in a situation. Immutable.
 */
public final class TestResult {

    private final RelayTest test;
    private final Situation situation;
    private final Outcome outcome;
    private final String reply;

    private TestResult(RelayTest test, Situation situation, Outcome outcome, String reply) {
        this.test = test;
        this.situation = situation;
        this.outcome = outcome;
        this.reply = Printable.of(reply);
    }

    /**
     * What a reply means.
     *
     * @param command the command that it answers, empty if that is RCPT
     */
    static TestResult of(RelayTest test, Situation situation, String command, ServerReply reply) {
        return new TestResult(test, situation, outcome(test, reply), command.isEmpty() ? reply.toString() : command + ": " + reply);
    }

    private static Outcome outcome(RelayTest test, ServerReply reply) {
        if (reply.isPositive()) {
            return test.isLocal() ? Outcome.LOCAL : Outcome.RELAYS;
        }
        return reply.code() / 100 == 4 ? Outcome.PUT_OFF : Outcome.REFUSED;
    }

    /** Whatever the address is: the server took a line of it for a command of its own. */
    static TestResult ofInjected(RelayTest test, Situation situation, ServerReply reply) {
        Outcome outcome = reply.isPositive() ? Outcome.RELAYS : outcome(test, reply);
        return new TestResult(test, situation, outcome, reply.toString());
    }

    /** There was no reply. */
    static TestResult without(RelayTest test, Situation situation, Outcome outcome, String why) {
        return new TestResult(test, situation, outcome, why);
    }

    /** The test. */
    public RelayTest test() {
        return test;
    }

    /** What had happened before. */
    public Situation situation() {
        return situation;
    }

    /** What it shows. */
    public Outcome outcome() {
        return outcome;
    }

    /** The server's reply, or why there is none; printable. */
    public String reply() {
        return reply;
    }
}
