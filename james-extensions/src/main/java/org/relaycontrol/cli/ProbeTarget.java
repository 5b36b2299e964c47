package org.relaycontrol.cli;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server to probe, as given on the command line: {@code HOST}, {@code HOST:PORT}, an IPv6 address, or one in brackets and a port.
 */
final class ProbeTarget {

    private static final int SMTP = 25;
    private static final int HIGHEST_PORT = 65535;

    private ProbeTarget() {
    }

    /**
     * Its first IPv4 and its first IPv6 address, looked up by the system.
     *
     * @param ipv4 whether IPv4 is wanted; with neither family, both are
     * @param source the address to connect from, whose family alone fits, or null
     */
    static List<InetSocketAddress> addresses(String target, boolean ipv4, boolean ipv6, @Nullable InetAddress source)
            throws UnusableInputException {
        int colon = target.lastIndexOf(':');
        boolean hasPort = target.startsWith("[") ? target.lastIndexOf(']') < colon : colon >= 0 && target.indexOf(':') == colon;
        int port = hasPort ? port(target.substring(colon + 1)) : SMTP;
        String host = hasPort ? target.substring(0, colon) : target;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        InetAddress[] found = lookUp(host);
        if (ipv4 || !ipv6) {
            addFirst(true, found, source, port, addresses);
        }
        if (ipv6 || !ipv4) {
            addFirst(false, found, source, port, addresses);
        }
        if (addresses.isEmpty()) {
            throw new UnusableInputException(host + " has no address of the family that is wanted; leave out --ipv4, --ipv6 or --source");
        }
        return addresses;
    }

    private static InetAddress[] lookUp(String host) throws UnusableInputException {
        try {
            if (host.matches("[A-Za-z0-9.:_-]+")) {
                return InetAddress.getAllByName(host);
            }
        } catch (UnknownHostException e) {
            throw new UnusableInputException(host + " has no address; name a host that has one, as HOST, HOST:PORT or [IPv6]:PORT");
        }
        throw new UnusableInputException("\"" + host + "\" is no host; write HOST, HOST:PORT or [IPv6]:PORT");
    }

    private static void addFirst(boolean ipv4, InetAddress[] found, @Nullable InetAddress source, int port,
                                 List<InetSocketAddress> addresses) {
        for (InetAddress address : found) {
            if (address instanceof Inet4Address == ipv4 && (source == null || source instanceof Inet4Address == ipv4)) {
                addresses.add(new InetSocketAddress(address, port));
                return;
            }
        }
    }

    private static int port(String text) throws UnusableInputException {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_PORT || Integer.parseInt(text) == 0) {
            throw new UnusableInputException("\"" + text + "\" is no port; write HOST:PORT with a port from 1 to " + HIGHEST_PORT);
        }
        return Integer.parseInt(text);
    }
}
