package org.relaycontrol.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * One run of the command line within the test's process.
 */
final class CommandLineRun {

    private final int status;
    private final byte[] out;
    private final byte[] err;

    private CommandLineRun(int status, byte[] out, byte[] err) {
        this.status = status;
        this.out = out;
        this.err = err;
    }

    static CommandLineRun of(String... args) {
        return withInput(new byte[0], args);
    }

    static CommandLineRun withInput(byte[] in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new Streams(new ByteArrayInputStream(in), new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8)), args);
        return new CommandLineRun(status, out.toByteArray(), err.toByteArray());
    }

    int status() {
        return status;
    }

    byte[] outBytes() {
        return out;
    }

    String out() {
        return new String(out, StandardCharsets.UTF_8);
    }

    String err() {
        return new String(err, StandardCharsets.UTF_8);
    }
}
