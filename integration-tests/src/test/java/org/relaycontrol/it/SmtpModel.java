package org.relaycontrol.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an SMTP session with {@link SmtpSessionsIT#POLICY} must be like, command by command: what is answered, and which recipients a
 * message that was accepted has. Written from DESIGN's table and from RFC 5321 for this one policy, without any class of the pack; where a
 * stock James 3.8.1 leaves the RFC, it says so. The methods that stand for commands return what the reply must begin with.
 */
final class SmtpModel {
    static final String CLOSED = "closed";

    private final Client client;
    private final boolean submission;
    private boolean greeted;
    private boolean encrypted;
    private String user = "";
    private String sender;
    private final List<String> recipients = new ArrayList<>();
    private int refusedCommands;

    /** A session of a client with the listener of a policy. */
    SmtpModel(Client client, boolean submission) {
        this.client = client;
        this.submission = submission;
    }

    /** Who connects, by its address. */
    enum Client {
        /** In no list. */
        STRANGER("127.51.100.7"),
        /** In {@code clients}. */
        LISTED("127.168.1.8"),
        /** In {@code clients}, and in {@code never}. */
        NEVER("127.168.1.66"),
        /** May not connect. */
        REFUSED("127.0.113.9");

        private final String address;

        Client(String address) {
            this.address = address;
        }

        String address() {
            return address;
        }
    }

    /** The parts of a recipient, as the policy sees them. */
    enum Domain {
        HOSTED, BELOW_HOSTED, RELAY, REJECT, ROUTE_OR_UNLISTED
    }

    private boolean refused() {
        return client == Client.REFUSED && !submission;
    }

    String greeting() {
        return refused() ? "554 mail.ratest.com connection refused" : "220 ";
    }

    /** Any command of a client that may not connect: 503, and after the third the connection is closed. */
    private String refusal() {
        refusedCommands++;
        return refusedCommands > 3 ? CLOSED : "503 5.5.1 Connection refused";
    }

    String ehlo() {
        if (refused()) {
            return refusal();
        }
        reset();
        greeted = true;
        return "250";
    }

    String rset() {
        if (refused()) {
            return refusal();
        }
        reset();
        return "250 ";
    }

    /** A stock James does not ask for EHLO again after STARTTLS. */
    String startTls() {
        if (refused()) {
            return refusal();
        }
        if (encrypted) {
            return "500 ";
        }
        if (!user.isEmpty()) {
            return "501 ";
        }
        encrypted = true;
        reset();
        return "220 ";
    }

    /** A stock James takes AUTH at any time, also before EHLO and within a transaction, and offers it on encrypted connections alone. */
    String auth(String name, boolean good) {
        if (refused()) {
            return refusal();
        }
        if (!user.isEmpty()) {
            return "503 ";
        }
        if (!good) {
            return "535 ";
        }
        user = name;
        return "235 ";
    }

    /** A MAIL that is refused ends what was begun with the one before, but a stock James keeps the recipients. */
    String mail(String address) {
        if (refused()) {
            return refusal();
        }
        String reply = mailReply(address);
        sender = reply.startsWith("250") ? address : null;
        return reply;
    }

    private String mailReply(String address) {
        if (sender != null || !greeted) {
            return "503 ";
        }
        String refusal = senderRefusal(address);
        return refusal.isEmpty() ? "250 " : refusal;
    }

    /** James's verifyIdentity: users send as themselves, strangers not as somebody here. */
    private String senderRefusal(String address) {
        if (!user.isEmpty()) {
            return address.equals(user) ? "" : "503 ";
        }
        boolean byAddress = !submission && client == Client.LISTED;
        return address.endsWith("@ratest.com") && !byAddress ? "530 " : "";
    }

    /**
     * RCPT.
     *
     * @param address as James repeats it
     * @param routed whether the local part carries sender-specified routing
     * @param mailbox whether somebody has this address
     */
    String rcpt(String address, Domain domain, boolean routed, boolean mailbox) {
        if (refused()) {
            return refusal();
        }
        if (sender == null) {
            return "503 ";
        }
        String reply = policyReply(address, domain, routed);
        if (reply.startsWith("250") && address.indexOf('@') < address.lastIndexOf('@')) {
            reply = "553 5.1.3 ";
        }
        if (reply.startsWith("250") && !senderRefusal(sender).isEmpty()) {
            reply = senderRefusal(sender);
        }
        if (reply.startsWith("250") && domain == Domain.HOSTED && !mailbox) {
            reply = "550 5.1.1 ";
        }
        if (reply.startsWith("250")) {
            recipients.add(address);
        }
        return reply;
    }

    private String policyReply(String address, Domain domain, boolean routed) {
        if (submission && user.isEmpty()) {
            return "530 5.7.0 Authentication required";
        }
        if (domain == Domain.REJECT) {
            return "550 5.7.1 not wanted here";
        }
        if (routed && !mayRelay()) {
            return "550 5.7.1 Unable to relay for " + address;
        }
        switch (domain) {
            case HOSTED:
            case RELAY:
                return "250 ";
            case BELOW_HOSTED:
                return "550 5.1.2 ";
            default:
                return mayRelay() ? "250 " : unableToRelay(address);
        }
    }

    private boolean mayRelay() {
        if (submission) {
            return !user.isEmpty();
        }
        return !never() && (client == Client.LISTED || user.equals("alice@ratest.com"));
    }

    private boolean never() {
        return client == Client.NEVER || user.equals("mallory@ratest.com");
    }

    private String unableToRelay(String address) {
        return user.isEmpty() && !never()
            ? "530 5.7.0 Authentication required to relay for " + address
            : "550 5.7.1 Unable to relay for " + address;
    }

    /** An address James itself takes for none. */
    String rcptWithSyntaxError() {
        return refused() ? refusal() : sender == null ? "503 " : "55";
    }

    String data() {
        if (refused()) {
            return refusal();
        }
        return sender == null || recipients.isEmpty() ? "503 " : "354 ";
    }

    /** The final dot: the recipients that the mail has. */
    List<String> endOfData() {
        List<String> mail = List.copyOf(recipients);
        reset();
        return mail;
    }

    String quit() {
        refusedCommands++;
        return refused() && refusedCommands > 3 ? CLOSED : "221 ";
    }

    private void reset() {
        sender = null;
        recipients.clear();
    }

    @Override
    public String toString() {
        return String.join(" ", client.name().toLowerCase(Locale.ROOT), submission ? "submission" : "mx", "user:", user, "sender:",
            String.valueOf(sender), recipients.toString());
    }
}
