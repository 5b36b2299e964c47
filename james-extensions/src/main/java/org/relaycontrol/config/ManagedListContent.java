package org.relaycontrol.config;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a managed list says, comments and blank lines included. Immutable.
 */
public final class ManagedListContent {

    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final List<Line> lines;
    private final Function<ManagedEntry, String> key;

    private ManagedListContent(List<Line> lines, Function<ManagedEntry, String> key) {
        this.lines = lines;
        this.key = key;
    }

    /**
     * The content of a file.
     *
     * @param key what two entries have in common that exclude each other; throws {@link IllegalArgumentException} for one that is no entry
     */
    static ManagedListContent of(String text, Function<ManagedEntry, String> key) {
        List<Line> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int lineEnd = text.indexOf('\n', start);
            int end = lineEnd < 0 ? text.length() : lineEnd + 1;
            lines.add(Line.of(text.substring(start, end), key));
            start = end;
        }
        return new ManagedListContent(lines, key);
    }

    /** The entry of a line of a file, if it is one. */
    static Optional<ManagedEntry> entry(String line, Function<ManagedEntry, String> key) {
        return Optional.ofNullable(Line.of(line, key).entry);
    }

    /** The file's octets. */
    public byte[] octets() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    private String text() {
        return lines.stream().map(line -> line.written).collect(Collectors.joining());
    }

    /** What changes whenever the content does, as an entity tag: letters and digits. */
    public String version() {
        return FileContent.sha256(text());
    }

    /** The entries in the order of the file, expired ones included. Lines that are none, which no policy loads with, are left out. */
    public List<ManagedEntry> entries() {
        List<ManagedEntry> entries = new ArrayList<>();
        for (Line line : lines) {
            if (line.entry != null) {
                entries.add(line.entry);
            }
        }
        return entries;
    }

    /**
     * The entry of the same name, of domains also of the same match, if there is one.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if such an entry cannot be
     */
    public Optional<ManagedEntry> find(ManagedEntry like) {
        String wanted = key.apply(like);
        return lines.stream().filter(line -> wanted.equals(line.key)).findFirst().map(line -> line.entry);
    }

    /**
     * The content with the entry, in place of the one of the same name, of domains also of the same match, if there is one; else at the
     * end. Entries that have expired are gone.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if such an entry cannot be
     */
    public ManagedListContent with(ManagedEntry entry, Instant now) {
        String wanted = key.apply(entry);
        List<Line> changed = new ArrayList<>();
        boolean placed = false;
        for (Line line : lines) {
            if (!wanted.equals(line.key)) {
                if (!line.isExpired(now)) {
                    changed.add(line);
                }
            } else if (!placed) {
                changed.add(new Line(new ManagedLine(entry.name(), entry.attributes(), line.comment) + line.lineEnd(), wanted, entry,
                    line.comment));
                placed = true;
            }
        }
        if (!placed) {
            if (!changed.isEmpty()) {
                Line last = changed.remove(changed.size() - 1);
                changed.add(last.ended());
            }
            changed.add(new Line(entry + "\n", wanted, entry, ""));
        }
        return new ManagedListContent(changed, key);
    }

    /**
     * The content without the entry of the same name, of domains also of the same match. Entries that have expired are gone, too.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if such an entry cannot be
     */
    public ManagedListContent without(ManagedEntry like, Instant now) {
        String unwanted = key.apply(like);
        return new ManagedListContent(lines.stream()
            .filter(line -> !unwanted.equals(line.key) && !line.isExpired(now))
            .collect(Collectors.toList()), key);
    }

    /** One line, its end included. */
    private static final class Line {

        private final String written;
        private final @Nullable String key;
        private final @Nullable ManagedEntry entry;
        private final String comment;

        private Line(String written, @Nullable String key, @Nullable ManagedEntry entry, String comment) {
            this.written = written;
            this.key = key;
            this.entry = entry;
            this.comment = comment;
        }

        private static Line of(String written, Function<ManagedEntry, String> key) {
            String text = (written.startsWith(BYTE_ORDER_MARK) ? written.substring(1) : written).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                return new Line(written, null, null, text);
            }
            try {
                ManagedLine line = ManagedLine.parse(text);
                ManagedEntry entry = ManagedEntry.of(line);
                return new Line(written, key.apply(entry), entry, line.comment());
            } catch (IllegalArgumentException e) {
                // Loading the policy reports it; here it just stays.
                return new Line(written, null, null, "");
            }
        }

        private String lineEnd() {
            return written.endsWith("\r\n") ? "\r\n" : "\n";
        }

        private Line ended() {
            return written.endsWith("\n") ? this : new Line(written + "\n", key, entry, comment);
        }

        private boolean isExpired(Instant now) {
            return entry != null && entry.isExpired(now);
        }
    }
}
