package org.relaycontrol.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.ClientList.Mode;
import org.relaycontrol.policy.Network;
import org.relaycontrol.policy.Restrictions;

/**
 * Reads {@code connections} and {@code restrictions}: who may connect and who may relay.
 */
final class RestrictionsReader {

    private final PolicyFile file;

    RestrictionsReader(PolicyFile file) {
        this.file = file;
    }

    /** Who may connect by the policy; without {@code connections} everybody. */
    ClientList connections(XmlElement policy) {
        XmlElement connections = file.single(policy, "connections");
        return connections == null
            ? ClientList.builder(Mode.ALL_EXCEPT, file.rule(policy)).build()
            : ClientReader.read(file, connections).clients(mode(connections, Mode.ALL_EXCEPT));
    }

    /** Who may relay by the policy; without {@code restrictions} nobody. */
    Restrictions restrictions(XmlElement policy) {
        XmlElement element = file.single(policy, "restrictions");
        if (element == null) {
            return Restrictions.builder(file.rule(policy)).build();
        }
        Restrictions.Builder restrictions = Restrictions.builder(file.rule(element));
        XmlElement authenticated = file.single(element, "authenticated");
        if (authenticated != null) {
            boolean everyUser = authenticated.children().isEmpty();
            restrictions.authenticated("true".equals(authenticated.attribute("required")),
                everyUser ? null : ClientReader.read(file, authenticated).users(), file.rule(authenticated));
        }
        XmlElement clients = file.single(element, "clients");
        if (clients != null) {
            restrictions.clients(ClientReader.read(file, clients).clients(mode(clients, Mode.ONLY)));
        }
        XmlElement internalAddresses = file.single(element, "internalAddresses");
        if (internalAddresses != null) {
            restrictions.internalAddresses(ClientReader.read(file, internalAddresses).networks());
        }
        XmlElement never = file.single(element, "never");
        if (never != null) {
            ClientReader listed = ClientReader.read(file, never);
            restrictions.never(listed.clients(Mode.ONLY), listed.users());
        }
        return restrictions.publicClients(publicClients(element)).build();
    }

    private static Mode mode(XmlElement element, Mode otherwise) {
        @Nullable String mode = element.attribute("mode");
        if (mode == null) {
            return otherwise;
        }
        return mode.equals("only") ? Mode.ONLY : Mode.ALL_EXCEPT;
    }

    private List<Network> publicClients(XmlElement restrictions) {
        String text = restrictions.attribute("publicClients");
        Set<Network> networks = new LinkedHashSet<>();
        if (text == null) {
            return List.of();
        }
        if (text.isEmpty()) {
            file.problem(restrictions, "publicClients is empty; write networks, or leave it out");
            return List.of();
        }
        for (String word : text.split("\\s+", -1)) {
            Network network = file.parse(restrictions, () -> publicNetwork(word));
            if (network != null && !networks.add(network)) {
                file.problems().warn("listed-twice", file.rule(restrictions), "publicClients has '" + network
                    + "' twice; remove one of the two");
            }
        }
        return new ArrayList<>(networks);
    }

    private static Network publicNetwork(String text) {
        if (text.indexOf(',') >= 0) {
            throw new IllegalArgumentException("publicClients has a comma in '" + text + "'; separate networks by blanks");
        }
        if (text.indexOf('-') >= 0) {
            throw new IllegalArgumentException("publicClients has '" + text + "', which is no network; write address/prefix length");
        }
        return Network.parse(text);
    }
}
