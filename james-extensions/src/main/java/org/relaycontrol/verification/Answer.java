package org.relaycontrol.verification;

/**
 * What came of a question. Immutable.
 */
final class Answer {

    /** The kinds of answers. */
    enum Kind {
        /** The recipient exists. */
        EXISTS,
        /** It does not exist. */
        UNKNOWN,
        /** Who was asked answers the same for every recipient of the domain. */
        ACCEPTS_ALL,
        /** Who was asked cannot say now whether this recipient exists. */
        UNDETERMINED,
        /** Nobody could be asked: not about other recipients either. */
        UNREACHABLE
    }

    private final Kind kind;
    private final String text;

    private Answer(Kind kind, String text) {
        this.kind = kind;
        this.text = text;
    }

    /** With what was said, by whom, for log lines. */
    static Answer of(Kind kind, String text) {
        return new Answer(kind, text);
    }

    Kind kind() {
        return kind;
    }

    /** On one line. */
    String text() {
        return text;
    }

    @Override
    public String toString() {
        return kind + ": " + text;
    }
}
