package org.relaycontrol.it.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.relaycontrol.it.harness.FreePorts;
import org.relaycontrol.it.harness.Programs;

/** Where everything is relayed to: Postfix's {@code smtp-sink}, which counts the messages and forgets them. */
final class Sink implements AutoCloseable {
    private static final Pattern MESSAGES = Pattern.compile("mesg=(\\d+)");
    private static final int LONGEST_COUNT = 100;
    private static final long LONGEST_WAIT = TimeUnit.MINUTES.toNanos(2);

    private final Process process;
    private final int port;
    private long count;

    Sink() {
        port = FreePorts.next();
        try {
            List<String> command = new ArrayList<>(List.of(Programs.require("smtp-sink", "postfix").toString(), "-c"));
            if (System.getProperty("user.name").equals("root")) {
                command.addAll(List.of("-u", "nobody"));
            }
            command.addAll(List.of("127.0.0.1:" + port, "1000"));
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread reader = new Thread(this::read, "sink");
        reader.setDaemon(true);
        reader.start();
    }

    int port() {
        return port;
    }

    private void read() {
        try (InputStream in = process.getInputStream()) {
            byte[] octets = new byte[1 << 16];
            String rest = "";
            for (int read = in.read(octets); read >= 0; read = in.read(octets)) {
                String text = rest + new String(octets, Math.max(0, read - LONGEST_COUNT), Math.min(read, LONGEST_COUNT),
                    StandardCharsets.US_ASCII);
                Matcher matcher = MESSAGES.matcher(text.substring(0, text.lastIndexOf('\r') + 1));
                while (matcher.find()) {
                    count(Long.parseLong(matcher.group(1)));
                }
                rest = text.substring(text.lastIndexOf('\r') + 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void count(long messages) {
        count = messages;
        notifyAll();
    }

    synchronized long count() {
        return count;
    }

    /** Waits for as many messages. */
    synchronized void await(long messages) {
        long limit = System.nanoTime() + LONGEST_WAIT;
        try {
            while (count < messages) {
                long rest = limit - System.nanoTime();
                if (rest <= 0) {
                    throw new IllegalStateException("only " + count + " of " + messages + " messages have arrived");
                }
                TimeUnit.NANOSECONDS.timedWait(this, rest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
