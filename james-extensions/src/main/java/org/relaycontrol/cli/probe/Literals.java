package org.relaycontrol.cli.probe;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.relaycontrol.policy.IpAddress;

/**
 * Address literals, RFC 5321 section 4.1.3.
 */
public final class Literals {

    private Literals() {
    }

    /** {@code [192.0.2.1]} or {@code [IPv6:2001:db8::1]}. */
    public static String of(InetAddress address) {
        return (address instanceof Inet4Address ? "[" : "[IPv6:") + IpAddress.of(address) + "]";
    }
}
