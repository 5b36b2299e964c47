package org.relaycontrol.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of one load, those that were not there included, and what was found in each. Two loads with equal files had the same to read.
 * Immutable.
 */
public final class FilesRead {

    private final Map<Path, FileContent> contents;
    private final Map<Path, String> names;

    FilesRead(Map<Path, FileContent> contents, Map<Path, String> names) {
        this.contents = Map.copyOf(contents);
        this.names = new LinkedHashMap<>(names);
    }

    /** Files of the same names with other contents. */
    FilesRead with(Map<Path, FileContent> otherContents) {
        return new FilesRead(otherContents, names);
    }

    /** The files as the policy file writes them, itself first, in the order of reading. */
    public List<String> names() {
        return List.copyOf(names.values());
    }

    /** The files, absolute, and what was found in each. */
    Map<Path, FileContent> contents() {
        return contents;
    }

    /**
     * SHA-256 over the policy file and its list files, in lower-case hexadecimal digits: what {@code sha256sum FILE… | sha256sum} prints
     * for them, named as the policy file does, in the order of {@link #names()}. Password files do not count, nor what could not be read.
     */
    public String sha256() {
        StringBuilder lines = new StringBuilder();
        names.forEach((path, name) -> {
            FileContent content = contents.get(path);
            if (content != null) {
                content.sha256ToShow().ifPresent(sha256 -> lines.append(sha256).append("  ").append(name).append('\n'));
            }
        });
        return FileContent.sha256(lines.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FilesRead && contents.equals(((FilesRead) other).contents);
    }

    @Override
    public int hashCode() {
        return contents.hashCode();
    }

    /** What was found in which file. */
    @Override
    public String toString() {
        return contents.toString();
    }
}
