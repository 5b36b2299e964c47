package org.relaycontrol.config;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * What was found in a file: its content, by its SHA-256, or why there is none. Of a password file only whether it can be used: what it says
 * is read when it is needed. Immutable.
 */
final class FileContent {

    private static final int SHA256_DIGITS = 64;

    private final boolean secret;
    private final String found;

    private FileContent(boolean secret, String found) {
        this.secret = secret;
        this.found = found;
    }

    /** A list file or the policy file, of whose content this is the digest. */
    static FileContent of(MessageDigest digest) {
        return new FileContent(false, hex(digest));
    }

    /** A file that cannot be read. */
    static FileContent unreadable(boolean secret, IOException e) {
        return new FileContent(secret, e instanceof NoSuchFileException ? "missing" : "unreadable");
    }

    /**
     * What is found in the file now.
     *
     * @param secret whether it is a password file
     */
    static FileContent of(Path path, boolean secret) {
        try {
            return secret ? new FileContent(true, checkSecret(path)) : digest(path);
        } catch (IOException e) {
            return unreadable(secret, e);
        }
    }

    private static FileContent digest(Path path) throws IOException {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(path), sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return of(in.getMessageDigest());
        }
    }

    private static String checkSecret(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("a directory");
        }
        if (Files.size(path) == 0) {
            return "empty";
        }
        if (!Files.isReadable(path)) {
            throw new AccessDeniedException(path.toString());
        }
        return "present";
    }

    /** A digest to begin with. */
    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
    static String sha256(String text) {
        MessageDigest digest = sha256();
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return hex(digest);
    }

    private static String hex(MessageDigest digest) {
        StringBuilder hex = new StringBuilder(SHA256_DIGITS);
        for (byte octet : digest.digest()) {
            hex.append(Character.forDigit(octet >> 4 & 0xf, 16)).append(Character.forDigit(octet & 0xf, 16));
        }
        return hex.toString();
    }

    boolean isSecret() {
        return secret;
    }

    /** The SHA-256 of the content in lower-case hexadecimal digits, if it was read. */
    Optional<String> sha256OfContent() {
        return Optional.of(found).filter(digits -> digits.length() == SHA256_DIGITS);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileContent && secret == ((FileContent) other).secret && found.equals(((FileContent) other).found);
    }

    @Override
    public int hashCode() {
        return found.hashCode();
    }

    /** What was found. */
    @Override
    public String toString() {
        return found;
    }
}
