package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A program that was run to its end: its exit status, and what it wrote to standard output and standard error. */
public final class ProgramRun {
    private static final int LONGEST_MINUTES = 5;

    private final int status;
    private final String output;

    private ProgramRun(int status, String output) {
        this.status = status;
        this.output = output;
    }

    /** Runs a program that reads nothing. */
    public static ProgramRun of(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            try (InputStream out = process.getInputStream()) {
                String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(command[0] + " does not end: " + output);
                }
                return new ProgramRun(process.exitValue(), output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public int status() {
        return status;
    }

    public String output() {
        return output;
    }
}
