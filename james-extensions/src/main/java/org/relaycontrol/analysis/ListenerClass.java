package org.relaycontrol.analysis;

import java.util.Map;
import java.util.TreeMap;
import org.relaycontrol.policy.AddressSet;
import org.relaycontrol.policy.IpAddress;

/**
 * Listeners that no policy tells apart: the same policies govern them, and they are internal addresses to the same ones. Immutable.
 */
final class ListenerClass {

    /** Stands for every port that no policy names. */
    static final int OTHER_PORTS = 0;

    private final int[] policies;
    private final IpAddress address;
    private final int port;
    private final Map<Integer, AddressSet> addresses = new TreeMap<>();

    /**
     * A class, so far without listeners.
     *
     * @param policies the number of the governing policy for each side, or a negative number
     * @param address the address of a representative
     * @param port the port of a representative
     */
    ListenerClass(int[] policies, IpAddress address, int port) {
        this.policies = policies;
        this.address = address;
        this.port = port;
    }

    void add(int namedPort, AddressSet at) {
        addresses.merge(namedPort, at, AddressSet::union);
    }

    /** The number of the governing policy for each side, or a negative number. */
    int[] policies() {
        return policies;
    }

    IpAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    /** The addresses by port, {@link #OTHER_PORTS} first. */
    Map<Integer, AddressSet> addresses() {
        return addresses;
    }
}
