package org.relaycontrol.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A James {@code conf} folder that a test or the demonstration may change. Every change is strict: text that is expected and not
 * there is an error, so that a sample cannot drift away from what is run.
 */
public final class ConfFolder {
    private final Path folder;

    private ConfFolder(Path folder) {
        this.folder = folder;
    }

    /** Copies the files of {@code source} into the new folder {@code target}; subfolders are not copied. */
    public static ConfFolder copy(Path source, Path target) {
        try (Stream<Path> files = Files.list(source)) {
            Files.createDirectories(target);
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ConfFolder(target);
    }

    public String read(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates or overwrites a file. */
    public ConfFolder write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Creates or overwrites a file that its owner alone may read. */
    public ConfFolder writeSecret(String file, String text) {
        write(file, "");
        try {
            Files.setPosixFilePermissions(folder.resolve(file), PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return write(file, text);
    }

    /** The path of a file, which need not be there. */
    public Path path(String file) {
        return folder.resolve(file);
    }

    /** Writes a new file and renames it, so that nobody ever sees a part of it. */
    public ConfFolder replace(String file, String text) {
        try {
            Path whole = Files.writeString(folder.resolve(file + ".new"), text);
            Files.move(whole, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Deletes a file that must be there. */
    public ConfFolder delete(String file) {
        try {
            Files.delete(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Adds a file under its own name. */
    public ConfFolder add(Path file) {
        try {
            Files.copy(file, folder.resolve(file.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /**
     * Replaces every occurrence of a text.
     *
     * @throws IllegalStateException if the file does not contain it
     */
    public ConfFolder replace(String file, String expected, String replacement) {
        String text = read(file);
        if (!text.contains(expected)) {
            throw new IllegalStateException(folder.resolve(file) + " does not contain: " + expected);
        }
        return write(file, text.replace(expected, replacement));
    }

    /** Adds appenders or loggers to {@code logback.xml}, behind all others. */
    public ConfFolder addLogging(String xml) {
        return replace("logback.xml", "</configuration>", xml + "</configuration>");
    }

    /** What the only group of a pattern matches in a file, in order of appearance, each once; the list may be empty. */
    public List<String> find(String file, Pattern pattern) {
        Matcher matcher = pattern.matcher(read(file));
        return matcher.results().map(result -> result.group(1)).distinct().collect(Collectors.toList());
    }
}
