package org.relaycontrol.smtpclient;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The service extensions that a server offers in its answer to EHLO (RFC 5321 section 2.2.1). Immutable.
 */
final class Extensions {

    /** Those of a server that does not know EHLO. */
    static final Extensions NONE = new Extensions(Map.of());

    private final Map<String, List<String>> parameters;

    private Extensions(Map<String, List<String>> parameters) {
        this.parameters = parameters;
    }

    /** The first line greets; each other one is a keyword and its parameters. */
    static Extensions of(Reply ehlo) {
        Map<String, List<String>> parameters = new HashMap<>();
        ehlo.lines().stream().skip(1)
            .map(line -> line.strip().toUpperCase(Locale.ROOT).split("\\s+"))
            .forEach(words -> parameters.put(words[0], List.of(words).subList(1, words.length)));
        return new Extensions(Map.copyOf(parameters));
    }

    boolean has(String keyword) {
        return parameters.containsKey(keyword);
    }

    /** The mechanisms of AUTH, upper-case. */
    Set<String> mechanisms() {
        return Set.copyOf(parameters.getOrDefault("AUTH", List.of()));
    }
}
