package org.relaycontrol.analysis;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.NetworkSet;

/**
 * The listed network that is nearest to an address that is in none of them: probably the one that was thought to hold it.
 */
final class NearestNetwork {

    private NearestNetwork() {
    }

    /** {@code ; nearest is network at file:line}, or nothing where no network of the address's family is listed. */
    static String text(NetworkSet networks, IpAddress address) {
        NetworkSet.Listed nearest = find(networks, address);
        return nearest == null ? "" : "; nearest is " + nearest.network() + " at " + nearest.rule();
    }

    private static NetworkSet.@Nullable Listed find(NetworkSet networks, IpAddress address) {
        NetworkSet.Listed nearest = null;
        BigInteger shortest = BigInteger.ZERO;
        for (NetworkSet.Listed listed : networks.listed()) {
            IpAddress first = listed.network().first();
            if (first.isIpv4() == address.isIpv4()) {
                BigInteger distance = first.compareTo(address) > 0
                    ? value(first).subtract(value(address))
                    : value(address).subtract(value(listed.network().last()));
                if (nearest == null || distance.compareTo(shortest) < 0) {
                    nearest = listed;
                    shortest = distance;
                }
            }
        }
        return nearest;
    }

    private static BigInteger value(IpAddress address) {
        return unsigned(address.high()).shiftLeft(Long.SIZE).or(unsigned(address.low()));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }
}
