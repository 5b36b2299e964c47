package org.relaycontrol.mailets;

import java.net.Inet6Address;
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

    /** The address as text, an IPv6 one without brackets. */
    String addressText() {
        return InetAddresses.toAddrString(address);
    }

    /** Where to connect, in the only form that a mail session takes IPv6 in. */
    String url() {
        String text = addressText();
        return "smtp://" + (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }

    /** For log lines: {@code mail.example.com[192.0.2.1]:25}. */
    @Override
    public String toString() {
        return (name.equals(addressText()) ? "" : name) + "[" + addressText() + "]:" + port;
    }
}
