package org.relaycontrol.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.relaycontrol.config.LoadedPolicies;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedList;
import org.relaycontrol.config.ManagedListContent;
import org.relaycontrol.config.PolicyLoader;

/**
 * A process that edits the managed list of a policy file as fast as it can, and can be killed. Each edit adds an entry, and makes the entry
 * {@link #COUNT} say how many there are: only a whole version of the file says so truly.
 */
public final class ManagedEdits {
    /** The entry whose reply is the number of the other entries. */
    public static final String COUNT = "count.example";

    private final Process process;
    private final BufferedReader numbers;
    private int done;

    private ManagedEdits(Process process) {
        this.process = process;
        this.numbers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Starts editing; names of entries begin with this. */
    public static ManagedEdits start(Path policyFile, String prefix) {
        try {
            String classPath = Distribution.packJar() + System.getProperty("path.separator") + Distribution.classes();
            return new ManagedEdits(new ProcessBuilder(Distribution.java().toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                    "-Xshare:auto", "-cp", classPath, ManagedEdits.class.getName(), policyFile.toString(), prefix)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until so many edits are done, by what the process says. */
    public void await(int edits) {
        try {
            while (done < edits) {
                if (numbers.readLine() == null) {
                    throw new IllegalStateException("the process has ended after " + done + " edits");
                }
                done++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the process (SIGKILL), and returns how many edits it said it had done. */
    public int kill() {
        // By its handle, since Process itself would close the stream in which the last numbers are.
        process.toHandle().destroyForcibly();
        try {
            process.waitFor();
            while (numbers.readLine() != null) {
                done++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return done;
    }

    /** The process: policy file and prefix of names. */
    public static void main(String[] args) throws Exception {
        LoadedPolicies loaded = PolicyLoader.load(Path.of(args[0]));
        ManagedList list = loaded.managedLists().get(0).managedList();
        for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
            ManagedEntry entry = ManagedEntry.of(args[1] + "-" + i + ".example", Map.of());
            list.edit(null, content -> counted(content.with(entry, Instant.EPOCH)));
            System.out.println(i);
        }
    }

    private static ManagedListContent counted(ManagedListContent content) {
        long others = content.entries().stream().filter(entry -> !entry.name().equals(COUNT)).count();
        return content.with(ManagedEntry.of(COUNT, Map.of("action", "reject", "reply", "there are " + others)), Instant.EPOCH);
    }
}
