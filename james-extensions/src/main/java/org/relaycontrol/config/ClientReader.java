package org.relaycontrol.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.NetworkSet;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.UserList;

/**
 * Reads one list of clients and users: networks, ranges, client host names, users, and the list files of networks and users. What is
 * listed twice is a warning.
 */
final class ClientReader {

    private static final String TWICE = "listed-twice";

    private final PolicyFile file;
    private final XmlElement list;
    private final Map<Network, Rule> networks = new LinkedHashMap<>();
    private final Map<DomainName, Rule> hosts = new LinkedHashMap<>();
    private final UserList.Builder users = UserList.builder();

    private ClientReader(PolicyFile file, XmlElement list) {
        this.file = file;
        this.list = list;
        list.children().forEach(this::read);
    }

    static ClientReader read(PolicyFile file, XmlElement list) {
        return new ClientReader(file, list);
    }

    private void read(XmlElement child) {
        if (!child.children().isEmpty()) {
            // The schema has reported that: nothing here has children.
            return;
        }
        if (child.attributes().isEmpty() && child.text().isEmpty()) {
            file.problem(child, "<" + child.name() + "> is empty; write its text, or remove it");
            return;
        }
        Rule where = file.rule(child);
        switch (child.name()) {
            case "network":
                list(where, file.parse(child, () -> Network.parse(child.text())));
                break;
            case "range":
                list(where, file.parse(child, () -> Network.parseRange(child.text())));
                break;
            case "networks":
                file.readList(child, (entry, line) -> list(line, networkOrRange(entry)), this::managedNetwork);
                break;
            case "domain":
                DomainName domain = file.parse(child, () -> DomainNotation.clientDomain(child.text()));
                if (domain != null) {
                    warnIfTwice(domain.toString(), hosts.putIfAbsent(domain, where), where);
                }
                break;
            case "user":
                file.parse(child, () -> user(child.text(), where));
                break;
            case "users":
                file.readList(child, this::user);
                break;
            default:
                // The schema has reported what is unknown.
                break;
        }
    }

    private void list(Rule where, @Nullable Network network) {
        if (network != null) {
            Rule before = networks.putIfAbsent(network, where);
            if (before != null) {
                warnIfTwice(network.toString(), before, where);
            }
        }
    }

    private void managedNetwork(String text, Rule where) {
        ManagedLine line = ManagedLine.parse(text);
        for (String attribute : line.attributes().keySet()) {
            if (!attribute.equals(ManagedEntry.EXPIRES)) {
                throw new IllegalArgumentException("the attribute '" + attribute + "' is unknown; write " + ManagedEntry.EXPIRES);
            }
        }
        Network network = networkOrRange(line.entry());
        if (!file.isExpired(line.attributes().get(ManagedEntry.EXPIRES))) {
            list(where, network);
        }
    }

    /**
     * A network, or the networks of a range.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static Network networkOrRange(String entry) {
        return entry.indexOf('-') >= 0 ? Network.parseRange(entry) : Network.parse(entry);
    }

    private String user(String text, Rule where) {
        String user = canonicalUser(text);
        warnIfTwice(user, users.add(user, where), where);
        return user;
    }

    private static String canonicalUser(String text) {
        if (text.startsWith("*@")) {
            throw new IllegalArgumentException("'" + text + "' has a wildcard; write " + text.substring(1)
                + " for all users of the domain");
        }
        if (text.chars().anyMatch(c -> Character.isWhitespace(c) || c == ',' || c == ';')) {
            throw new IllegalArgumentException("'" + text + "' is more than one user; write one entry for each");
        }
        int at = text.lastIndexOf('@');
        if (at > 0 && text.startsWith("@")) {
            throw new IllegalArgumentException("'" + text + "' is neither a user nor a domain; write " + text.substring(at)
                + " for all users of the domain, or " + text.substring(1) + " for the user");
        }
        return at < 0 || at == text.length() - 1 ? text : text.substring(0, at + 1) + DomainName.of(text.substring(at + 1));
    }

    private void warnIfTwice(String what, @Nullable Rule before, Rule where) {
        if (before != null) {
            file.problems().warn(TWICE, where, "'" + what + "' is listed already at " + before + "; remove one of the two");
        }
    }

    /** The networks and client host names. */
    ClientList clients(ClientList.Mode mode) {
        ClientList.Builder clients = ClientList.builder(mode, file.rule(list));
        networks.forEach(clients::network);
        hosts.forEach(clients::host);
        return clients.build();
    }

    /** The networks alone. */
    NetworkSet networks() {
        NetworkSet.Builder set = NetworkSet.builder();
        networks.forEach(set::add);
        return set.build();
    }

    /** The users. */
    UserList users() {
        return users.build();
    }
}
