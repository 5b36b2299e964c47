package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real Exim with a configuration, a spool and a port of its own. It takes mail for every domain and relays it to a server on
 * 127.0.0.1. What it asks of its clients is for the builder to say; by default nothing.
 */
public final class Exim implements AutoCloseable {
    private static final String PROGRAM = "exim4";
    private static final String PACKAGE = "exim4-daemon-light, or its program alone beside Postfix: see .ci/run";
    private static final String USER = "Debian-exim";

    private final PeerProcess process;
    private final int port;

    private Exim(PeerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Begins with an Exim that relays to this port.
     *
     * @param hostName how it calls itself
     */
    public static Builder relayingTo(int relayPort, String hostName) {
        return new Builder(relayPort, hostName);
    }

    public int port() {
        return port;
    }

    /** The lines Exim has logged so far. */
    public List<String> log() {
        return process.log();
    }

    @Override
    public void close() {
        process.close();
    }

    /** What an Exim asks of its clients. */
    public static final class Builder {
        private final Path program;
        private final Path folder;
        private final int port = FreePorts.next();
        private final int relayPort;
        private final List<String> main = new ArrayList<>();
        private final List<String> conditions = new ArrayList<>();
        private final List<String> authenticators = new ArrayList<>();

        private Builder(int relayPort, String hostName) {
            this.program = Programs.require(PROGRAM, PACKAGE);
            Programs.requireRoot(PROGRAM);
            this.folder = PeerProcess.newFolder("exim");
            this.relayPort = relayPort;
            main.addAll(List.of(
                "exim_path = " + program,
                "exim_user = " + USER,
                "primary_hostname = " + hostName,
                "spool_directory = " + folder.resolve("spool"),
                "log_file_path = " + folder.resolve("spool/%slog"),
                "pid_file_path = " + folder.resolve("spool/pid"),
                "log_selector = +smtp_protocol_error +smtp_syntax_error +tls_cipher +received_recipients",
                "daemon_smtp_ports = " + port,
                "local_interfaces = 127.0.0.1",
                "host_lookup =",
                "rfc1413_query_timeout = 0s",
                "keep_environment =",
                "acl_smtp_rcpt = recipient"));
        }

        /** Nothing but over TLS, with this certificate. */
        public Builder requireTls(Certificates.Identity identity) {
            write("server.pem", identity.pem());
            main.add("tls_advertise_hosts = *");
            main.add("tls_certificate = " + folder.resolve("server.pem"));
            main.add("tls_privatekey = " + folder.resolve("server.pem"));
            conditions.add("  encrypted = *");
            return this;
        }

        /** As {@link #requireTls}, but TLS begins with the connection rather than by STARTTLS. */
        public Builder requireImplicitTls(Certificates.Identity identity) {
            main.add("tls_on_connect_ports = " + port);
            return requireTls(identity);
        }

        /** Nothing without authentication (PLAIN) as this user. */
        public Builder requireUser(String user, String password) {
            authenticators.addAll(List.of("plain:", "  driver = plaintext", "  public_name = PLAIN",
                "  server_condition = ${if and{{eq{$auth2}{" + user + "}}{eq{$auth3}{" + password + "}}}}", "  server_set_id = $auth2"));
            conditions.add("  authenticated = *");
            return this;
        }

        /** Starts Exim on a free port of 127.0.0.1. */
        public Exim start() {
            List<String> lines = new ArrayList<>(main);
            lines.addAll(List.of("begin acl", "recipient:", "  accept"));
            lines.addAll(conditions);
            lines.addAll(List.of("  add_header = X-Authenticated: $authenticated_id"));
            lines.addAll(List.of("begin routers", "onward:", "  driver = manualroute", "  route_list = * 127.0.0.1", "  self = send",
                "  transport = onward"));
            lines.addAll(List.of("begin transports", "onward:", "  driver = smtp", "  port = " + relayPort, "  allow_localhost",
                "  hosts_avoid_tls = *"));
            lines.addAll(List.of("begin retry", "* * F,1h,1m"));
            lines.add("begin authenticators");
            lines.addAll(authenticators);
            write("exim.conf", String.join("\n", lines) + "\n");
            Programs.run("", "install", "-d", "-o", USER, folder.resolve("spool").toString());
            List<String> command = List.of(program.toString(), "-C", folder.resolve("exim.conf").toString(), "-bdf", "-q1m");
            return new Exim(PeerProcess.start(folder, folder.resolve("spool/mainlog"), port, command), port);
        }

        private void write(String file, String text) {
            try {
                Files.writeString(folder.resolve(file), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
