package org.relaycontrol.policy;

import java.net.InetAddress;

/**
 * An IPv4 or IPv6 address. An IPv4-mapped IPv6 address ({@code ::ffff:192.0.2.1}) is the IPv4 address; zone ids are dropped.
 * Parsing is strict and asks no DNS. Immutable; ordered by family (IPv4 first), then by value.
 */
public final class IpAddress implements Comparable<IpAddress> {

    static final int IPV4_BITS = 32;
    static final int IPV6_BITS = 128;

    private static final long IPV4_MASK = 0xffffffffL;
    private static final long MAPPED_PREFIX = 0xffff00000000L;
    private static final int GROUPS = 8;

    private final boolean ipv4;
    private final long high;
    private final long low;

    private IpAddress(boolean ipv4, long high, long low) {
        this.ipv4 = ipv4;
        this.high = high;
        this.low = low;
    }

    static IpAddress ipv4(long value) {
        return new IpAddress(true, 0, value & IPV4_MASK);
    }

    /** The address of 128 bits, in its canonical family: the IPv4 address if it is mapped. */
    static IpAddress ipv6(long high, long low) {
        if (high == 0 && (low & ~IPV4_MASK) == MAPPED_PREFIX) {
            return ipv4(low);
        }
        return new IpAddress(false, high, low);
    }

    /** The IPv6 address of 128 bits, which may be within {@code ::ffff:0:0/96} where it bounds a network that reaches in there. */
    static IpAddress unmapped(long high, long low) {
        return new IpAddress(false, high, low);
    }

