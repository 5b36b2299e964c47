package org.relaycontrol.analysis;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.NextHops;
import org.relaycontrol.policy.Verification;

/**
 * How sets of addresses and names are told to people: short, complete as long as they are, and with a count of what is left out.
 */
final class Texts {

    /** How many networks or names are told before the rest is only counted. */
    static final int SHOWN = 8;

    private static final BigInteger READABLE = BigInteger.TEN.pow(9);

    private Texts() {
    }

    /** The items after each other, from some number on only how many more there are. */
    static String list(List<?> items, String plural) {
        return list(items, items.size(), plural);
    }

    /** The first items after each other, and how many more there are of so many. */
    static String list(List<?> items, int count, String plural) {
        StringBuilder text = new StringBuilder();
        // Nobody is helped by "and 1 more".
        int shown = Math.min(items.size(), count == SHOWN + 1 ? count : SHOWN);
        for (int i = 0; i < shown; i++) {
            if (i > 0) {
                text.append(i == count - 1 ? " and " : ", ");
            }
            text.append(items.get(i));
        }
        if (shown < count) {
            text.append(" and ").append(number(count - shown)).append(" more ").append(plural);
        }
        return text.toString();
    }

    /** The clients with these addresses. */
    static String clients(AddressSet addresses) {
        AddressSet ipv4 = addresses.intersect(AddressSet.ALL_IPV4);
        AddressSet ipv6 = addresses.intersect(AddressSet.ALL_IPV6);
        AddressSet ipv4Missing = AddressSet.ALL_IPV4.minus(addresses);
        AddressSet ipv6Missing = AddressSet.ALL_IPV6.minus(addresses);
        if (toldByMissing(ipv4, ipv4Missing) && toldByMissing(ipv6, ipv6Missing)) {
            return allBut("every client", ipv4Missing.union(ipv6Missing));
        }
        if (toldByMissing(ipv4, ipv4Missing)) {
            return allBut("every IPv4 client", ipv4Missing) + (ipv6.isEmpty() ? "" : "; " + networks(ipv6));
        }
        if (toldByMissing(ipv6, ipv6Missing)) {
            return (ipv4.isEmpty() ? "" : networks(ipv4) + "; ") + allBut("every IPv6 client", ipv6Missing);
        }
        return networks(addresses);
    }

    private static boolean toldByMissing(AddressSet there, AddressSet missing) {
        return missing.isEmpty() || !there.isEmpty() && missing.cidrs().size() * 2 < there.cidrs().size();
    }

    private static String allBut(String all, AddressSet missing) {
        return missing.isEmpty() ? all : all + " but " + networks(missing);
    }

    /** The set as the fewest networks with a prefix length. */
    static String networks(AddressSet addresses) {
        return list(addresses.cidrs(), "networks");
    }

    /** How many addresses there are, by family. */
    static String count(AddressSet addresses) {
        return count(addresses.countIpv4(), addresses.countIpv6());
    }

    static String count(long ipv4, BigInteger ipv6) {
        List<String> counts = new ArrayList<>();
        if (ipv4 > 0 || ipv6.signum() == 0) {
            counts.add(number(ipv4) + " IPv4 " + (ipv4 == 1 ? "address" : "addresses"));
        }
        if (ipv6.signum() > 0) {
            counts.add(number(ipv6) + " IPv6 " + (ipv6.equals(BigInteger.ONE) ? "address" : "addresses"));
        }
        return String.join(" and ", counts);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String number(BigInteger number) {
        if (number.compareTo(READABLE) < 0) {
            return number(number.longValue());
        }
        int log = number.bitLength() - 1;
        return number.bitCount() == 1 ? "2^" + log : "about 2^" + (number.testBit(log - 1) ? log + 1 : log);
    }

    /** The listed names of a set that is told by what is in it. */
    static String included(NameSet names, String plural) {
        return list(names.included(), names.countIncluded(), plural)
            + (names.excluded().isEmpty() ? "" : " but not " + list(names.excluded(), names.countExcluded(), plural));
    }

    /** What is missing in a set that is told by what is missing. */
    static String missing(NameSet names, String plural) {
        return list(names.excluded(), names.countExcluded(), plural)
            + (names.included().isEmpty() ? "" : ", though " + list(names.included(), names.countIncluded(), plural));
    }

    /** Who is asked whether a recipient exists, and how. */
    static String verification(@Nullable Verification verification) {
        if (verification == null) {
            return "nobody";
        }
        List<String> settings = new ArrayList<>();
        LdapDirectory directory = verification.directory();
        if (directory != null) {
            settings.add(directory.urls().stream().map(LdapDirectory.Url::toString).collect(Collectors.joining(" ")));
            settings.add("tls " + directory.tls());
            directory.bindDn().ifPresent(dn -> settings.add("bindDn " + dn));
            settings.add("base '" + directory.base() + "'");
            settings.add("filter " + directory.filter());
            if (!verification.recipientDelimiter().isEmpty()) {
                settings.add("recipientDelimiter " + verification.recipientDelimiter());
            }
        }
        settings.add("timeout " + verification.timeout().toSeconds() + "s");
        settings.add("ttl " + verification.ttl().toSeconds() + "s");
        settings.add("negativeTtl " + verification.negativeTtl().toSeconds() + "s");
        settings.add("onFailure " + verification.onFailure().name().toLowerCase(Locale.ROOT));
        return (directory == null ? "the next hop (" : "directory (") + String.join(", ", settings) + ")";
    }

    /** The next hops, and for those with a name all that is said of them but where the password is. */
    static String nextHops(NextHops hops) {
        List<String> settings = new ArrayList<>();
        settings.add(hops.toString());
        if (hops.balance()) {
            settings.add("balanced");
        }
        if (hops.tls() != NextHops.Tls.NONE) {
            settings.add("tls " + hops.tls());
        }
        hops.username().ifPresent(user -> settings.add("username " + user));
        hops.heloName().ifPresent(name -> settings.add("heloName " + name));
        if (!hops.bind().isEmpty()) {
            settings.add("bind " + hops.bind().stream().map(IpAddress::toString).collect(Collectors.joining(" ")));
        }
        hops.connectTimeout().ifPresent(time -> settings.add("connectTimeout " + time.toSeconds() + "s"));
        hops.timeout().ifPresent(time -> settings.add("timeout " + time.toSeconds() + "s"));
        hops.maxConnections().ifPresent(number -> settings.add("maxConnections " + number));
        return hops.name().map(name -> name + " (" + String.join(", ", settings) + ")").orElse(hops.toString());
    }
}
