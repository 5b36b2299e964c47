package org.relaycontrol.mailets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.Callable;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Connects to an address of our choice while the mail session believes to connect to a name. To verify a certificate, a mail session must
 * be given the name, and it would look the name up by itself: with the JDK's resolver, and trying the first address alone. A mail session
 * loads this class by name, so class and {@link #getDefault()} are public.
 */
public final class PinnedAddressSocketFactory extends SocketFactory {

    private static final ThreadLocal<@Nullable InetAddress> PINNED = new ThreadLocal<>();

    private PinnedAddressSocketFactory() {
    }

    /** The factory, for the address that the calling thread has pinned. */
    public static SocketFactory getDefault() {
        return new PinnedAddressSocketFactory();
    }

    /** Does something that connects, on this thread, to the address by way of this factory. */
    static <T> T connectingTo(InetAddress address, Callable<T> action) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The mail session's own class loader does not know extensions.
        thread.setContextClassLoader(PinnedAddressSocketFactory.class.getClassLoader());
        PINNED.set(address);
        try {
            return action.call();
        } finally {
            PINNED.remove();
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public Socket createSocket() {
        InetAddress address = PINNED.get();
        if (address == null) {
            throw new IllegalStateException("no address is pinned");
        }
        return new Socket() {
            @Override
            public void connect(SocketAddress endpoint, int timeout) throws IOException {
                super.connect(new InetSocketAddress(address, ((InetSocketAddress) endpoint).getPort()), timeout);
            }
        };
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException("connects to the pinned address only");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException("connects to the pinned address only");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException("connects to the pinned address only");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException("connects to the pinned address only");
    }
}