    /** The address of a socket. */
    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == IPV4_BITS / Byte.SIZE) {
            return ipv4(bits(bytes, 0, bytes.length));
        }
        return ipv6(bits(bytes, 0, Long.BYTES), bits(bytes, Long.BYTES, Long.BYTES));
    }

    private static long bits(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = offset; i < offset + length; i++) {
            value = value << Byte.SIZE | bytes[i] & 0xff;
        }
        return value;
    }

    /**
     * Reads an address: dotted quad (decimal octets without leading zeros) or RFC 4291 text. No brackets, no port.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it is none
     */
    public static IpAddress parse(String text) {
        String address = text.strip();
        if (address.indexOf(':') >= 0) {
            int zone = address.indexOf('%');
            if (zone == address.length() - 1) {
                throw notAnAddress(address);
            }
            return parseIpv6(zone < 0 ? address : address.substring(0, zone));
        }
        return ipv4(parseQuad(address, address));
    }

    private static long parseQuad(String quad, String text) {
        String[] octets = quad.split("\\.", -1);
        if (octets.length != 4) {
            throw notAnAddress(text);
        }
        long value = 0;
        for (String octet : octets) {
            value = value << Byte.SIZE | parseOctet(octet, text);
        }
        return value;
    }

    private static int parseOctet(String octet, String text) {
        if (octet.isEmpty() || !octet.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw notAnAddress(text);
        }
        if (octet.length() > 1 && octet.charAt(0) == '0') {
            throw new IllegalArgumentException("'" + text + "' has an octet with a leading zero, which some programs read as octal; "
                + "write it in decimal without leading zeros");
        }
        if (octet.length() > 3 || Integer.parseInt(octet) > 0xff) {
            throw new IllegalArgumentException("'" + text + "' has the octet " + octet + "; write octets from 0 to 255");
        }
        return Integer.parseInt(octet);
    }

    private static IpAddress parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            throw notAnAddress(text);
        }
        long[] groups = new long[GROUPS];
        if (gap < 0) {
            if (parseGroups(text, true, text, groups) != GROUPS) {
                throw notAnAddress(text);
            }
        } else {
            int before = parseGroups(text.substring(0, gap), false, text, groups);
            long[] tail = new long[GROUPS];
            int after = parseGroups(text.substring(gap + 2), true, text, tail);
            // RFC 4291 2.2: "::" stands for one group at least.
            if (before + after >= GROUPS) {
                throw notAnAddress(text);
            }
            System.arraycopy(tail, 0, groups, GROUPS - after, after);
        }
        return ipv6(groups[0] << 48 | groups[1] << 32 | groups[2] << 16 | groups[3],
            groups[4] << 48 | groups[5] << 32 | groups[6] << 16 | groups[7]);
    }

    /** Reads colon separated groups, the last of which may be a dotted quad if so told; returns how many there were. */
    private static int parseGroups(String part, boolean quadAllowed, String text, long[] groups) {
        if (part.isEmpty()) {
            return 0;
        }
        String[] fields = part.split(":", -1);
        int count = 0;
        for (int i = 0; i < fields.length; i++) {
            boolean quad = quadAllowed && i == fields.length - 1 && fields[i].indexOf('.') >= 0;
            if (count + (quad ? 2 : 1) > GROUPS) {
                throw notAnAddress(text);
            }
            if (quad) {
                long value = parseQuad(fields[i], text);
                groups[count++] = value >>> 16;
                groups[count++] = value & 0xffff;
            } else {
                groups[count++] = parseGroup(fields[i], text);
            }
        }
        return count;
    }

    private static long parseGroup(String group, String text) {
        if (group.isEmpty() || group.length() > 4 || !group.chars().allMatch(IpAddress::isHexDigit)) {
            throw notAnAddress(text);
        }
        return Long.parseLong(group, 16);
    }

    private static boolean isHexDigit(int c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is not an IP address; write one like 192.0.2.1 or 2001:db8::1");
    }

    /** Whether this is an IPv4 address, a mapped one included. */
    public boolean isIpv4() {
        return ipv4;
    }

    int bits() {
        return ipv4 ? IPV4_BITS : IPV6_BITS;
    }

    /** The first 64 bits of an IPv6 address; 0 for IPv4. */
    public long high() {
        return high;
    }

    /** The last 64 bits of an IPv6 address; the 32 bits of an IPv4 one. */
    public long low() {
        return low;
    }

    /** This address with all bits after the first {@code prefix} cleared. */
    IpAddress first(int prefix) {
        if (ipv4) {
            return ipv4(low & mask(prefix + IPV4_BITS));
        }
        return new IpAddress(false, high & mask(prefix), low & mask(prefix - Long.SIZE));
    }

    /** This address with all bits after the first {@code prefix} set. */
    IpAddress last(int prefix) {
        if (ipv4) {
            return ipv4(low | ~mask(prefix + IPV4_BITS));
        }
        return new IpAddress(false, high | ~mask(prefix), low | ~mask(prefix - Long.SIZE));
    }

    private static long mask(int ones) {
        if (ones <= 0) {
            return 0;
        }
        return ones >= Long.SIZE ? -1 : -1L << Long.SIZE - ones;
    }

    /** The next address of the family; the highest one is followed by the lowest. */
    public IpAddress next() {
        if (ipv4) {
            return ipv4(low + 1);
        }
        return new IpAddress(false, low == -1 ? high + 1 : high, low + 1);
    }

    /** The address before this one in its family; the lowest one follows the highest. */
    IpAddress previous() {
        if (ipv4) {
            return ipv4(low - 1);
        }
        return new IpAddress(false, low == 0 ? high - 1 : high, low - 1);
    }

    /** Whether this is the highest address of its family. */
    boolean isHighest() {
        return ipv4 ? low == IPV4_MASK : high == -1 && low == -1;
    }

    @Override
    public int compareTo(IpAddress other) {
        if (ipv4 != other.ipv4) {
            return ipv4 ? -1 : 1;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof IpAddress)) {
            return false;
        }
        IpAddress that = (IpAddress) other;
        return ipv4 == that.ipv4 && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return (Long.hashCode(high) * 31 + Long.hashCode(low)) * 31 + Boolean.hashCode(ipv4);
    }

    /** The address as text: dotted quad, or RFC 5952. */
    @Override
    public String toString() {
        if (ipv4) {
            return (low >>> 24) + "." + (low >>> 16 & 0xff) + "." + (low >>> 8 & 0xff) + "." + (low & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && group(i + length) == 0) {
                length++;
            }
            if (length > gapLength) {
                gapStart = i;
                gapLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
            } else {
                if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Long.toHexString(group(i)));
            }
        }
        return text.toString();
    }

    private long group(int index) {
        long half = index < 4 ? high : low;
        return half >>> 48 - 16 * (index & 3) & 0xffff;
    }
}
