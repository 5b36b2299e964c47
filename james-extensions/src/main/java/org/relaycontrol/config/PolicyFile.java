package org.relaycontrol.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.Rule;

/**
 * The policy file while it is read: turns its elements into rules, and what is wrong with them and with the files they name into problems.
 */
final class PolicyFile {

    /** In octets: no file that is something else is read to its end. */
    private static final int LONGEST_PASSWORD = 8192;
    /** The attribute that names a list file. */
    static final String FILE = "file";
    /** The attribute that names a managed list. */
    static final String MANAGED = "managed";

    private static final String LIST_FILE = "list file";
    private static final String PASSWORD_FILE = "password file";

    private final Path folder;
    private final String name;
    private final Schema schema;
    private final Problems problems;
    private final FileAccess files;
    private final Instant now;
    private final NavigableSet<Instant> expiries = new TreeSet<>();

    /**
     * A file to be read.
     *
     * @param now when entries are looked at whether they have expired
     */
    PolicyFile(Path folder, String name, Schema schema, Problems problems, FileAccess files, Instant now) {
        this.schema = schema;
        this.now = now;
        this.folder = folder;
        this.name = name;
        this.problems = problems;
        this.files = files;
    }

    Problems problems() {
        return problems;
    }

    Rule rule(XmlElement element) {
        return Rule.of(element.file(), element.line());
    }

    void problem(XmlElement element, String text) {
        problems.add(rule(element), text);
    }

    /** The structure that elements have. */
    Schema schema() {
        return schema;
    }

    /** Throws the problems there are so far, if any. */
    void throwIfAnyProblem() throws PolicyException {
        problems.throwIfAny(files);
    }

