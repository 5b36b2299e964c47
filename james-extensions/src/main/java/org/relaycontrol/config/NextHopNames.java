package org.relaycontrol.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NextHops;

/**
 * The named next hops ({@code nextHops}), and what {@code nextHop}, {@code smartHost} and {@code via} make of them.
 */
final class NextHopNames {

    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})([smh])");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,6}");

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
        if (name == null || !isUsable(element, name) || hosts == null) {
            return;
        }
        NextHops.Builder builder = file.parse(element, () -> NextHops.named(name, hosts));
        if (builder == null) {
            return;
        }
        for (NextHops.Tls tls : NextHops.Tls.values()) {
            if (tls.toString().equals(element.attribute("tls"))) {
                builder.tls(tls);
            }
        }
        builder.balance(Boolean.parseBoolean(element.attribute("balance")));
        file.parse(element, () -> builder.credentials(element.attribute("username"), passwordFile));
        set(element, "heloName", text -> builder.heloName(heloName(text)));
        set(element, "bind", text -> builder.bind(addresses(text)));
        set(element, "connectTimeout", text -> builder.connectTimeout(seconds("connectTimeout", text)));
        set(element, "timeout", text -> builder.timeout(seconds("timeout", text)));
        set(element, "maxConnections", text -> builder.maxConnections(count(text)));
        NextHops hops = file.parse(element, builder::build);
        if (hops != null) {
            named.put(name, hops);
            warnOfImpatience(element, hops);
        }
    }

    private void set(XmlElement element, String attribute, Function<String, NextHops.Builder> setter) {
        String text = element.attribute(attribute);
        if (text != null) {
            file.parse(element, () -> setter.apply(text));
        }
    }

    private static DomainName heloName(String text) {
        try {
            return DomainName.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("heloName: " + e.getMessage(), e);
        }
    }

    private static List<IpAddress> addresses(String text) {
        List<IpAddress> addresses = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            String address = word.strip();
            if (address.isEmpty()) {
                throw new IllegalArgumentException("bind='" + text + "' has an empty place; write an address, or an IPv4 and an IPv6 "
                    + "address with a comma between them");
            }
            addresses.add(address(address));
        }
        return addresses;
    }

    private static IpAddress address(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        try {
            return IpAddress.parse(bracketed ? text.substring(1, text.length() - 1) : text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("bind: " + e.getMessage(), e);
        }
    }

    /**
     * A time.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it is none
     */
    static Duration seconds(String attribute, String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(attribute + " is '" + text + "'; write a number and s, m or h, like 30s or 5m");
        }
        long number = Long.parseLong(matcher.group(1));
        switch (matcher.group(2)) {
            case "s":
                return Duration.ofSeconds(number);
            case "m":
                return Duration.ofMinutes(number);
            default:
                return Duration.ofHours(number);
        }
    }

    private static int count(String text) {
        if (!COUNT.matcher(text).matches()) {
            throw new IllegalArgumentException("maxConnections is '" + text + "'; write 1 to " + NextHops.MOST_CONNECTIONS);
        }
        return Integer.parseInt(text);
    }

    private void warnOfImpatience(XmlElement element, NextHops hops) {
        hops.timeout().filter(timeout -> timeout.compareTo(NextHops.PATIENT_TIMEOUT) < 0).ifPresent(timeout ->
            file.problems().warn("short-timeout", file.rule(element), "with timeout=\"" + element.attribute("timeout") + "\", mail that "
                + "these hosts take longer to accept is sent again and arrives twice; write " + NextHops.PATIENT_TIMEOUT.toMinutes()
                + "m at least (RFC 5321 section 4.5.3.2.6), or leave timeout out"));
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
