package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A HAProxy as a process of its own, on one port of every IPv4 and IPv6 address, that tells the server behind it who the client is. */
public final class HaProxy implements AutoCloseable {
    private final PeerProcess process;
    private final int port;

    private HaProxy(PeerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The versions of the PROXY protocol. */
    public enum Version {
        /** In words. */
        V1("send-proxy"),
        /** In octets. */
        V2("send-proxy-v2");

        private final String option;

        Version(String option) {
            this.option = option;
        }
    }

    /** Starts a HAProxy that hands connections on to this port of a loopback address. */
    public static HaProxy before(String server, int serverPort, Version version) {
        Path program = Programs.require("haproxy", "haproxy");
        Path folder = PeerProcess.newFolder("haproxy");
        int port = FreePorts.next();
        Path configuration = folder.resolve("haproxy.cfg");
        String ipv6 = Loopback.hasIpv6() ? "  bind :::" + port + " v6only" : "";
        try {
            Files.writeString(configuration, String.join("\n",
                "defaults",
                "  mode tcp",
                "  timeout connect 10s",
                "  timeout client 1m",
                "  timeout server 1m",
                "listen smtp",
                "  bind 0.0.0.0:" + port,
                ipv6,
                "  server james " + server + ":" + serverPort + " " + version.option,
                ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = List.of(program.toString(), "-db", "-f", configuration.toString());
        return new HaProxy(PeerProcess.start(folder, folder.resolve("log"), port, command), port);
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.close();
    }
}
