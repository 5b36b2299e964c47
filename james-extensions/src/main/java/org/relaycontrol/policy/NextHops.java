package org.relaycontrol.policy;

/**
 * Where mail is sent next: hosts in the order in which they are tried. Immutable.
 */
public final class NextHops {

    private final String text;

    private NextHops(String text) {
        this.text = text;
    }

    /** Reads a comma separated list of next hops. */
    public static NextHops parse(String text) {
        return new NextHops(String.join(" ", text.strip().split("\\s*,\\s*", -1)));
    }

    /** The next hops as written, joined by spaces. */
    @Override
    public String toString() {
        return text;
    }
}
