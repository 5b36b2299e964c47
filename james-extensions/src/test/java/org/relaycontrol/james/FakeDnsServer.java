package org.relaycontrol.james;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on a free UDP port of 127.0.0.1 that answers what it was told to: NXDOMAIN for names it never heard of. */
public final class FakeDnsServer implements AutoCloseable {

    private static final int SILENT = -1;

    private final DatagramSocket socket;
    private final Map<String, List<Record>> records = new ConcurrentHashMap<>();
    private final Map<Name, Integer> names = new ConcurrentHashMap<>();
    private final Queue<String> questions = new ConcurrentLinkedQueue<>();

    public FakeDnsServer() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        Thread thread = new Thread(this::serve, "fake-dns");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Adds records, each as {@code "300 A 192.0.2.1"}. Without any, the name exists and has no records of any type. */
    public FakeDnsServer with(String name, String... rows) throws IOException {
        Name owner = Name.fromString(name, Name.root);
        names.put(owner, Rcode.NOERROR);
        for (String row : rows) {
            String[] fields = row.split(" ", 3);
            int type = Type.value(fields[1]);
            Record record = Record.fromString(owner, type, DClass.IN, Long.parseLong(fields[0]), fields[2], Name.root);
            records.merge(key(owner, type), List.of(record),
                (old, added) -> Stream.concat(old.stream(), added.stream()).collect(Collectors.toList()));
        }
        return this;
    }

    /** Forgets a name. */
    public void without(String name) throws IOException {
        Name owner = Name.fromString(name, Name.root);
        names.remove(owner);
        records.keySet().removeIf(key -> key.startsWith(owner.toString().toLowerCase(Locale.ROOT) + " "));
    }

    /** Answers every question for a name with SERVFAIL. */
    public FakeDnsServer failing(String name) throws IOException {
        names.put(Name.fromString(name, Name.root), Rcode.SERVFAIL);
        return this;
    }

    /** Never answers a question for a name. */
    public FakeDnsServer silent(String name) throws IOException {
        names.put(Name.fromString(name, Name.root), SILENT);
        return this;
    }

    /** The questions so far, each as {@code "name. TYPE"}. */
    public List<String> questions() {
        return List.copyOf(questions);
    }

    private static String key(Name name, int type) {
        return name.toString().toLowerCase(Locale.ROOT) + " " + Type.string(type);
    }

    private void serve() {
        byte[] buffer = new byte[4096];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                answer(new Message(Arrays.copyOf(packet.getData(), packet.getLength())), packet);
            } catch (IOException e) {
                // Closed, or not DNS: either way there is nobody to answer.
            }
        }
    }

    private void answer(Message query, DatagramPacket packet) throws IOException {
        Record question = query.getQuestion();
        questions.add(key(question.getName(), question.getType()));
        int rcode = names.getOrDefault(question.getName(), Rcode.NXDOMAIN);
        if (rcode == SILENT) {
            return;
        }
        Message reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.getHeader().setRcode(rcode);
        reply.addRecord(question, Section.QUESTION);
        Stream.of(question.getType(), Type.CNAME)
            .distinct()
            .flatMap(type -> records.getOrDefault(key(question.getName(), type), List.of()).stream())
            .forEach(record -> reply.addRecord(record, Section.ANSWER));
        byte[] wire = reply.toWire();
        socket.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
    }

    @Override
    public void close() {
        socket.close();
    }
}
