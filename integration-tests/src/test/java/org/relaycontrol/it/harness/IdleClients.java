package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Many SMTP clients that read the greeting and then hold their connections, or send an octet now and then. Not thread-safe. */
public final class IdleClients implements AutoCloseable {
    private static final int OF_ONE_ADDRESS = 1_000;

    private final List<SocketChannel> connections = new ArrayList<>();

    private IdleClients() {
    }

    /** Connects so many clients, a thousand from each of the addresses 127.40.0.1, 127.40.0.2 and so on. */
    public static IdleClients connect(int clients, String server, int port) {
        IdleClients idle = new IdleClients();
        try {
            for (int i = 0; i < clients; i++) {
                SocketChannel connection = SocketChannel.open();
                idle.connections.add(connection);
                connection.bind(new InetSocketAddress("127.40.0." + (1 + i / OF_ONE_ADDRESS), 0));
                connection.connect(new InetSocketAddress(server, port));
            }
            return idle;
        } catch (IOException e) {
            idle.close();
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until each has been greeted. */
    public void awaitGreetings() {
        ByteBuffer reply = ByteBuffer.allocate(1024);
        for (SocketChannel connection : connections) {
            try {
                connection.read(reply.clear());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            String greeting = StandardCharsets.US_ASCII.decode(reply.flip()).toString();
            if (!greeting.startsWith("220 ")) {
                throw new IllegalStateException("no greeting but: " + greeting);
            }
        }
    }

    /** Each sends this. */
    public void send(byte[] octets) {
        for (SocketChannel connection : connections) {
            try {
                connection.write(ByteBuffer.wrap(octets));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        for (SocketChannel connection : connections) {
            try {
                connection.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
