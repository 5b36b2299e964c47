package org.relaycontrol.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import com.ibm.icu.text.IDNA;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.relaycontrol.fuzz.Invariants;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.config.FuzzPolicy;
import org.relaycontrol.policy.SmtpReply;

/**
 * Fuzz target: any lines as client, listener, user, host name, recipient and sender. What a stranger may send to is at a domain that this
 * policy accepts for everybody, and carries no route, as read without the pack's parser; every refusal is a proper SMTP reply.
 */
public final class EnvelopeFuzz {

    private static final EnvelopeReader READER = new EnvelopeReader(DomainName.of("ratest.com"));
    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII);
    private static final int MAX_REPLY = 512 - 2;

    private EnvelopeFuzz() {
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String[] fields = Arrays.copyOf(new String(data, StandardCharsets.UTF_8).split("\n", 6), 6);
        for (int i = 0; i < fields.length; i++) {
            fields[i] = fields[i] == null ? "" : fields[i];
        }
        Envelope envelope;
        try {
            envelope = READER.read(fields[0], fields[1], fields[2], fields[3], fields[4]);
            READER.sender(fields[5]);
        } catch (IllegalArgumentException e) {
            Invariants.checkRefusal(e);
            return;
        }
        Decision decision = FuzzPolicy.decide(envelope);
        assertThat(FuzzPolicy.decide(envelope)).hasToString(decision.toString());
        if (!decision.isPermit()) {
            String reply = SmtpReply.of(decision, envelope.recipient(), true).toString();
            assertThat(reply).matches("[45][0-9][0-9] [45]\\.[0-9]\\.[0-9] [ -~]+").hasSizeLessThanOrEqualTo(MAX_REPLY);
        } else if (fields[2].isEmpty() && isStranger(fields[0])) {
            int at = fields[4].lastIndexOf('@');
            String local = at < 0 ? fields[4] : fields[4].substring(0, at);
            assertThat(at < 0 ? "ratest.com" : ascii(fields[4].substring(at + 1))).matches("(.+\\.)?(ratest\\.com|relay\\.example)");
            assertThat(local.replaceAll("(?s)\\\\(.)|\"", "$1").toLowerCase(Locale.ROOT)).doesNotContain("%", "!", "@")
                .doesNotStartWith("imceasmtp-").doesNotStartWith("imcea ");
        }
    }

    private static boolean isStranger(String client) {
        String address = client.strip().replaceFirst("%.*", "");
        return InetAddresses.isInetAddress(address)
            && !InetAddresses.forString(address).getHostAddress().startsWith(FuzzPolicy.CLIENTS);
    }

    private static String ascii(String domain) {
        StringBuilder ascii = new StringBuilder();
        UTS46.nameToASCII(domain, ascii, new IDNA.Info());
        return ascii.toString().replaceFirst("\\.$", "");
    }
}
