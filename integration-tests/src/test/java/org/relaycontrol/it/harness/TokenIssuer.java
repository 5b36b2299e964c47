package org.relaycontrol.it.harness;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Consumer;

/** Issues the tokens (JWT, RFC 7519) that a James with its public key takes at webadmin. */
public final class TokenIssuer {
    private static final int KEY_BITS = 2048;
    private static final int VALID_SECONDS = 600;

    private final KeyPair keys;

    private TokenIssuer(KeyPair keys) {
        this.keys = keys;
    }

    /** One with a key of its own. */
    public static TokenIssuer create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            return new TokenIssuer(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets webadmin of a sample ask for tokens of this issuer. */
    public Consumer<ConfFolder> required() {
        return conf -> conf
            .write("jwt_publickey", "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getPublic().getEncoded()) + "\n-----END PUBLIC KEY-----\n")
            .replace("webadmin.properties", "jwt.enabled=false", "jwt.enabled=true\njwt.publickeypem.url=file://conf/jwt_publickey");
    }

    /** A token for a user, valid for ten minutes. */
    public String token(String user, boolean admin) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = base64.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
            + base64.encodeToString(("{\"sub\":\"" + user + "\",\"admin\":" + admin + ",\"exp\":"
                + Instant.now().plusSeconds(VALID_SECONDS).getEpochSecond() + "}").getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.UTF_8));
            return signed + "." + base64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
