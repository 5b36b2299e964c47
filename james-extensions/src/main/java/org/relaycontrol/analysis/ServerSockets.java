package org.relaycontrol.analysis;

import org.relaycontrol.policy.IpAddress;

/**
 * Where this server listens, and what it is called, as far as that is known.
 */
public interface ServerSockets {

    /** Nothing is known. */
    ServerSockets UNKNOWN = new ServerSockets() {
        @Override
        public boolean contains(IpAddress address, int port) {
            return false;
        }

        @Override
        public boolean isNamed(String host) {
            return false;
        }
    };

    /** Whether a connection to the address and port certainly leads back to this server. */
    boolean contains(IpAddress address, int port);

    /** Whether the server calls itself by this host name. */
    boolean isNamed(String host);
}
