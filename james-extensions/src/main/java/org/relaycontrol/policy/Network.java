package org.relaycontrol.policy;

import java.util.Objects;

/**
 * The addresses from a first to a last one of the same family: one address, a network or a range. Immutable.
 */
public final class Network {

    private final IpAddress first;
    private final IpAddress last;

    private Network(IpAddress first, IpAddress last) {
        this.first = first;
        this.last = last;
    }

    /** All addresses from {@code first} to {@code last}, both included. */
    static Network between(IpAddress first, IpAddress last) {
        return new Network(first, last);
    }

    /**
     * Reads a network: {@code address}, {@code address/prefix length} or {@code IPv4 address/netmask}. Networks within
     * {@code ::ffff:0:0/96} are the IPv4 networks.
     *
     * @throws IllegalArgumentException with the problem and what to write instead: not an address, a prefix length out of range, a
     *     netmask that is none, or host bits set
     */
    public static Network parse(String text) {
        String network = text.strip();
        int semicolon = network.indexOf(';');
        if (semicolon >= 0) {
            throw new IllegalArgumentException("'" + network + "' separates network and netmask by ';'; write "
                + network.substring(0, semicolon).strip() + "/" + network.substring(semicolon + 1).strip());
        }
        int slash = network.indexOf('/');
        if (slash < 0) {
            rejectForeignNotation(network);
            IpAddress address = IpAddress.parse(network);
            return new Network(address, address);
        }
        String addressText = network.substring(0, slash);
        String suffix = network.substring(slash + 1);
        String closed = addressText.strip() + "/" + suffix.strip();
        if (!closed.equals(network)) {
            throw new IllegalArgumentException("'" + network + "' has a blank beside the '/'; write " + closed);
        }
        IpAddress address = IpAddress.parse(addressText);
        int prefix = suffix.indexOf('.') >= 0
            ? netmaskPrefix(address, suffix, network)
            : prefixLength(addressText, address, suffix, network);
        if (!address.first(prefix).equals(address)) {
            throw new IllegalArgumentException("'" + network + "' has host bits set; write " + address.first(prefix) + "/" + prefix
                + " for the network, or " + address + " for the one address");
        }
        return new Network(address, address.last(prefix));
    }

    private static void rejectForeignNotation(String network) {
        if (network.indexOf('*') >= 0) {
            throw new IllegalArgumentException("'" + network + "' has a wildcard; write the network as address/prefix length, "
                + "like 192.168.1.0/24");
        }
        if (network.indexOf('-') >= 0 && network.chars().allMatch(c -> c == '-' || c == '.' || c == ':' || Character.digit(c, 16) >= 0)) {
            throw new IllegalArgumentException("'" + network + "' is not a network; write a range as <range>first-last</range>");
        }
    }

    private static int prefixLength(String addressText, IpAddress address, String suffix, String network) {
        boolean mapped = address.isIpv4() && addressText.indexOf(':') >= 0;
        int highest = mapped ? IpAddress.IPV6_BITS : address.bits();
        if (suffix.isEmpty() || suffix.length() > 3 || !suffix.chars().allMatch(c -> c >= '0' && c <= '9')
            || suffix.length() > 1 && suffix.charAt(0) == '0' || Integer.parseInt(suffix) > highest) {
            throw new IllegalArgumentException("'" + network + "' has the prefix length '" + suffix + "'; write one from 0 to " + highest
                + (address.isIpv4() && !mapped ? ", or a netmask like 255.255.255.0" : ""));
        }
        int prefix = Integer.parseInt(suffix);
        if (!mapped) {
            return prefix;
        }
        int ipv4Prefix = prefix - (IpAddress.IPV6_BITS - IpAddress.IPV4_BITS);
        if (ipv4Prefix < 0) {
            throw new IllegalArgumentException("'" + network + "' has host bits set; write "
                + (prefix <= IpAddress.IPV4_BITS ? address.first(prefix) + "/" + prefix + " for the IPv4 network, " : "")
                + "0.0.0.0/0 for all of IPv4, or ::/0 for all of IPv6");
        }
        return ipv4Prefix;
    }

    private static int netmaskPrefix(IpAddress address, String suffix, String network) {
        if (!address.isIpv4()) {
            throw new IllegalArgumentException("'" + network
                + "' has an IPv4 netmask on an IPv6 address; write a prefix length from 0 to 128");
        }
        if (suffix.indexOf(':') >= 0) {
            throw notContiguous(network);
        }
        long mask = IpAddress.parse(suffix).low();
        int prefix = Long.bitCount(mask);
        if (IpAddress.ipv4(-1).first(prefix).low() == mask) {
            return prefix;
        }
        long inverted = ~mask & 0xffffffffL;
        int wildcardPrefix = Long.bitCount(inverted);
        if (IpAddress.ipv4(-1).first(wildcardPrefix).low() == inverted) {
            IpAddress meant = address.first(wildcardPrefix);
            throw new IllegalArgumentException("'" + network + "' has a wildcard mask; write the netmask: " + meant + "/"
                + IpAddress.ipv4(inverted) + ", or " + meant + "/" + wildcardPrefix);
        }
        throw notContiguous(network);
    }

    private static IllegalArgumentException notContiguous(String network) {
        return new IllegalArgumentException("'" + network + "' has a netmask whose one bits are not contiguous; "
            + "write a netmask like 255.255.255.0 or a prefix length from 0 to 32");
    }

    /**
     * Reads a range: {@code first-last}, two addresses of one family in ascending order.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    public static Network parseRange(String text) {
        String range = text.strip();
        int dash = range.indexOf('-');
        if (dash <= 0 || dash == range.length() - 1) {
            throw new IllegalArgumentException("'" + range + "' is not a range; write first-last, like 10.0.0.10-10.0.0.20");
        }
        IpAddress first = IpAddress.parse(range.substring(0, dash));
        IpAddress last = IpAddress.parse(range.substring(dash + 1));
        if (first.isIpv4() != last.isIpv4()) {
            throw new IllegalArgumentException("'" + range + "' mixes IPv4 and IPv6; write two addresses of one family");
        }
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException("'" + range + "' is reversed; write " + last + "-" + first);
        }
        return new Network(first, last);
    }

    /** The lowest address. */
    public IpAddress first() {
        return first;
    }

    /** The highest address. */
    public IpAddress last() {
        return last;
    }

    /** Whether the address is one of these. */
    public boolean contains(IpAddress address) {
        return address.isIpv4() == first.isIpv4() && first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Network && first.equals(((Network) other).first) && last.equals(((Network) other).last);
    }

    @Override
    public int hashCode() {
        return Objects.hash(first, last);
    }

    /** {@code address}, {@code address/prefix length}, or {@code first-last} where no prefix covers exactly these. */
    @Override
    public String toString() {
        if (first.equals(last)) {
            return first.toString();
        }
        for (int prefix = 0; prefix < first.bits(); prefix++) {
            if (first.first(prefix).equals(first) && first.last(prefix).equals(last)) {
                return first + "/" + prefix;
            }
        }
        return first + "-" + last;
    }
}
