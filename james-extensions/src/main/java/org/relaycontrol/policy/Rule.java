package org.relaycontrol.policy;

import java.util.Objects;

/**
 * Where in the configuration something is said: a file and a line, counted from 1. Immutable.
 */
public final class Rule {

    /** What decided is James's own list of domains, not a line of ours. */
    public static final Rule DOMAIN_LIST = new Rule("DomainList", 0);

    private final String file;
    private final int line;

    private Rule(String file, int line) {
        this.file = file;
        this.line = line;
    }

    /** The line of a file, both as they are to be printed. */
    public static Rule of(String file, int line) {
        return new Rule(file, line);
    }

    /** The file's name as it is to be printed. */
    public String file() {
        return file;
    }

    /** The line, counted from 1; 0 for {@link #DOMAIN_LIST}. */
    public int line() {
        return line;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rule && line == ((Rule) other).line && file.equals(((Rule) other).file);
    }

    @Override
    public int hashCode() {
        return Objects.hash(file, line);
    }

    /** {@code file:line}. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
