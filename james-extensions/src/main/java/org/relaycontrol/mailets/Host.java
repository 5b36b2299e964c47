package org.relaycontrol.mailets;

import java.net.InetAddress;

import com.google.common.net.InetAddresses;

/**
 * One address of a next hop to connect to. Immutable.
 */
final class Host {

    private final String name;
    private final InetAddress address;
    private final int port;

    Host(String name, InetAddress address, int port) {
        this.name = name;
        this.address = address;
        this.port = port;
    }

    /** The name in the policy or in the MX record, or the address as text. */
    String name() {
        return name;
    }

    /** The address. */
    InetAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    /** For log lines: {@code mail.example.com[192.0.2.1]:25}. */
    @Override
    public String toString() {
        String text = InetAddresses.toAddrString(address);
        return (name.equals(text) ? "" : name) + "[" + text + "]:" + port;
    }
}
