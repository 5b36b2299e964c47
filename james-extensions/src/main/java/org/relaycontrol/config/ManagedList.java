package org.relaycontrol.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;

/**
 * A managed list: a list file that programs edit, one edit at a time, of this and of other processes that share the file. Whatever stops an
 * edit, the file is the whole of what it was before, or the whole of what it is after: a new file is written beside it, forced to the
 * disk, and renamed. Beside the file stays an empty one, by which the processes wait for each other; the file system must have locks.
 * Thread-safe.
 */
public final class ManagedList {

    private static final Map<Path, Lock> LOCKS = new ConcurrentHashMap<>();

    private final Path path;
    private final Function<ManagedEntry, String> key;

    private ManagedList(Path path, Function<ManagedEntry, String> key) {
        this.path = path;
        this.key = key;
    }

    /**
     * A list of domains.
     *
     * @param path the file, which need not exist
     * @param defaultMatch the {@code match} of entries that have none
     */
    static ManagedList ofDomains(Path path, String defaultMatch) {
        return new ManagedList(path, entry -> {
            DomainName domain = DomainNotation.recipientDomain(entry.name());
            return domain.isLiteral() ? domain.toString() : domain + " " + entry.attributes().getOrDefault("match", defaultMatch);
        });
    }

    /**
     * A list of networks and ranges.
     *
     * @param path the file, which need not exist
     */
    static ManagedList ofNetworks(Path path) {
        return new ManagedList(path, entry -> ClientReader.networkOrRange(entry.name()).toString());
    }

    /** The file, absolute. */
    public Path path() {
        return path;
    }

    /**
     * What the file says now; nothing, if there is none.
     *
     * @throws IOException if it cannot be read or is not UTF-8
     */
    public ManagedListContent read() throws IOException {
        return read(target());
    }

    /**
     * The entries on these lines of the file, counted from 1, by line; those that are none are left out. Costs no more memory for a long
     * file.
     *
     * @throws IOException if it cannot be read or is not UTF-8
     */
    public Map<Integer, ManagedEntry> entriesAt(Set<Integer> numbers) throws IOException {
        Map<Integer, ManagedEntry> entries = new HashMap<>();
        try (BufferedReader reader = Files.newBufferedReader(target(), StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = reader.readLine(); line != null && entries.size() < numbers.size(); line = reader.readLine()) {
                number++;
                if (numbers.contains(number)) {
                    Optional<ManagedEntry> entry = ManagedListContent.entry(line, key);
                    if (entry.isPresent()) {
                        entries.put(number, entry.get());
                    }
                }
            }
            return entries;
        } catch (NoSuchFileException e) {
            return entries;
        }
    }

    private ManagedListContent read(Path target) throws IOException {
        byte[] octets;
        try {
            octets = Files.readAllBytes(target);
        } catch (NoSuchFileException e) {
            octets = new byte[0];
        }
        return ManagedListContent.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString(), key);
    }

    /** Makes of what a list says what it is to say. */
    @FunctionalInterface
    public interface Edit<X extends Exception> {

        /**
         * The content to write; the same, to write nothing. Nobody else edits the list meanwhile.
         *
         * @throws X if nothing is to be written
         */
        ManagedListContent apply(ManagedListContent content) throws X;
    }

    /**
     * Edits the list. When it returns, the disk has what the list says.
     *
     * @param version the {@link ManagedListContent#version} that the edit is meant for, or null for any
     * @return what the list says now
     * @throws OtherVersionException if the list has another version, since somebody else has edited it
     * @throws IOException if it cannot be read, locked or written; the file is as it was
     * @throws X if the edit does; the file is as it was
     */
    public <X extends Exception> ManagedListContent edit(@Nullable String version, Edit<X> edit)
            throws IOException, OtherVersionException, X {
        Path target = target();
        Lock inThisProcess = LOCKS.computeIfAbsent(target, any -> new ReentrantLock());
        inThisProcess.lock();
        try (FileChannel channel = FileChannel.open(beside(target, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
             FileLock amongProcesses = channel.lock()) {
            ManagedListContent before = read(target);
            if (version != null && !version.equals(before.version())) {
                throw new OtherVersionException(before.version());
            }
            ManagedListContent after = edit.apply(before);
            if (amongProcesses.isValid() && !after.version().equals(before.version())) {
                replace(target, after.octets());
            }
            return after;
        } finally {
            inThisProcess.unlock();
        }
    }

    /** The file itself, where the path is a symbolic link to it: the link stays. */
    private Path target() throws IOException {
        return Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling("." + target.getFileName() + suffix);
    }

    private static void replace(Path target, byte[] octets) throws IOException {
        Path whole = beside(target, ".new");
        try {
            try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(octets);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                copyPermissions(target, whole);
                channel.force(true);
            }
            Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(whole);
            throw e;
        }
        forceDirectory(target);
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView permissions = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        if (permissions != null && Files.exists(from)) {
            Files.setPosixFilePermissions(to, permissions.readAttributes().permissions());
        }
    }

    /** So that the renaming is on the disk, too. Only POSIX opens directories. */
    private static void forceDirectory(Path target) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory != null && Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
