package org.relaycontrol.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.NextHops;

/**
 * The named next hops ({@code nextHops}), and what {@code nextHop}, {@code smartHost} and {@code via} make of them.
 */
final class NextHopNames {

    private final PolicyFile file;
    private final Map<String, XmlElement> elements = new LinkedHashMap<>();
    private final Map<String, NextHops> named = new LinkedHashMap<>();

    private NextHopNames(PolicyFile file) {
        this.file = file;
    }

    /** Reads the named next hops of the whole file. */
    static NextHopNames read(PolicyFile file, XmlElement relaycontrol) {
        NextHopNames names = new NextHopNames(file);
        XmlElement nextHops = file.single(relaycontrol, "nextHops");
        if (nextHops != null) {
            nextHops.children("nextHop").forEach(names::read);
        }
        return names;
    }

    private void read(XmlElement element) {
        String written = element.attribute("passwordFile");
        String passwordFile = written == null || written.isEmpty() ? written : file.passwordFile(element, written);
        String name = element.attribute("name");
        String hosts = element.attribute("hosts");
        String tls = element.attribute("tls");
        if (name == null || !isUsable(element, name) || hosts == null) {
            return;
        }
        NextHops hops = file.parse(element, () -> NextHops.named(name, hosts, tls(tls), element.attribute("username"), passwordFile));
        if (hops != null) {
            named.put(name, hops);
        }
    }

    /** The schema has reported an unknown word already. */
    private static NextHops.Tls tls(@Nullable String text) {
        for (NextHops.Tls tls : NextHops.Tls.values()) {
            if (tls.toString().equals(text)) {
                return tls;
            }
        }
        return NextHops.Tls.NONE;
    }

    private boolean isUsable(XmlElement element, String name) {
        if (name.equals(RoutingReader.SMART_HOST)) {
            file.problem(element, "the name 'smartHost' is reserved for the smart host of a routing list; write another name");
            return false;
        }
        if (file.parse(element, () -> Names.check(name)) == null) {
            return false;
        }
        XmlElement before = elements.putIfAbsent(name, element);
        if (before != null) {
            file.problem(element, "the next hop '" + name + "' is defined already on line " + before.line() + "; write another name");
            return false;
        }
        return true;
    }

    /**
     * The next hops of that name, or null after a problem.
     *
     * @param orSmartHost whether the smart host of the routing list could be meant
     */
    @Nullable NextHops get(XmlElement element, String name, boolean orSmartHost) {
        if (!elements.containsKey(name)) {
            Set<String> known = new LinkedHashSet<>(elements.keySet());
            if (orSmartHost) {
                known.add(RoutingReader.SMART_HOST);
            }
            file.problem(element, "via=\"" + name + "\" names no next hop; "
                + (known.isEmpty() ? "" : "write " + (known.size() > 1 ? "one of " : "") + String.join(", ", known) + ", or ")
                + "define it: <nextHops><nextHop name=\"" + name + "\" hosts=\"…\"/></nextHops>");
        }
        return named.get(name);
    }

    /** The next hops that the attribute lists, or null after a problem. */
    @Nullable NextHops parse(XmlElement element, String attribute, String hosts) {
        if (elements.containsKey(hosts)) {
            file.problems().warn("named-next-hop", file.rule(element), attribute + "=\"" + hosts
                + "\" is a host, not the next hop of that name; write via=\"" + hosts + "\" if that is meant");
        }
        return file.parse(element, () -> NextHops.parse(hosts));
    }
}
