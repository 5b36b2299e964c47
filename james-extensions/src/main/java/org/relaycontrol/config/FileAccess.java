package org.relaycontrol.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file system as one load sees it: opens files, or what is to be read in their place, and remembers what was found in each.
 */
final class FileAccess {

    private final Map<Path, byte[]> inPlaceOf;
    private final Map<Path, FileContent> contents = new HashMap<>();
    private final Map<Path, String> names = new LinkedHashMap<>();

    /** Reads these contents in place of those of the files, whose paths are absolute. */
    FileAccess(Map<Path, byte[]> inPlaceOf) {
        this.inPlaceOf = Map.copyOf(inPlaceOf);
    }

    /**
     * Opens a file.
     *
     * @param name the file as it is to be printed
     * @throws IOException if it cannot be read
     */
    InputStream open(Path path, String name) throws IOException {
        Path file = path.toAbsolutePath();
        names.putIfAbsent(file, name);
        byte[] content = inPlaceOf.get(file);
        try {
            return new Recorded(content == null ? Files.newInputStream(file) : new ByteArrayInputStream(content), file);
        } catch (IOException e) {
            record(file, FileContent.unreadable(false, e));
            throw e;
        }
    }

    /** Remembers that the file was looked at without reading its content. */
    void look(Path path, String name, boolean secret) {
        Path file = path.toAbsolutePath();
        names.putIfAbsent(file, name);
        record(file, FileContent.of(file, secret));
    }

    /** A file that two elements name must not have changed between them, else it equals nothing that can be found again. */
    private void record(Path file, FileContent content) {
        FileContent before = contents.put(file, content);
        if (before != null && !before.equals(content)) {
            contents.put(file, FileContent.unreadable(content.isSecret(), new IOException("changed while it was read")));
        }
    }

    /** What was read so far. */
    FilesRead filesRead() {
        return new FilesRead(contents, names);
    }

    /** Records the content when it is closed, also what nobody has read of it. */
    private final class Recorded extends DigestInputStream {

        private final Path file;

        private Recorded(InputStream in, Path file) {
            super(in, FileContent.sha256());
            this.file = file;
        }

        @Override
        public void close() throws IOException {
            try {
                transferTo(OutputStream.nullOutputStream());
                record(file, FileContent.of(getMessageDigest()));
            } catch (IOException e) {
                record(file, FileContent.unreadable(false, e));
                throw e;
            } finally {
                super.close();
            }
        }
    }
}
