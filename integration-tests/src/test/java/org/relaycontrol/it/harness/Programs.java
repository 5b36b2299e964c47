package org.relaycontrol.it.harness;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Programs and libraries of other people that tests run: found on PATH or where Debian has programs for administrators. */
public final class Programs {
    private static final List<String> ADMINISTRATORS = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");
    private static final int LONGEST_RUN_MINUTES = 1;

    private Programs() {
    }

    /**
     * The program. Without it the test is skipped, or fails where the environment variable {@code CI} is set: there it has to be installed.
     *
     * @param debianPackage what to install, for the message
     */
    public static Path require(String program, String debianPackage) {
        Optional<Path> found = Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), ADMINISTRATORS.stream())
            .map(folder -> Path.of(folder, program))
            .filter(Files::isExecutable)
            .findFirst();
        return found.orElseGet(() -> missing(program + " is not installed (Debian package " + debianPackage + ")"));
    }

    /**
     * A shared library that programs are run with, as {@link #require}.
     *
     * @param library its name below the folder of the system's libraries
     */
    public static Path requireLibrary(String library, String debianPackage) {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            Optional<Path> found = folders.map(folder -> folder.resolve(library)).filter(Files::exists).findFirst();
            return found.orElseGet(() -> missing(library + " is not installed (Debian package " + debianPackage + ")"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This test needs root, since the program does. It is skipped for others, or fails where {@code CI} is set. */
    public static void requireRoot(String program) {
        if (!System.getProperty("user.name").equals("root")) {
            missing(program + " can be run by root alone");
        }
    }

    private static Path missing(String what) {
        if (System.getenv("CI") != null) {
            return Assertions.fail(what);
        }
        return Assumptions.abort(what);
    }

    /**
     * Runs a program to its end and returns what it wrote to standard output and standard error.
     *
     * @param input what it reads from standard input
     * @throws IllegalStateException with what it wrote, if its exit status is not 0
     */
    public static String run(String input, String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            try (InputStream output = process.getInputStream()) {
                String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(LONGEST_RUN_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                    throw new IllegalStateException(List.of(command) + ": " + said);
                }
                return said;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
