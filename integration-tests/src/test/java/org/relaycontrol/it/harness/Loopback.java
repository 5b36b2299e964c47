package org.relaycontrol.it.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** What this machine's loopback interface offers. */
public final class Loopback {
    private Loopback() {
    }

    /** Whether ::1 is there: containers often have IPv4 alone. */
    public static boolean hasIpv6() {
        return canListen("::1", 0);
    }

    /** Whether this process may listen on a port of a loopback address: those below 1024 are not for everyone. */
    public static boolean canListen(String address, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
