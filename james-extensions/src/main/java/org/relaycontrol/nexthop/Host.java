package org.relaycontrol.nexthop;

import java.net.InetAddress;
import java.util.Objects;

import com.google.common.net.InetAddresses;

/**
 * One address of a next hop to connect to. Immutable.
 */
public final class Host {

    private final String name;
    private final InetAddress address;
    private final int port;
    private final boolean smtps;

    public Host(String name, InetAddress address, int port, boolean smtps) {
        this.name = name;
        this.address = address;
        this.port = port;
        this.smtps = smtps;
    }

    /** The name in the policy or in the MX record, or the address as text. */
    public String name() {
        return name;
    }

    /** The address. */
    public InetAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    /** Whether TLS comes before the greeting. */
    public boolean smtps() {
        return smtps;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Host)) {
            return false;
        }
        Host that = (Host) other;
        return name.equals(that.name) && address.equals(that.address) && port == that.port && smtps == that.smtps;
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, address, port, smtps);
    }

    /** For log lines: {@code mail.example.com[192.0.2.1]:25}. */
    @Override
    public String toString() {
        String text = InetAddresses.toAddrString(address);
        return (name.equals(text) ? "" : name) + "[" + text + "]:" + port;
    }
}
