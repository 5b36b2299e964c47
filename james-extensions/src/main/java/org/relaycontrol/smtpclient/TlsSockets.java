package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Puts TLS 1.2 or 1.3 on a connection. Where the certificate is verified, it must be trusted by the JVM and be for the name of the peer
 * (subject alternative names, as for HTTPS); elsewhere any certificate will do. Thread-safe.
 */
final class TlsSockets {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final SSLContext verifying;
    private final SSLContext trusting;

    private TlsSockets(SSLContext verifying, SSLContext trusting) {
        this.verifying = verifying;
        this.trusting = trusting;
    }

    /** With the certificate authorities that this context trusts, where certificates are verified. */
    static TlsSockets of(SSLContext verifying) {
        try {
            SSLContext trusting = SSLContext.getInstance("TLS");
            trusting.init(null, new TrustManager[] {new AnyCertificate()}, null);
            return new TlsSockets(verifying, trusting);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    /** The handshake, as a client. */
    SSLSocket secure(Socket socket, String name, int port, boolean verify, int timeoutMillis) throws IOException {
        SSLContext context = verify ? verifying : trusting;
        SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, name, port, true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setProtocols(Stream.of(PROTOCOLS)
            .filter(List.of(secure.getSupportedProtocols())::contains)
            .toArray(String[]::new));
        if (verify) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        secure.setSSLParameters(parameters);
        secure.setSoTimeout(timeoutMillis);
        secure.startHandshake();
        return secure;
    }

    /** Trusts every certificate: it protects from who listens, not from who pretends to be the server. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("for clients only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw new UnsupportedOperationException("for clients only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw new UnsupportedOperationException("for clients only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // Any will do.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            // Any will do.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // Any will do.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
