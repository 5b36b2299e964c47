package org.relaycontrol.cli.probe;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An SMTP reply (RFC 5321 section 4.2): a code and one or more lines of text. Immutable.
 */
final class ServerReply {

    private static final int CODE = 3;

    private final int code;
    private final List<String> texts;

    /** From the lines as received, without line ends; each begins with three digits. */
    ServerReply(List<String> lines) {
        this.code = Integer.parseInt(lines.get(lines.size() - 1).substring(0, CODE));
        this.texts = lines.stream().map(line -> line.substring(Math.min(CODE + 1, line.length()))).collect(Collectors.toUnmodifiableList());
    }

    /** The code of the last line. */
    int code() {
        return code;
    }

    /** The text of each line. */
    List<String> texts() {
        return texts;
    }

    /** 2yz: done. */
    boolean isPositive() {
        return code / 100 == 2;
    }

    /** The code and all texts, on one line. */
    @Override
    public String toString() {
        return code + " " + String.join(" ", texts);
    }
}
