package org.relaycontrol.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file system as one load sees it: opens files, or what is to be read in their place, and remembers what was found in each.
 */
final class FileAccess {

    private final Map<Path, byte[]> inPlaceOf;
    private final @Nullable Set<Path> readable;
    private final @Nullable FilesRead before;
    private final Map<Path, FileContent> contents = new HashMap<>();
    private final Map<Path, String> names = new LinkedHashMap<>();
    private final Map<Path, byte[]> kept = new HashMap<>();
    private boolean keeping = true;

    private FileAccess(Map<Path, byte[]> inPlaceOf, @Nullable Set<Path> readable, @Nullable FilesRead before) {
        this.inPlaceOf = Map.copyOf(inPlaceOf);
        this.readable = readable;
        this.before = before;
    }

    /** Reads the files. */
    static FileAccess toAll() {
        return new FileAccess(Map.of(), null, null);
    }

    /**
     * Reads these contents in place of those of the files, whose paths are absolute, and no files but those that another load has read:
     * whoever may propose a policy need not know what other files say.
     */
    static FileAccess replacing(Map<Path, byte[]> inPlaceOf, FilesRead others) {
        return new FileAccess(inPlaceOf, Set.copyOf(others.contents().keySet()), null);
    }

    /** The files of this load as they were in it, whatever has become of them. They must have been kept. */
    FileAccess again() {
        return new FileAccess(kept, null, filesRead());
    }

    /** Whether the contents of the files that are opened from now on are kept. Those that were opened before are. */
    void keep(boolean keep) {
        keeping = keep;
    }

    /** Whether these are the files of an earlier load. */
    boolean isAgain() {
        return before != null;
    }

    /**
     * Opens a file.
     *
     * @param name the file as it is to be printed
     * @throws IOException if it cannot be read
     */
    InputStream open(Path path, String name) throws IOException {
        Path file = named(path, name);
        try {
            checkReadable(file);
            byte[] content = content(file);
            return content == null ? new Recorded(file, false) : new Recorded(new ByteArrayInputStream(content), file, false);
        } catch (IOException e) {
            record(file, FileContent.unreadable(e));
            throw e;
        }
    }

    /** The same for a password file, which is always read from the disk and never kept. */
    InputStream openSecret(Path path, String name) throws IOException {
        Path file = named(path, name);
        try {
            checkReadable(file);
            return new Recorded(file, true);
        } catch (IOException e) {
            record(file, FileContent.unreadable(e));
            throw e;
        }
    }

    private void checkReadable(Path file) throws NotReadableException {
        if (readable != null && !readable.contains(file) && !inPlaceOf.containsKey(file)) {
            throw new NotReadableException(file);
        }
    }

    /** The file is none of those that may be read. */
    static final class NotReadableException extends IOException {

        private static final long serialVersionUID = 1L;

        private NotReadableException(Path file) {
            super(file.toString());
        }
    }

    private Path named(Path path, String name) {
        Path file = path.toAbsolutePath();
        names.putIfAbsent(file, name);
        return file;
    }

    /** The content, or null to read it from the disk bit by bit. */
    private byte @Nullable [] content(Path file) throws IOException {
        byte[] content = inPlaceOf.get(file);
        if (content == null && before != null) {
            // It was loaded without, so it is a file that may be missing.
            throw new NoSuchFileException(file.toString());
        }
        if (content == null && keeping && Files.isRegularFile(file)) {
            content = Files.readAllBytes(file);
        }
        if (content != null && keeping) {
            kept.put(file, content);
        }
        return content;
    }

    /** Remembers what is found in a file without opening it. */
    void look(Path path, String name, boolean secret) {
        Path file = named(path, name);
        FileContent content = before == null ? null : before.contents().get(file);
        record(file, content == null ? FileContent.of(file, secret) : content);
    }

    /** Whether a directory is where a file should be. */
    boolean isDirectory(Path path) {
        return before == null && (readable == null || readable.contains(path.toAbsolutePath())) && Files.isDirectory(path);
    }

    /** A file that two elements name must not have changed between them, else it equals nothing that can be found again. */
    private void record(Path file, FileContent content) {
        FileContent other = contents.put(file, content);
        if (other != null && !other.equals(content)) {
            contents.put(file, FileContent.unreadable(new IOException("changed while it was read")));
        }
    }

    /** What was read so far. */
    FilesRead filesRead() {
        return new FilesRead(contents, names);
    }

    /** Records the content when it is closed, also what nobody has read of it. */
    private final class Recorded extends DigestInputStream {

        private final Path file;
        private final boolean secret;

        private Recorded(InputStream in, Path file, boolean secret) {
            super(in, FileContent.sha256());
            this.file = file;
            this.secret = secret;
        }

        private Recorded(Path file, boolean secret) throws IOException {
            this(Files.newInputStream(file), file, secret);
        }

        @Override
        public void close() throws IOException {
            try {
                if (inPlaceOf.containsKey(file) || Files.isRegularFile(file) || Files.isDirectory(file)) {
                    transferTo(OutputStream.nullOutputStream());
                    record(file, FileContent.of(getMessageDigest(), secret));
                } else {
                    record(file, FileContent.notRegular());
                }
            } catch (IOException e) {
                record(file, FileContent.unreadable(e));
                throw e;
            } finally {
                super.close();
            }
        }
    }
}
