package org.relaycontrol.it.harness;

import java.util.List;

/** An SMTP reply as it came over the wire: one or more lines with one code. */
public final class SmtpReply {
    private final List<String> lines;

    SmtpReply(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    public int code() {
        return Integer.parseInt(lines.get(0).substring(0, 3));
    }

    /** The lines without line ends, each with its code. */
    public List<String> lines() {
        return lines;
    }

    /** The lines, separated by line feeds. */
    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
