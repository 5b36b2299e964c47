package org.relaycontrol.it.harness;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * A DNS server on a port of loopback, for UDP and TCP, that knows the records it was given; every other name does not exist. Answers that
 * are too long for UDP are cut off there. Aliases (CNAME) are told and not followed, so that they may go in circles.
 */
public final class DnsServer implements AutoCloseable {
    private static final int LONGEST_QUERY = 512;
    private static final int LONGEST_MESSAGE = 65_535;
    private static final long TTL_SECONDS = 60;

    private final DatagramSocket socket;
    private final ServerSocket server;
    private final List<Record> records = new CopyOnWriteArrayList<>();
    private final Map<Integer, String> everywhere = new ConcurrentHashMap<>();
    private final Map<Name, Integer> failing = new ConcurrentHashMap<>();
    private final List<String> questions = new CopyOnWriteArrayList<>();

    private DnsServer(DatagramSocket socket, ServerSocket server) {
        this.socket = socket;
        this.server = server;
        daemon(this::serve);
        daemon(this::accept);
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "dns");
        thread.setDaemon(true);
        thread.start();
    }

    /** Listens on a loopback address; port 0 picks a free one. */
    public static DnsServer listening(String address, int port) {
        int wanted = port == 0 ? FreePorts.next() : port;
        try {
            InetAddress local = InetAddress.getByName(address);
            return new DnsServer(new DatagramSocket(new InetSocketAddress(local, wanted)), new ServerSocket(wanted, 0, local));
        } catch (BindException e) {
            // Free for TCP, but not for UDP.
            if (port == 0) {
                return listening(address, port);
            }
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Adds a record, {@code data} in the notation of zone files: {@code record("ratest.com", "MX", "10 mx.ratest.com.")}. */
    public DnsServer record(String name, String type, String data) {
        try {
            records.add(Record.fromString(absolute(name), Type.value(type), DClass.IN, TTL_SECONDS, data, Name.root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /**
     * Answers questions of this type about every name that has no record of its own, in the notation of zone files: a server that stands
     * for the whole of the DNS.
     */
    public DnsServer everywhere(String type, String data) {
        everywhere.put(Type.value(type), data);
        return this;
    }

    /** The name under which reverse DNS has an address. */
    public static String reverse(String address) {
        try {
            return ReverseMap.fromAddress(InetAddress.getByName(address)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the two records that confirm a client's host name. */
    public DnsServer host(String name, String address) {
        try {
            InetAddress parsed = InetAddress.getByName(address);
            record(name, parsed.getAddress().length == 4 ? "A" : "AAAA", address);
            return record(reverse(address), "PTR", name + ".");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every question about this name, {@code "."} for all names, with SERVFAIL until {@link #heal(String)}. */
    public DnsServer fail(String name) {
        failing.put(absolute(name), Rcode.SERVFAIL);
        return this;
    }

    /** Leaves every question about this name, {@code "."} for all names, unanswered until {@link #heal(String)}. */
    public DnsServer silence(String name) {
        failing.put(absolute(name), -1);
        return this;
    }

    /** Answers questions about this name again. */
    public DnsServer heal(String name) {
        failing.remove(absolute(name));
        return this;
    }

    /** Every question so far, as {@code name type}, oldest first. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    @Override
    public void close() {
        socket.close();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    /** RFC 1035 section 4.2.2: each message after its length. */
    private void serve(Socket client) {
        try (client; DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
            while (true) {
                byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), true);
                if (answer.length > 0) {
                    out.writeShort(answer.length);
                    out.write(answer);
                }
            }
        } catch (IOException e) {
            // The client went away.
            return;
        }
    }

    /** The answer to a query, empty for none. */
    private byte[] answer(byte[] message, boolean tcp) throws IOException {
        Message query = new Message(message);
        Name name = query.getQuestion().getName();
        questions.add(name + " " + Type.string(query.getQuestion().getType()));
        Integer failure = failing.getOrDefault(name, failing.get(Name.root));
        if (failure != null && failure < 0) {
            return new byte[0];
        }
        int longest = tcp ? LONGEST_MESSAGE : query.getOPT() == null ? LONGEST_QUERY : query.getOPT().getPayloadSize();
        return answer(query, failure).toWire(longest);
    }

    private void serve() {
        byte[] buffer = new byte[LONGEST_QUERY];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()), false);
                if (answer.length > 0) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // Closed, or a query that is none: ask again.
                continue;
            }
        }
    }

    private Message answer(Message query, Integer failure) throws IOException {
        Record question = query.getQuestion();
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.addRecord(question, Section.QUESTION);
        if (failure != null) {
            answer.getHeader().setRcode(failure);
            return answer;
        }
        boolean exists = false;
        for (Record known : records) {
            if (known.getName().equals(question.getName())) {
                exists = true;
                if (known.getType() == question.getType() || known.getType() == Type.CNAME) {
                    answer.addRecord(known, Section.ANSWER);
                }
            }
        }
        String data = everywhere.get(question.getType());
        if (!exists && data != null) {
            answer.addRecord(Record.fromString(question.getName(), question.getType(), DClass.IN, TTL_SECONDS, data, Name.root),
                Section.ANSWER);
        } else if (!exists && everywhere.isEmpty()) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }

    private static Name absolute(String name) {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException(name, e);
        }
    }
}