    /** The value, or null after the problem that it is none. */
    <T> @Nullable T parse(XmlElement element, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            problem(element, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** The child of that name, or null; several are a problem. */
    @Nullable XmlElement single(XmlElement parent, String childName) {
        List<XmlElement> found = parent.children(childName);
        for (int i = 1; i < found.size(); i++) {
            problem(found.get(i), "<" + parent.name() + "> has a second <" + childName + ">, the first is on line " + found.get(0).line()
                + "; write everything into one");
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /** Reads the list file that the element's {@code file} names. */
    void readList(XmlElement element, ListFile.Lines lines) {
        String file = element.attribute(FILE);
        if (file != null) {
            readList(element, file, lines);
        }
    }

    /**
     * Reads the list that the element's {@code file} or {@code managed} names.
     *
     * @param managedLines takes the lines of a managed list, whole
     */
    void readList(XmlElement element, ListFile.Lines lines, ListFile.Lines managedLines) {
        String managed = element.attribute(MANAGED);
        if (managed == null) {
            readList(element, lines);
            if (element.attribute(FILE) == null) {
                problem(element, "<" + element.name() + "> has no file; write file=\"…\", or managed=\"…\" for a list that programs edit");
            }
        } else if (element.attribute(FILE) != null) {
            problem(element, "file and managed exclude each other; remove one of them");
        } else {
            readManaged(element, managed, managedLines);
        }
    }

    /** Reads a list file that the element names. */
    void readList(XmlElement element, String file, ListFile.Lines lines) {
        Path path = resolve(element, LIST_FILE, file);
        if (path == null) {
            return;
        }
        try (InputStream in = files.open(path, file)) {
            if (!ListFile.read(in, file, false, lines, problems)) {
                problem(element, "the list file '" + file + "' is empty; write one entry a line, "
                    + "or a comment if it is meant to list nothing");
            }
        } catch (IOException e) {
            problem(element, unreadable(LIST_FILE, file, e));
        }
    }

    private void readManaged(XmlElement element, String file, ListFile.Lines lines) {
        Path path = resolve(element, LIST_FILE, file);
        if (path == null) {
            return;
        }
        try (InputStream in = files.open(path, file)) {
            ListFile.read(in, file, true, lines, problems);
        } catch (NoSuchFileException e) {
            // The first edit writes it. That it was not there is remembered, so that it is seen then.
            return;
        } catch (IOException e) {
            problem(element, unreadable(LIST_FILE, file, e));
        }
    }

    /**
     * Whether an entry of a managed list has expired.
     *
     * @throws IllegalArgumentException with the problem and what to write instead, if it says what is no instant
     */
    boolean isExpired(@Nullable String expires) {
        Instant instant = ManagedEntry.instant(expires);
        if (instant == null) {
            return false;
        }
        if (instant.isAfter(now)) {
            expiries.add(instant);
            return false;
        }
        return true;
    }

    /** When entries expire that have not. */
    NavigableSet<Instant> expiries() {
        return expiries;
    }

    /**
     * The absolute path of a password file. One that is not there, cannot be read or has no first line is a problem, one that others than
     * its owner may read is a warning. The password itself goes no further.
     */
    String passwordFile(XmlElement element, String file) {
        Path path = resolve(element, PASSWORD_FILE, file);
        if (path == null) {
            return file;
        }
        if (files.isAgain()) {
            // It could be used when it was loaded, and the policies are to expire all the same.
            files.look(path, file, true);
            return path.toString();
        }
        try (InputStream in = files.openSecret(path, file)) {
            checkPassword(element, file, in.readNBytes(LONGEST_PASSWORD));
            warnOfReaders(element, file, path);
        } catch (CharacterCodingException e) {
            problem(element, "the password file '" + file + "' is not UTF-8; save it as UTF-8");
        } catch (IOException e) {
            problem(element, unreadable(PASSWORD_FILE, file, e));
        }
        return path.toString();
    }

    private void checkPassword(XmlElement element, String file, byte[] octets) throws CharacterCodingException {
        int length = 0;
        while (length < octets.length && octets[length] != '\n' && octets[length] != '\r') {
            length++;
        }
        if (length == 0) {
            problem(element, "the password file '" + file + "' is empty; write the password into its first line");
        } else if (length == LONGEST_PASSWORD) {
            problem(element, "the first line of the password file '" + file + "' is longer than any password; write a shorter one");
        } else {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 0, length));
        }
    }

    private void warnOfReaders(XmlElement element, String file, Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            // A file system without owner, group and others: its permissions are its own affair.
            return;
        }
        Set<PosixFilePermission> permissions = view.readAttributes().permissions();
        String readers = permissions.contains(PosixFilePermission.OTHERS_READ) ? "everyone on this machine"
            : permissions.contains(PosixFilePermission.GROUP_READ) ? "its group" : "";
        if (!readers.isEmpty()) {
            problems.warn("password-file", rule(element), "the password file '" + file + "' can be read by " + readers
                + "; let it belong to the user that James runs as, and chmod 600 " + file);
        }
    }

    /** The path that a file name means, relative to the policy file, or null after a problem. */
    private @Nullable Path resolve(XmlElement element, String kind, String file) {
        Path path;
        try {
            path = folder.resolve(file);
        } catch (InvalidPathException e) {
            problem(element, "'" + file + "' is no path of a " + kind + "; write one relative to " + name);
            return null;
        }
        if (file.isEmpty() || file.startsWith("file:")) {
            problem(element, "'" + file + "' is no path of a " + kind + "; write one relative to " + name + ", without file://conf/");
            return null;
        }
        if (files.isDirectory(path)) {
            files.look(path, file, false);
            problem(element, "the " + kind + " '" + file + "' is a directory; write the path of a file in it");
            return null;
        }
        return path;
    }

    private String unreadable(String kind, String file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "the " + kind + " '" + file + "' does not exist; create it, or write the path of an existing file, relative to " + name;
        }
        if (e instanceof FileAccess.NotReadableException) {
            return "the " + kind + " '" + file + "' is none of the policy in force, and not read for another; send its content along";
        }
        if (e instanceof AccessDeniedException) {
            return "the " + kind + " '" + file + "' cannot be read; let the user that James runs as read it";
        }
        return "the " + kind + " '" + file + "' cannot be read (" + e + "); write the path of a file that can";
    }
}
