package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certification authority of the tests, and the certificates it issues to mail servers. Made anew by the JDK's keytool. */
public final class Certificates {
    private static final String SECRET = "changeit";
    private static final String AUTHORITY = "authority";

    private final Path folder;
    private final Path keystore;

    private Certificates(Path folder) {
        this.folder = folder;
        this.keystore = folder.resolve("certificates.p12");
        keytool("-alias", AUTHORITY, "-dname", "CN=Authority of the tests", "-ext", "bc:c");
    }

    /** A new authority, with its files in a folder. */
    public static Certificates in(Path folder) {
        return new Certificates(folder);
    }

    /** A key store with the authority's own certificate alone: who trusts it trusts every certificate issued here. */
    public Path trustStore() {
        Path file = folder.resolve("trusted.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(AUTHORITY, load().getCertificate(AUTHORITY));
            trusted.store(out, SECRET.toCharArray());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The options that make a JVM trust this authority, and no other. */
    public String[] trust() {
        return new String[] {"-Djavax.net.ssl.trustStore=" + trustStore(), "-Djavax.net.ssl.trustStorePassword=" + SECRET,
            "-Djavax.net.ssl.trustStoreType=PKCS12"};
    }

    /** Issues a certificate for a host name. */
    public Identity issue(String hostName) {
        keytool("-alias", hostName, "-signer", AUTHORITY, "-dname", "CN=" + hostName, "-ext", "SAN=dns:" + hostName);
        return new Identity(hostName);
    }

    private void keytool(String... arguments) {
        String[] command = {Distribution.java().resolveSibling("keytool").toString(), "-genkeypair", "-keyalg", "RSA", "-keysize",
            "2048", "-validity", "365", "-storetype", "PKCS12", "-storepass", SECRET, "-keystore", keystore.toString()};
        String[] all = new String[command.length + arguments.length];
        System.arraycopy(command, 0, all, 0, command.length);
        System.arraycopy(arguments, 0, all, command.length, arguments.length);
        Programs.run("", all);
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            store.load(in, SECRET.toCharArray());
        }
        return store;
    }

    /** A server's key and its certificate, in the forms that servers want. */
    public final class Identity {
        private final String alias;

        private Identity(String alias) {
            this.alias = alias;
        }

        /** The key, then the certificate and the authority's, as PEM. */
        public String pem() {
            try {
                KeyStore store = load();
                StringBuilder text = new StringBuilder();
                append(text, "PRIVATE KEY", store.getKey(alias, SECRET.toCharArray()).getEncoded());
                for (Certificate certificate : store.getCertificateChain(alias)) {
                    append(text, "CERTIFICATE", certificate.getEncoded());
                }
                return text.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /** For a server within this JVM. */
        public SSLContext context() {
            try {
                KeyStore own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                KeyStore all = load();
                own.setKeyEntry(alias, all.getKey(alias, SECRET.toCharArray()), SECRET.toCharArray(), all.getCertificateChain(alias));
                KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keys.init(own, SECRET.toCharArray());
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), null, null);
                return context;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private void append(StringBuilder text, String type, byte[] encoded) {
            text.append("-----BEGIN ").append(type).append("-----\n")
                .append(Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(encoded))
                .append("\n-----END ").append(type).append("-----\n");
        }
    }
}
