package org.relaycontrol.config;

import java.util.regex.Pattern;

/**
 * Names that administrators give to policies and next hops. They end up in logs, metrics, mail attributes and command lines, so they are
 * plain words.
 */
final class Names {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private Names() {
    }

    /**
     * The name itself.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it is no plain word
     */
    static String check(String name) {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException("the name '" + name + "' is not usable; "
                + "write 1 to 64 letters a to z, digits, '-', '_' or '.'");
        }
        return name;
    }
}
