package org.relaycontrol.smtpclient;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a server answered to a command (RFC 5321 section 4.2): a code from 200 to 599 and one or more lines of text. Immutable.
 */
public final class Reply {

    private static final int MAX_TEXT = 500;
    private static final Pattern ENHANCED = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}( .*)?");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\s]+");

    private final int code;
    private final List<String> lines;

    /** A reply with the text of each of its lines, one at least. */
    public Reply(int code, List<String> lines) {
        this.code = code;
        this.lines = List.copyOf(lines);
    }

    /** The reply code. */
    public int code() {
        return code;
    }

    /** The text of each line, without the code. Neither sanitised nor shortened. */
    List<String> lines() {
        return lines;
    }

    /** Whether the command succeeded: 2yz. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** Whether the server waits for more: 3yz. */
    boolean isIntermediate() {
        return code / 100 == 3;
    }

    /** Whether the same command may succeed later: 4yz. */
    public boolean isTransient() {
        return code / 100 == 4;
    }

    /** Whether the same command will not succeed later either: 5yz. */
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /** Whether the server closes the connection (RFC 5321 section 3.8). */
    boolean isClosing() {
        return code == 421;
    }

    /** Whether the enhanced status code (RFC 3463), if there is one, has this subject and detail, like {@code 5.3}. */
    public boolean hasDetail(String subjectAndDetail) {
        return lines.get(0).startsWith(code / 100 + "." + subjectAndDetail + " ");
    }

    /** Subject and detail of the enhanced status code (RFC 3463), like {@code 1.1}, or empty where there is none. */
    public String detail() {
        return isEnhanced() ? lines.get(0).split(" ", 2)[0].substring(2) : "";
    }

    /** Whether there is an enhanced status code (RFC 3463). */
    public boolean isEnhanced() {
        return ENHANCED.matcher(lines.get(0)).matches();
    }

    /** Code and text on one line, printable and of 500 characters at most: fit for log lines and bounces. */
    @Override
    public String toString() {
        String line = UNPRINTABLE.matcher(code + " " + String.join(" ", lines)).replaceAll(" ").strip();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "...";
    }
}
