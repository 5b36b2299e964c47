package org.relaycontrol.analysis;

import org.relaycontrol.policy.IpAddress;

/**
 * Where this server listens, as far as that is known.
 */
@FunctionalInterface
public interface ServerSockets {

    /** Nothing is known. */
    ServerSockets UNKNOWN = (address, port) -> false;

    /** Whether a connection to the address and port certainly leads back to this server. */
    boolean contains(IpAddress address, int port);
}
