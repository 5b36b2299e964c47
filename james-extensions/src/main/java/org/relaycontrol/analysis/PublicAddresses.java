package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.List;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Network;

/**
 * The addresses from which strangers come: those that are not in the IANA special-purpose address registries, whatever a registry says of
 * their reach. An IPv4 address embedded in an IPv6 one, by NAT64 (RFC 6052) or 6to4 (RFC 3056), is as public as it is by itself.
 */
final class PublicAddresses {

    /**
     * IANA IPv4 Special-Purpose Address Registry (RFC 6890), https://www.iana.org/assignments/iana-ipv4-special-registry, without the
     * entries that lie within another one.
     */
    static final List<String> SPECIAL_IPV4 = List.of(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "240.0.0.0/4");

    /**
     * IANA IPv6 Special-Purpose Address Registry (RFC 6890), https://www.iana.org/assignments/iana-ipv6-special-registry, as of 2025,
     * without the entries that lie within another one, and without IPv4-mapped addresses, which are IPv4.
     */
    static final List<String> SPECIAL_IPV6 = List.of(
        "::/128", "::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10");

    /** RFC 6052: the last 32 bits are an IPv4 address. */
    private static final Network NAT64 = Network.parse("64:ff9b::/96");
    private static final int NAT64_PREFIX = 96;
    /** RFC 3056: bits 16 to 47 are an IPv4 address. */
    private static final Network SIX_TO_FOUR = Network.parse("2002::/16");
    private static final int SIX_TO_FOUR_PREFIX = 16;

    /** Every public address. */
    static final AddressSet ALL = all();

    private PublicAddresses() {
    }

    private static AddressSet all() {
        List<Network> special = new ArrayList<>();
        SPECIAL_IPV4.forEach(network -> special.add(Network.parse(network)));
        SPECIAL_IPV6.forEach(network -> special.add(Network.parse(network)));
        List<Network> embeddedSpecial = new ArrayList<>();
        for (String network : SPECIAL_IPV4) {
            int slash = network.indexOf('/');
            String address = network.substring(0, slash);
            int prefix = Integer.parseInt(network.substring(slash + 1));
            embeddedSpecial.add(Network.parse("64:ff9b::" + address + "/" + (NAT64_PREFIX + prefix)));
            long bits = IpAddress.parse(address).low();
            embeddedSpecial.add(Network.parse("2002:" + Long.toHexString(bits >>> 16) + ":" + Long.toHexString(bits & 0xffff) + "::/"
                + (SIX_TO_FOUR_PREFIX + prefix)));
        }
        AddressSet embedded = AddressSet.of(List.of(NAT64, SIX_TO_FOUR)).minus(AddressSet.of(embeddedSpecial));
        return AddressSet.of(special).complement().union(embedded);
    }

    /** The IPv4 addresses that stand behind a set: its own, and those embedded in its IPv6 addresses. */
    static AddressSet withEmbedded(AddressSet set) {
        List<Network> ipv4 = new ArrayList<>(set.intersect(AddressSet.ALL_IPV4).intervals());
        for (Network interval : set.intersect(AddressSet.of(List.of(NAT64))).intervals()) {
            ipv4.add(ipv4(interval.first().low(), interval.last().low()));
        }
        for (Network interval : set.intersect(AddressSet.of(List.of(SIX_TO_FOUR))).intervals()) {
            ipv4.add(ipv4(interval.first().high() >>> 16, interval.last().high() >>> 16));
        }
        return AddressSet.of(ipv4);
    }

    private static Network ipv4(long first, long last) {
        return Network.parseRange(quad(first) + "-" + quad(last));
    }

    private static String quad(long bits) {
        return (bits >>> 24 & 0xff) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
