package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The places and programs the build tells the tests about, by system properties. */
public final class Distribution {
    private static final String KEYSTORE_SECRET = "james72laBalle";

    private Distribution() {
    }

    /** Where the server's libraries and the pack's jar are. */
    public static Path folder() {
        return property("james.distribution");
    }

    /** The pack's jar. */
    public static Path packJar() {
        try (Stream<Path> jars = Files.list(folder().resolve("extensions-jars"))) {
            List<Path> all = jars.collect(Collectors.toList());
            if (all.size() != 1) {
                throw new IllegalStateException("one jar was expected, not " + all);
            }
            return all.get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The list of what the pack's jar bundles (CycloneDX, JSON). A build that is offline makes none. */
    public static Path packContents() {
        return property("pack.contents");
    }

    /** The folder {@code conf-samples}. */
    public static Path samples() {
        return property("conf.samples").normalize();
    }

    /** An empty working directory for one run of James; what an earlier run left there is deleted. */
    public static Path newRun(String name) {
        Path run = property("james.runs").resolve(name);
        try {
            if (Files.exists(run)) {
                try (Stream<Path> left = Files.walk(run)) {
                    for (Path path : left.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                        Files.delete(path);
                    }
                }
            }
            return Files.createDirectories(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The classes of the tests. */
    public static Path classes() {
        try {
            return Path.of(Distribution.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The working directory of a run that was made by {@link #newRun}. */
    public static Path run(String name) {
        return property("james.runs").resolve(name);
    }

    /** The JVM this one runs on. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /**
     * A key store with a self-signed certificate, for the secret the samples name. It is made once, beside the distribution: making
     * a key takes seconds.
     */
    static synchronized Path keystore() {
        Path keystore = folder().resolve("keystore");
        if (!Files.exists(keystore)) {
            try {
                Process keytool = new ProcessBuilder(java().resolveSibling("keytool").toString(), "-genkeypair", "-alias", "james",
                        "-keyalg", "RSA", "-keysize", "2048", "-validity", "365", "-dname", "CN=localhost", "-storetype", "PKCS12",
                        "-storepass", KEYSTORE_SECRET, "-keystore", keystore.toString())
                    .redirectErrorStream(true).start();
                String said = new String(keytool.getInputStream().readAllBytes());
                if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
                    throw new IllegalStateException("keytool: " + said);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return keystore;
    }

    /** The hosts file James resolves with: loopback names and this machine's own. */
    static String hosts() {
        return String.join("\n", List.of("127.0.0.1 localhost", "::1 localhost", "127.0.0.1 " + hostName(), ""));
    }

    private static String hostName() {
        try {
            Process hostname = new ProcessBuilder("hostname").redirectErrorStream(true).start();
            String name = new String(hostname.getInputStream().readAllBytes()).trim();
            return name.isEmpty() || name.contains(" ") ? "localhost" : name;
        } catch (IOException e) {
            // No such program: James falls back to "localhost" when it cannot look up its own name.
            return "localhost";
        }
    }

    private static Path property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("system property " + name + " is not set: run by mvn verify, mvn -Prelay or mvn -Pbench");
        }
        return Path.of(value);
    }
}
