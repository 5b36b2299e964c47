package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A mail server of somebody else as a process of its own, in a folder of its own below the system's folder for temporary files: such
 * servers change to users who may not enter the folders of the build.
 */
final class PeerProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 20;

    private final Path folder;
    private final Path log;
    private final int port;
    private final Process process;
    private final Thread stopAtExit = new Thread(this::stop);

    private PeerProcess(Path folder, Path log, int port, Process process) {
        this.folder = folder;
        this.log = log;
        this.port = port;
        this.process = process;
    }

    /** A new folder that every user may enter. */
    static Path newFolder(String name) {
        try {
            Path folder = Files.createTempDirectory(name).toRealPath();
            if (!folder.toFile().setExecutable(true, false) || !folder.toFile().setReadable(true, false)) {
                throw new IllegalStateException("cannot open " + folder + " to others");
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts the server and waits until it listens on the port of 127.0.0.1.
     *
     * @param folder deleted in the end
     * @param log where the server logs
     */
    static PeerProcess start(Path folder, Path log, int port, List<String> command) {
        try {
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile()).start();
            PeerProcess peer = new PeerProcess(folder, log, port, process);
            Runtime.getRuntime().addShutdownHook(peer.stopAtExit);
            RelayServer.await(peer::listensOrEnded, Boolean.TRUE::equals, () -> command + " to listen; it wrote: " + peer.output());
            if (!process.isAlive()) {
                throw new IllegalStateException(command + " ended with status " + process.exitValue() + ": " + peer.output());
            }
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listensOrEnded() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return !process.isAlive();
        }
    }

    private String output() {
        return read(folder.resolve("output")) + read(log);
    }

    /** The lines the server has logged so far. */
    List<String> log() {
        return read(log).lines().collect(Collectors.toList());
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server and deletes its folder; a second time does nothing. */
    @Override
    public void close() {
        if (!Files.exists(folder)) {
            return;
        }
        stop();
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
        delete(folder);
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stop() {
        List<ProcessHandle> children = process.descendants().collect(Collectors.toList());
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            for (ProcessHandle child : children) {
                child.destroyForcibly();
                child.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a child of process " + process.pid() + " does not end", e);
        }
    }
}
