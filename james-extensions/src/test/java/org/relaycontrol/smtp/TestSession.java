package org.relaycontrol.smtp;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.ProxyInformation;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;

/** James's own SMTP session over a transport that is not there: 198.51.100.7 connected to 192.0.2.25 port 25, unless told otherwise. */
final class TestSession {

    private static final int CLIENT_PORT = 40_000;

    private final ProtocolTransport transport = mock(ProtocolTransport.class);
    private final SMTPConfiguration configuration = mock(SMTPConfiguration.class);
    private final List<LineHandler<SMTPSession>> lineHandlers = new ArrayList<>();
    private SMTPSession session;

    @SuppressWarnings("unchecked")
    TestSession() {
        when(configuration.getHelloName()).thenReturn("mx.test");
        when(configuration.getSoftwareName()).thenReturn("James");
        when(configuration.saslConfiguration()).thenReturn(Optional.empty());
        when(configuration.isPlainAuthEnabled()).thenReturn(true);
        when(transport.getId()).thenReturn("s1");
        when(transport.getLocalAddress()).thenReturn(address("192.0.2.25", 25));
        doAnswer(call -> lineHandlers.add((LineHandler<SMTPSession>) call.getArgument(0)))
            .when(transport).pushLineHandler(any(), any());
        from("198.51.100.7");
        session = new SMTPSessionImpl(transport, configuration);
    }

    TestSession from(String client) {
        when(transport.getRemoteAddress()).thenReturn(address(client, CLIENT_PORT));
        return this;
    }

    TestSession to(String listener, int port) {
        when(transport.getLocalAddress()).thenReturn(address(listener, port));
        return this;
    }

    TestSession user(String name) {
        session.setUsername(Username.of(name));
        return this;
    }

    TestSession behindProxy() {
        when(transport.isProxyRequired()).thenReturn(true);
        return this;
    }

    /** The PROXY header was read: it names the client and the proxy's address that it connected to. */
    TestSession header(String client, String proxy) {
        session.setProxyInformation(new ProxyInformation(address(client, CLIENT_PORT), address(proxy, 2525)));
        return this;
    }

    TestSession startTls(boolean supported) {
        when(transport.isStartTLSSupported()).thenReturn(supported);
        return this;
    }

    TestSession authAnnounced(boolean withoutTls, boolean withTls) {
        when(configuration.isAuthAnnounced(any(), anyBoolean())).thenAnswer(call -> (boolean) call.getArgument(1) ? withTls : withoutTls);
        return this;
    }

    TestSession withoutMechanisms() {
        when(configuration.isPlainAuthEnabled()).thenReturn(false);
        return this;
    }

    SMTPSession get() {
        return session;
    }

    ProtocolTransport transport() {
        return transport;
    }

    /** What the handler that takes the session's lines answers; there must be one. */
    Response line(String line) {
        return lineHandlers.get(lineHandlers.size() - 1).onLine(session, (line + "\r\n").getBytes(session.getCharset()));
    }

    boolean hasLineHandler() {
        return !lineHandlers.isEmpty();
    }

    private static InetSocketAddress address(String address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }
}
