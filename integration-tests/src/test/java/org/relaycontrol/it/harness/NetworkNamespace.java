package org.relaycontrol.it.harness;

import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/**
 * Another host, as far as the network goes: a network namespace of its own with one private address, and a cable to this machine. For root
 * alone, and only where the kernel lets it; a test that needs one is skipped elsewhere.
 */
public final class NetworkNamespace implements AutoCloseable {
    /** The address of this machine at the cable. */
    public static final String SERVER = "10.213.77.1";
    private static final String PREFIX = "/29";

    private final String ip;
    private final String name;

    private NetworkNamespace(String ip, String name) {
        this.ip = ip;
        this.name = name;
    }

    /** The other host gets this address, which is in 10.213.77.0/29. */
    public static NetworkNamespace with(String address) {
        Path ip = Programs.require("ip", "iproute2");
        NetworkNamespace other = new NetworkNamespace(ip.toString(), "relaycontrol-" + ProcessHandle.current().pid());
        Assumptions.assumeTrue(ProgramRun.of(other.ip, "netns", "add", other.name).status() == 0, "no network namespaces here");
        try {
            String here = "rc" + ProcessHandle.current().pid();
            other.run("link", "add", here, "type", "veth", "peer", "name", "rcpeer", "netns", other.name);
            other.run("addr", "add", SERVER + PREFIX, "dev", here);
            other.run("link", "set", here, "up");
            other.run("-n", other.name, "addr", "add", address + PREFIX, "dev", "rcpeer");
            other.run("-n", other.name, "link", "set", "rcpeer", "up");
            return other;
        } catch (IllegalStateException e) {
            other.close();
            return Assumptions.abort(e.getMessage());
        }
    }

    /** The other host has this address from now on. */
    public void move(String address) {
        run("-n", name, "addr", "flush", "dev", "rcpeer");
        run("-n", name, "addr", "add", address + PREFIX, "dev", "rcpeer");
    }

    private void run(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = ip;
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Programs.run("", command);
    }

    /** Runs a script of bash there, and returns what it wrote. */
    public String bash(String script) {
        return Programs.run("", ip, "netns", "exec", name, "bash", "-c", script);
    }

    @Override
    public void close() {
        // The cable goes with the namespace.
        run("netns", "del", name);
    }
}
