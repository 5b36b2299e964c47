package org.relaycontrol.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Headers of the PROXY protocol, https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, right ones and wrong ones.
 */
public final class ProxyHeader {
    /** What version 2 calls a command: PROXY, and version 2 itself. */
    private static final int PROXY = 0x21;
    private static final int LOCAL = 0x20;
    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int TCP4 = 0x11;
    private static final int UDP4 = 0x12;
    private static final int TCP6 = 0x21;
    private static final int UNIX = 0x31;
    private static final int CLIENT_PORT = 40_000;

    private ProxyHeader() {
    }

    /** Version 1, from and to addresses of one family. */
    public static byte[] v1(String source, String destination, int port) {
        return line("PROXY " + (source.contains(":") ? "TCP6 " : "TCP4 ") + source + " " + destination + " " + CLIENT_PORT + " " + port);
    }

    /** A line. */
    public static byte[] line(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Version 2, from and to addresses of one family, and with so many octets of further information (type 0x04, which means nothing). */
    public static byte[] v2(String source, String destination, int port, int padding) {
        byte[] from = address(source);
        byte[] to = address(destination);
        ByteBuffer body = ByteBuffer.allocate(2 * from.length + 4 + (padding > 0 ? 3 + padding : 0));
        body.put(from).put(to).putShort((short) CLIENT_PORT).putShort((short) port);
        if (padding > 0) {
            body.put((byte) 4).putShort((short) padding);
        }
        return v2(PROXY, from.length == 4 ? TCP4 : TCP6, body.array());
    }

    /** Version 2 for a connection of the proxy itself, a health check for example. */
    public static byte[] local() {
        return v2(LOCAL, 0, new byte[0]);
    }

    /** Version 2 for a client that came by UDP. */
    public static byte[] udp() {
        return v2(PROXY, UDP4, new byte[12]);
    }

    /** Version 2 for a client at a socket of the file system. */
    public static byte[] unix() {
        return v2(PROXY, UNIX, new byte[216]);
    }

    /** Version 2 with another number of the version. */
    public static byte[] unknownVersion() {
        return v2(0x31, TCP4, new byte[12]);
    }

    /** Version 2 whose addresses are cut off. */
    public static byte[] tooShort() {
        return v2(PROXY, TCP4, new byte[4]);
    }

    private static byte[] v2(int versionAndCommand, int family, byte[] body) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(SIGNATURE);
        header.write(versionAndCommand);
        header.write(family);
        header.write(body.length >> 8);
        header.write(body.length);
        header.writeBytes(body);
        return header.toByteArray();
    }

    private static byte[] address(String address) {
        try {
            return InetAddress.getByName(address).getAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
