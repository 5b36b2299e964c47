package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;

/**
 * A set of the server's listeners, by port. Immutable.
 */
public final class Listeners {

    private final Map<Integer, AddressSet> addresses = new TreeMap<>();
    private final Set<Integer> ports;

    /** The listeners of some classes, out of all that there are. */
    Listeners(List<ListenerClass> all, IntSet classes) {
        classes.forEach(c -> all.get(c).addresses().forEach((port, at) -> addresses.merge(port, at, AddressSet::union)));
        Map<Integer, AddressSet> every = new TreeMap<>();
        all.forEach(one -> every.putAll(one.addresses()));
        ports = every.keySet();
    }

    /** The server's addresses by port; port 0 stands for every port that no policy names. */
    public Map<Integer, AddressSet> addresses() {
        return addresses;
    }

    /** Whether the listener is one of them. */
    public boolean contains(IpAddress address, int port) {
        return addresses.getOrDefault(ports.contains(port) ? port : ListenerClass.OTHER_PORTS, AddressSet.NONE).contains(address);
    }

    /** Whether these are all listeners that there can be. */
    public boolean isEvery() {
        return addresses.keySet().equals(ports) && addresses.values().stream().allMatch(AddressSet.ALL::equals);
    }

    /** Like {@code port 25}, {@code every port but 25 at 10.0.0.1} or {@code every listener}. */
    @Override
    public String toString() {
        if (isEvery()) {
            return "every listener";
        }
        Map<AddressSet, List<Integer>> byAddress = new LinkedHashMap<>();
        addresses.forEach((port, at) -> byAddress.computeIfAbsent(at, any -> new ArrayList<>()).add(port));
        List<String> texts = new ArrayList<>();
        byAddress.forEach((at, atPorts) -> texts.add(ports(atPorts) + at(at)));
        return String.join(" and ", texts);
    }

    private String ports(List<Integer> some) {
        if (some.contains(ListenerClass.OTHER_PORTS)) {
            List<Integer> others = new ArrayList<>(ports);
            others.removeAll(some);
            return others.isEmpty() ? "every port" : "every port but " + Texts.list(others, "ports");
        }
        return (some.size() == 1 ? "port " : "ports ") + Texts.list(some, "ports");
    }

    private static String at(AddressSet at) {
        if (at.equals(AddressSet.ALL)) {
            return "";
        }
        AddressSet others = at.complement();
        return others.cidrs().size() < at.cidrs().size() ? " except at " + Texts.networks(others) : " at " + Texts.networks(at);
    }
}
