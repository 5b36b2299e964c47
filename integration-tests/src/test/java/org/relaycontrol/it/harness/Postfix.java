package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A real Postfix with a configuration, a queue and a port of its own. It takes mail for every domain and relays it to a server on
 * 127.0.0.1. What it asks of its clients is for the builder to say; by default nothing.
 */
public final class Postfix implements AutoCloseable {
    private static final String PACKAGE = "postfix";
    private static final String USER = "postfix";
    private static final List<String> SERVICES = List.of(
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "proxymap unix - - n - - proxymap",
        "smtp unix - - n - - smtp",
        "error unix - - n - - error",
        "retry unix - - n - - error",
        "anvil unix - - n - 1 anvil",
        "scache unix - - n - 1 scache",
        "postlog unix-dgram n - n - 1 postlogd");

    private final PeerProcess process;
    private final int port;

    private Postfix(PeerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Begins with a Postfix that relays to this port.
     *
     * @param hostName how it calls itself
     */
    public static Builder relayingTo(int relayPort, String hostName) {
        return new Builder(relayPort, hostName);
    }

    public int port() {
        return port;
    }

    /** The lines Postfix has logged so far. */
    public List<String> log() {
        return process.log();
    }

    @Override
    public void close() {
        process.close();
    }

    /** What a Postfix asks of its clients. */
    public static final class Builder {
        private final Path folder;
        private final Map<String, String> main = new LinkedHashMap<>();

        private Builder(int relayPort, String hostName) {
            Programs.require("postfix", PACKAGE);
            Programs.requireRoot("postfix");
            folder = PeerProcess.newFolder("postfix");
            newFolder("conf");
            set("compatibility_level", "3.6");
            set("queue_directory", newFolder("queue"));
            set("data_directory", newFolder("data"));
            set("maillog_file", folder.resolve("log").toString());
            set("maillog_file_prefixes", folder.toString());
            set("myhostname", hostName);
            set("mydestination", "");
            set("inet_interfaces", "127.0.0.1");
            set("inet_protocols", "ipv4");
            set("alias_maps", "");
            set("local_recipient_maps", "");
            set("mynetworks", "127.0.0.0/8");
            set("relayhost", "[127.0.0.1]:" + relayPort);
            set("smtp_host_lookup", "native");
        }

        /** A parameter of main.cf. */
        public Builder set(String name, String value) {
            main.put(name, value);
            return this;
        }

        /** A parameter whose value is an LMDB table, which is made of this file of keys and values. */
        public Builder setTable(String name, Path entries) {
            write("conf/main.cf", "compatibility_level = 3.6\n");
            Programs.run("", Programs.require("postmap", PACKAGE).toString(), "-c", folder.resolve("conf").toString(), "lmdb:" + entries);
            return set(name, "lmdb:" + entries);
        }

        /** A file in the folder of this Postfix. */
        public Path file(String name) {
            return folder.resolve(name);
        }

        /** Nothing but over STARTTLS, with this certificate. */
        public Builder requireTls(Certificates.Identity identity) {
            write("server.pem", identity.pem());
            return set("smtpd_tls_security_level", "encrypt")
                .set("smtpd_tls_chain_files", folder.resolve("server.pem").toString())
                .set("smtpd_tls_received_header", "yes");
        }

        /** Nothing without authentication (Cyrus SASL, PLAIN or LOGIN) as this user; the user name has the form {@code name@realm}. */
        public Builder requireUser(String user, String password) {
            String[] name = user.split("@", 2);
            Path users = folder.resolve("users");
            Programs.run(password, Programs.require("saslpasswd2", "sasl2-bin").toString(), "-c", "-p", "-f", users.toString(), "-u",
                name[1], name[0]);
            Programs.run("", "chown", USER, users.toString());
            // Debian's Postfix looks nowhere but below its own configuration.
            String sasl = newFolder("conf/sasl");
            write("conf/sasl/smtpd.conf", String.join("\n", "pwcheck_method: auxprop", "auxprop_plugin: sasldb", "sasldb_path: " + users,
                "mech_list: PLAIN LOGIN", ""));
            return set("smtpd_sasl_auth_enable", "yes")
                .set("cyrus_sasl_config_path", sasl)
                .set("smtpd_sasl_local_domain", name[1])
                .set("smtpd_sasl_authenticated_header", "yes")
                .set("smtpd_relay_restrictions", "permit_sasl_authenticated, reject");
        }

        /** Nothing in this domain but to these recipients: others are refused at RCPT. */
        public Builder recipients(String domain, List<String> localParts) {
            write("recipients", localParts.stream().map(name -> name + "@" + domain + " ok").collect(Collectors.joining("\n", "", "\n")));
            return set("relay_domains", domain)
                .set("relay_recipient_maps", "texthash:" + folder.resolve("recipients"))
                .set("relay_transport", "smtp");
        }

        /** Starts Postfix on a free port of 127.0.0.1. */
        public Postfix start() {
            return start(FreePorts.next());
        }

        /** Starts Postfix on a port of 127.0.0.1. */
        public Postfix start(int port) {
            write("conf/main.cf", main.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n", "", "\n")));
            write("conf/master.cf", port + " inet n - n - - smtpd\n" + String.join("\n", SERVICES) + "\n");
            Programs.run("", "chown", USER, folder.resolve("data").toString());
            List<String> command = List.of(Programs.require("postfix", PACKAGE).toString(), "-c", folder.resolve("conf").toString(),
                "start-fg");
            return new Postfix(PeerProcess.start(folder, folder.resolve("log"), port, command), port);
        }

        private String newFolder(String name) {
            try {
                return Files.createDirectory(folder.resolve(name)).toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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
