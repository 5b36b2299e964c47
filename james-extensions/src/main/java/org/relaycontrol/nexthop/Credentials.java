package org.relaycontrol.nexthop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

import org.relaycontrol.policy.NextHops;
import org.relaycontrol.smtpclient.Peer;

/**
 * As whom to authenticate at a next hop. Has no text form: the password is for the SMTP client alone.
 */
public final class Credentials {

    private final String username;
    private final String password;

    private Credentials(String username, String password) {
        this.username = username;
        this.password = password;
    }

    /**
     * Those of the next hops, if they have any. The password is read anew each time, so that a changed file needs no restart.
     *
     * @throws MissingPasswordException if the file has none
     */
    static Optional<Credentials> of(NextHops hops) throws MissingPasswordException {
        Optional<String> username = hops.username();
        Optional<String> file = hops.passwordFile();
        if (username.isEmpty() || file.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Credentials(username.get(), password(file.get())));
    }

    /**
     * The password in a file: its first line.
     *
     * @throws MissingPasswordException if the file has none
     */
    public static String password(String file) throws MissingPasswordException {
        String password;
        try (BufferedReader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            password = reader.readLine();
        } catch (IOException | InvalidPathException e) {
            throw new MissingPasswordException("cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
        if (password == null || password.isEmpty()) {
            throw new MissingPasswordException("the first line of " + file + " is empty");
        }
        return password;
    }

    /** There is no password to authenticate with. The message names the file. */
    public static final class MissingPasswordException extends Exception {

        private static final long serialVersionUID = 1L;

        private MissingPasswordException(String problem) {
            super(problem);
        }
    }

    /** Adds them to a peer. */
    void addTo(Peer.Builder peer) {
        peer.credentials(username, password);
    }
}
