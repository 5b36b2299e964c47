package org.relaycontrol.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the files of a policy have changed and are worth loading. It looks at each of them again and again, which works on every file
 * system, and sees files that are written in place, replaced by renaming, or reached by a symbolic link that is turned (Kubernetes).
 *
 * <p>A file caught half-written must not rule. Half of an XML file is none, but half of a list file is a list file. So files are worth
 * loading only after none has changed for {@link #SETTLE}; if one that has changed ends within a line, as a file cut somewhere does, for
 * {@link #SETTLE_WITHIN_LINE}; and what was loaded counts only if it is what was seen all that time ({@link #confirm}). A writer that
 * pauses longer between two lines is not found out: writers should write a new file and rename it.
 *
 * <p>Not thread-safe.
 */
public final class FileWatch {

    /** How often to look. */
    public static final Duration LOOK = Duration.ofMillis(250);
    /** How long a file must not have changed. */
    static final Duration SETTLE = Duration.ofMillis(500);
    /** The same, for one that ends within a line. With the rest a change is loaded within two seconds. */
    static final Duration SETTLE_WITHIN_LINE = Duration.ofMillis(1250);

    /**
     * Every so many looks small files are read even if time, size and identity are as before: on file systems with coarse times, and for
     * programs that set them, these tell nothing.
     */
    private static final int LOOKS_TO_READING = 4;
    private static final long SMALL = 1 << 20;

    private final LongSupplier nanoTime;
    private final Map<Path, Seen> seen = new HashMap<>();
    private FilesRead loaded;
    private int looks;

    /**
     * Watches the files of a load, which count as settled.
     *
     * @param nanoTime the time, as {@link System#nanoTime()} gives it
     */
    public FileWatch(FilesRead loaded, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.loaded = loaded;
        long settled = nanoTime.getAsLong() - SETTLE_WITHIN_LINE.toNanos();
        loaded.contents().forEach((file, content) -> seen.put(file, Seen.now(file, content.isSecret(), settled)));
    }

    /** Looks at the files. */
    public void look() {
        boolean readSmall = ++looks % LOOKS_TO_READING == 0;
        long now = nanoTime.getAsLong();
        seen.replaceAll((file, before) -> before.again(readSmall, now));
    }

    /** Whether the files, when they were looked at, were other than what was loaded last. */
    public boolean isChanged() {
        return loaded.contents().keySet().stream().anyMatch(file -> isChanged(file, seen.get(file)));
    }

    private boolean isChanged(Path file, @Nullable Seen now) {
        return now == null || !Objects.equals(loaded.contents().get(file), now.content);
    }

    /**
     * Whether no file has changed for so long that none is being written.
     *
     * @param replaced files that were renamed to where they are, whole, so that they need not settle
     */
    public boolean isSettled(Set<Path> replaced) {
        long now = nanoTime.getAsLong();
        return seen.entrySet().stream().allMatch(entry -> replaced.contains(entry.getKey())
            || now - entry.getValue().since >= settling(entry.getKey(), entry.getValue()).toNanos());
    }

    private Duration settling(Path file, Seen now) {
        return isChanged(file, now) && now.endsWithinLine ? SETTLE_WITHIN_LINE : SETTLE;
    }

    /** What was seen in the files when they were looked at. */
    public FilesRead seen() {
        Map<Path, FileContent> contents = new HashMap<>();
        seen.forEach((file, now) -> contents.put(file, now.content));
        return loaded.with(contents);
    }

    /**
     * Whether a load has found in the files what was seen in them, so that it counts. Then it is what was loaded last. Otherwise something
     * was written meanwhile, or there are files that were not watched before: these are watched, too, from now on.
     */
    public boolean confirm(FilesRead read) {
        boolean asSeen = read.contents().entrySet().stream().allMatch(file -> {
            Seen before = seen.get(file.getKey());
            return before != null && before.content.equals(file.getValue());
        });
        if (asSeen) {
            loaded = read;
            seen.keySet().retainAll(read.contents().keySet());
        } else {
            long now = nanoTime.getAsLong();
            read.contents().forEach((file, content) -> seen.computeIfAbsent(file, any -> Seen.now(file, content.isSecret(), now)));
        }
        return asSeen;
    }

    /** What was seen of a file, and since when its content is so. Immutable. */
    private static final class Seen {

        private static final String UNIX = "unix:isRegularFile,size,lastModifiedTime,ctime,ino,dev";
        private static final String BASIC = "isRegularFile,size,lastModifiedTime,fileKey";

        private final Path file;
        private final Map<String, Object> attributes;
        private final FileContent content;
        private final boolean endsWithinLine;
        private final long since;

        private Seen(Path file, Map<String, Object> attributes, FileContent content, boolean endsWithinLine, long since) {
            this.file = file;
            this.attributes = attributes;
            this.content = content;
            this.endsWithinLine = endsWithinLine;
            this.since = since;
        }

        /** The attributes come first: what is written after them is seen the next time. */
        static Seen now(Path file, boolean secret, long now) {
            Map<String, Object> attributes = attributes(file);
            FileContent content = FileContent.of(file, secret);
            return new Seen(file, attributes, content, !secret && endsWithinLine(file, attributes), now);
        }

        Seen again(boolean readSmall, long now) {
            Map<String, Object> attributesNow = attributes(file);
            boolean read = !attributesNow.equals(attributes) || readSmall && isSmall();
            if (!read) {
                return this;
            }
            Seen next = now(file, content.isSecret(), now);
            return next.content.equals(content) ? new Seen(file, next.attributes, content, endsWithinLine, since) : next;
        }

        private boolean isSmall() {
            Object size = attributes.get("size");
            return size instanceof Long && (Long) size <= SMALL;
        }

        /** Follows symbolic links. */
        private static Map<String, Object> attributes(Path file) {
            try {
                boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
                return Files.readAttributes(file, unix ? UNIX : BASIC);
            } catch (IOException e) {
                return Map.of();
            }
        }

        private static boolean endsWithinLine(Path file, Map<String, Object> attributes) {
            if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
                return false;
            }
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                ByteBuffer last = ByteBuffer.allocate(1);
                return channel.size() > 0 && channel.position(channel.size() - 1).read(last) == 1 && last.get(0) != '\n';
            } catch (IOException e) {
                return false;
            }
        }
    }
}
