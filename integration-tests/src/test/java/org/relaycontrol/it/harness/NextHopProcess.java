package org.relaycontrol.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link NextHop} as a process of its own, which can be killed. It writes every mail to a journal before it tells the client that it
 * has taken it: what is in the journal was taken, whatever happened to the process afterwards.
 */
public final class NextHopProcess implements AutoCloseable {
    private static final String READY = "ready";
    private static final String DEFER = "defer";
    private static final String OBEY = "obey";
    private static final String FREEZE = "freeze";

    private final int port;
    private final Path journal;
    private final Thread killAtExit = new Thread(() -> process().destroyForcibly());
    private Process process;
    private BufferedReader answers;

    private NextHopProcess(int port, Path journal) {
        this.port = port;
        this.journal = journal;
    }

    /** Starts one on a free port of 127.0.0.1 and waits until it listens. */
    public static NextHopProcess start(Path journal) {
        NextHopProcess hop = new NextHopProcess(FreePorts.next(), journal);
        hop.restart();
        Runtime.getRuntime().addShutdownHook(hop.killAtExit);
        return hop;
    }

    public int port() {
        return port;
    }

    private synchronized Process process() {
        return process;
    }

    /** Starts it again, after {@link #kill()}, on its port and with its journal. */
    public synchronized void restart() {
        try {
            process = new ProcessBuilder(Distribution.java().toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m",
                    "-cp",
                    Distribution.classes().toString(), NextHopProcess.class.getName(), String.valueOf(port), journal.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            expect(READY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every MAIL with 451 from now on. */
    public void defer() {
        tell(DEFER);
    }

    /** Takes mail again. */
    public void obey() {
        tell(OBEY);
    }

    /**
     * Kills the process (SIGKILL) in the middle of whatever its sessions do, but for one thing: none is between taking a mail and saying
     * so. A mail whose reply is lost is sent again, which SMTP leaves no way around: a test that counts must not meet that by chance.
     */
    public synchronized void kill() {
        tell(FREEZE);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tell(String command) {
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            expect(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void expect(String answer) throws IOException {
        String line = answers.readLine();
        if (!answer.equals(line)) {
            throw new IllegalStateException("expected " + answer + ", not " + line);
        }
    }

    /** One mail of the journal. */
    public static final class Entry {
        private final String subject;
        private final List<String> recipients;

        private Entry(String line) {
            String[] fields = line.split("\t", 2);
            this.subject = fields[0];
            this.recipients = List.of(fields[1].split(","));
        }

        public String subject() {
            return subject;
        }

        public List<String> recipients() {
            return recipients;
        }
    }

    /** The mails taken so far, in all lives of the process, oldest first. */
    public List<Entry> journal() {
        try {
            List<Entry> entries = new ArrayList<>();
            for (String line : Files.readAllLines(journal)) {
                entries.add(new Entry(line));
            }
            return entries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process().destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }

    /** The process: port and journal are its arguments; it obeys one word a line of its standard input, and ends with it. */
    public static void main(String[] args) throws IOException {
        FileChannel file = FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        NextHop hop = NextHop.listening("127.0.0.1", Integer.parseInt(args[0]), mail -> append(file, mail));
        say(READY);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            switch (command) {
                case DEFER:
                    hop.answer("MAIL", "451 4.3.2 not now");
                    break;
                case OBEY:
                    hop.obey();
                    break;
                case FREEZE:
                    hop.freeze();
                    break;
                default:
                    throw new IllegalArgumentException(command);
            }
            say(command);
        }
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** One write to the operating system for each mail: it outlives the process as a whole or not at all. */
    private static synchronized void append(FileChannel file, NextHop.ReceivedMail mail) {
        String line = mail.subject() + "\t" + String.join(",", mail.recipients()) + "\n";
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
