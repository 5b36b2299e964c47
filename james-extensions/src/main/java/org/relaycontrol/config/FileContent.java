package org.relaycontrol.config;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was found in a file: its content, by its SHA-256, or why there is none. Immutable.
 */
final class FileContent {

    private static final int SHA256_DIGITS = 64;
    private static final FileContent NOT_REGULAR = new FileContent(null, "not a regular file", false);

    private final @Nullable String sha256;
    private final String problem;
    private final boolean secret;

    private FileContent(@Nullable String sha256, String problem, boolean secret) {
        this.sha256 = sha256;
        this.problem = problem;
        this.secret = secret;
    }

    /**
     * The content of which this is the digest.
     *
     * @param secret whether it is a password
     */
    static FileContent of(MessageDigest digest, boolean secret) {
        return new FileContent(hex(digest), "", secret);
    }

    /** No content that can be read. */
    static FileContent unreadable(IOException e) {
        return new FileContent(null, e.toString(), false);
    }

    /** A pipe or a device: what there is to read depends on who has read before, and may never end. */
    static FileContent notRegular() {
        return NOT_REGULAR;
    }

    /** What is found in the file now. */
    static FileContent of(Path file, boolean secret) {
        if (Files.exists(file) && !Files.isDirectory(file) && !Files.isRegularFile(file)) {
            return NOT_REGULAR;
        }
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return of(in.getMessageDigest(), secret);
        } catch (IOException e) {
            return unreadable(e);
        }
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

    /** Whether it is a password, of which not even the digest may be shown. */
    boolean isSecret() {
        return secret;
    }

    /** The SHA-256 in lower-case hexadecimal digits of content that is no secret. */
    Optional<String> sha256ToShow() {
        return secret ? Optional.empty() : Optional.ofNullable(sha256);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileContent && Objects.equals(sha256, ((FileContent) other).sha256)
            && problem.equals(((FileContent) other).problem);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sha256, problem);
    }

    /** What may be shown of it. */
    @Override
    public String toString() {
        return sha256 == null ? problem : sha256ToShow().orElse("a password");
    }
}
