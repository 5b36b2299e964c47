package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port where connecting takes for ever, as with a host that is gone: it listens with a queue of connections that is full and never
 * emptied, so that the kernel (Linux) drops further ones without a word.
 */
public final class DeadHost implements AutoCloseable {
    private static final int PROBE_MILLIS = 200;
    private static final int MOST_WAITING = 16;

    private final ServerSocket server;
    private final List<Socket> waiting = new ArrayList<>();

    private DeadHost(ServerSocket server) {
        this.server = server;
    }

    /** On a free port of 127.0.0.1. */
    public static DeadHost listening() {
        try {
            DeadHost dead = new DeadHost(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            dead.fill();
            return dead;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fill() throws IOException {
        for (int i = 0; i < MOST_WAITING; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(new InetSocketAddress("127.0.0.1", port()), PROBE_MILLIS);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        throw new IllegalStateException("this kernel queues more connections than were asked for");
    }

    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : waiting) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
