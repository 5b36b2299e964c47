package org.relaycontrol.cli.probe;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server is called: its host name, its address, and domains whose mail it takes. Immutable.
 */
final class ServerNames {

    private final String hostName;
    private final String literal;
    private final List<String> localDomains;

    /**
     * All names of a server.
     *
     * @param literal its address as an address literal, in brackets
     */
    ServerNames(String hostName, String literal, List<String> localDomains) {
        this.hostName = hostName;
        this.literal = literal;
        this.localDomains = List.copyOf(localDomains);
    }

    String hostName() {
        return hostName;
    }

    String literal() {
        return literal;
    }

    List<String> localDomains() {
        return localDomains;
    }

    /** All of them, each once. */
    List<String> all() {
        Set<String> all = new LinkedHashSet<>();
        all.add(hostName);
        all.add(literal);
        all.addAll(localDomains);
        return new ArrayList<>(all);
    }
}
