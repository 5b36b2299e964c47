package org.relaycontrol.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes. The print streams write UTF-8 and end lines with a line feed on every system.
 */
final class Streams {

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    Streams(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** The streams of the process. */
    static Streams system() {
        return new Streams(System.in,
            new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false, StandardCharsets.UTF_8),
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    }

    InputStream in() {
        return in;
    }

    /** For results. */
    PrintStream out() {
        return out;
    }

    /** For what stands in the way of a result. */
    PrintStream err() {
        return err;
    }

    void printLine(String line) {
        out.print(line);
        out.print('\n');
    }
}
