package org.relaycontrol.policy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which of James's listeners a policy governs: {@code address:port}, {@code *:port} or {@code address:*}. Immutable.
 */
public final class Listener {

    private static final int MAX_PORT = 65535;

    private final @Nullable IpAddress address;
    private final int port;

    private Listener(@Nullable IpAddress address, int port) {
        this.address = address;
        this.port = port;
    }

    /**
     * Reads a listener.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static Listener parse(String text) {
        String listener = text.strip();
        int colon = listener.lastIndexOf(':');
        String addressText = colon < 0 || listener.endsWith("]") ? "" : listener.substring(0, colon);
        if (addressText.isEmpty()) {
            throw new IllegalArgumentException("'" + listener + "' is not a listener; write address:port, *:port or address:*");
        }
        String portText = listener.substring(colon + 1);
        int port = portText.equals("*") ? 0 : port(portText, listener);
        if (addressText.equals("*")) {
            if (port == 0) {
                throw new IllegalArgumentException("'" + listener + "' names every listener; leave listeners out");
            }
            return new Listener(null, port);
        }
        IpAddress address = address(addressText, listener);
        if (address.equals(IpAddress.ipv4(0)) || address.equals(IpAddress.ipv6(0, 0))) {
            throw new IllegalArgumentException("'" + listener + "' is no address a client connects to; "
                + (port == 0 ? "leave listeners out" : "write *:" + port));
        }
        return new Listener(address, port);
    }

    private static IpAddress address(String text, String listener) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        if (!bracketed && text.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + listener + "' has an IPv6 address without brackets; write [address]:port");
        }
        String inner = bracketed ? text.substring(1, text.length() - 1) : text;
        if (bracketed && inner.indexOf(':') < 0) {
            throw new IllegalArgumentException("'" + listener + "' has brackets around what is not an IPv6 address; write " + inner
                + listener.substring(text.length()));
        }
        return IpAddress.parse(inner);
    }

    private static int port(String text, String listener) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')
            || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_PORT) {
            throw new IllegalArgumentException("'" + listener + "' has the port '" + text + "'; write a port from 1 to " + MAX_PORT
                + ", or * for every port of the address");
        }
        return Integer.parseInt(text);
    }

    /** Whether this is where the client connected to. */
    public boolean covers(IpAddress localAddress, int localPort) {
        return (address == null || address.equals(localAddress)) && (port == 0 || port == localPort);
    }

    /** How specific this is: {@code address:port} before {@code *:port} before {@code address:*}. */
    int rank() {
        if (address != null && port != 0) {
            return 2;
        }
        return port != 0 ? 1 : 0;
    }

    /** The address, or null for every address. */
    public @Nullable IpAddress address() {
        return address;
    }

    /** The port, or 0 for every port. */
    public int port() {
        return port;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Listener && port == ((Listener) other).port && Objects.equals(address, ((Listener) other).address);
    }

    @Override
    public int hashCode() {
        return Objects.hash(address, port);
    }

    @Override
    public String toString() {
        String host = address == null ? "*" : address.isIpv4() ? address.toString() : "[" + address + "]";
        return host + ":" + (port == 0 ? "*" : String.valueOf(port));
    }
}
