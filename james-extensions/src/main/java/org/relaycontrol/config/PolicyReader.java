package org.relaycontrol.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.Listener;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingList;

/**
 * Reads the whole policy file: the shared parts, then each policy, then what must hold between them.
 */
final class PolicyReader {

    /** The name of a policy that has none. */
    static final String DEFAULT_NAME = "default";

    private final PolicyFile file;
    private final Map<String, XmlElement> byName = new HashMap<>();
    private final Map<Listener, XmlElement> byListener = new HashMap<>();
    private @Nullable XmlElement withoutListeners;

    PolicyReader(PolicyFile file) {
        this.file = file;
    }

    /** The policies; unusable if a problem was reported. */
    RelayPolicies read(XmlElement relaycontrol) throws PolicyException {
        NextHopNames nextHopNames = NextHopNames.read(file, relaycontrol);
        RecipientLists recipientLists = new RecipientLists(file);
        RecipientsReader recipients = RecipientsReader.of(file, recipientLists, DirectoryNames.read(file, relaycontrol));
        XmlElement routing = file.single(relaycontrol, "routing");
        RoutingReader shared = routing == null
            ? RoutingReader.none(file, nextHopNames, recipients, relaycontrol)
            : RoutingReader.read(file, nextHopNames, recipients, routing);
        RoutingList sharedRouting = shared.routing().build();

        List<XmlElement> elements = relaycontrol.children("policy");
        if (elements.isEmpty()) {
            file.problem(relaycontrol, "there is no policy, so that nobody could connect; write <policy/> at least");
        }
        List<RelayPolicy> policies = new ArrayList<>();
        Set<String> withoutSmartHost = new HashSet<>();
        for (XmlElement element : elements) {
            String name = name(element, elements.size());
            List<Listener> listeners = listeners(element);
            XmlElement ownElement = file.single(element, "routing");
            RoutingReader own = ownElement == null
                ? RoutingReader.none(file, nextHopNames, shared.recipients(), element)
                : RoutingReader.read(file, nextHopNames, shared.recipients(), ownElement);
            if (!own.hasSmartHost() && !shared.hasSmartHost()) {
                withoutSmartHost.add(name);
                own.viaSmartHost().forEach(entry -> file.problem(entry, "via=\"smartHost\" in a routing list without a smart host; "
                    + "write smartHost=\"host\" or via=\"name\" at <routing>"));
            }
            RestrictionsReader restrictionsReader = new RestrictionsReader(file);
            ClientList connections = restrictionsReader.connections(element);
            Restrictions restrictions = restrictionsReader.restrictions(element);
            RelayPolicy policy = RelayPolicy.of(name, file.rule(element), listeners, connections, own.routing().buildOver(sharedRouting),
                restrictions);
            policies.add("false".equals(element.attribute("enforce")) ? policy.notEnforced() : policy);
        }
        if (!withoutSmartHost.isEmpty()) {
            shared.viaSmartHost().forEach(entry -> file.problem(entry, "via=\"smartHost\", but there is no smart host for "
                + withoutSmartHost.stream().sorted().map(name -> "policy '" + name + "'").collect(Collectors.joining(", "))
                + "; write smartHost=\"host\" or via=\"name\" at the shared <routing>"));
        }
        List<RoutingList> routings = new ArrayList<>();
        routings.add(sharedRouting);
        policies.forEach(policy -> routings.add(policy.routing()));
        recipientLists.checkDomains(routings);
        file.throwIfAnyProblem();
        return RelayPolicies.of(policies, sharedRouting);
    }

    private String name(XmlElement policy, int count) {
        String written = policy.attribute("name");
        if (written == null) {
            if (count > 1) {
                file.problem(policy, "<policy> has no name, but there are " + count + " policies; write name=\"…\"");
            }
            return DEFAULT_NAME;
        }
        String name = file.parse(policy, () -> Names.check(written));
        if (name == null) {
            return DEFAULT_NAME;
        }
        XmlElement before = byName.putIfAbsent(name, policy);
        if (before != null) {
            file.problem(policy, "the policy on line " + before.line() + " is named '" + name + "' too; write another name");
        }
        return name;
    }

    private List<Listener> listeners(XmlElement policy) {
        String text = policy.attribute("listeners");
        if (text == null) {
            if (withoutListeners != null) {
                file.problem(policy, "the policy on line " + withoutListeners.line()
                    + " has no listeners either; write listeners=\"*:port\" at all policies but one");
            } else {
                withoutListeners = policy;
            }
            return List.of();
        }
        if (text.isEmpty()) {
            file.problem(policy, "listeners is empty; write address:port, *:port or address:*, or leave listeners out");
            return List.of();
        }
        List<Listener> listeners = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            Listener listener = file.parse(policy, () -> listener(word.strip()));
            if (listener != null) {
                listeners.add(listener);
                XmlElement before = byListener.putIfAbsent(listener, policy);
                if (before != null) {
                    file.problem(policy, "the listener " + listener + (before == policy ? " is named twice"
                        : " is named by the policy on line " + before.line() + " already") + "; remove one of the two");
                }
            }
        }
        return listeners;
    }

    private static Listener listener(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("listeners has a comma too many; write one comma between two listeners");
        }
        if (text.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("'" + text + "' is more than one listener; separate them by commas");
        }
        return Listener.parse(text);
    }
}
