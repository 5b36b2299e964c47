package org.relaycontrol.smtpclient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Set;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Authenticates to a server (RFC 4954) with the best mechanism that both know: under TLS the plain ones, which every server gets right, and
 * without it first the one that does not tell the password.
 */
final class Authentication {

    private static final String PLAIN = "PLAIN";
    private static final String LOGIN = "LOGIN";
    private static final String CRAM_MD5 = "CRAM-MD5";
    private static final List<String> ENCRYPTED = List.of(PLAIN, LOGIN, CRAM_MD5);
    private static final List<String> IN_THE_CLEAR = List.of(CRAM_MD5, PLAIN, LOGIN);

    private final String username;
    private final String password;

    Authentication(String username, String password) {
        this.username = username;
        this.password = password;
    }

    /** Says a command line and waits for the reply. */
    interface Conversation {

        /** The reply to the line. */
        Reply say(String line) throws IOException;
    }

    /**
     * The conversation until the server has decided.
     *
     * @param offered the mechanisms that the server offers
     * @throws SmtpException if the server knows none of ours, or refuses
     */
    void run(Set<String> offered, boolean encrypted, Conversation server) throws IOException {
        String mechanism = (encrypted ? ENCRYPTED : IN_THE_CLEAR).stream().filter(offered::contains).findFirst()
            .orElseThrow(() -> new SmtpException(SmtpException.Stage.AUTHENTICATION,
                "the server offers AUTH " + String.join(" ", offered) + " and none of " + String.join(" ", ENCRYPTED)));
        Reply reply = run(mechanism, server);
        if (!reply.isPositive()) {
            throw new SmtpException(SmtpException.Stage.AUTHENTICATION, reply);
        }
    }

    private Reply run(String mechanism, Conversation server) throws IOException {
        switch (mechanism) {
            case PLAIN:
                return server.say("AUTH PLAIN " + base64("\0" + username + "\0" + password));
            case LOGIN:
                Reply forUser = server.say("AUTH LOGIN");
                Reply forPassword = forUser.isIntermediate() ? server.say(base64(username)) : forUser;
                return forPassword.isIntermediate() ? server.say(base64(password)) : forPassword;
            default:
                Reply challenge = server.say("AUTH CRAM-MD5");
                return challenge.isIntermediate() ? server.say(base64(username + " " + digest(challenge))) : challenge;
        }
    }

    /** RFC 2195. */
    private String digest(Reply challenge) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            StringBuilder hex = new StringBuilder();
            for (byte b : mac.doFinal(Base64.getDecoder().decode(challenge.lines().get(0).strip()))) {
                hex.append(Character.forDigit(b >> 4 & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
            }
            return hex.toString();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("cannot answer the challenge of CRAM-MD5: " + e.getMessage(), e);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
