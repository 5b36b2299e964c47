package org.relaycontrol.mailets;

import org.apache.james.core.MailAddress;
import org.relaycontrol.smtpclient.Transaction;

import com.google.common.net.InetAddresses;

/**
 * Mail addresses as they go over the wire (RFC 5321 section 4.1.2): James has address literals without their brackets.
 */
final class Mailbox {

    private Mailbox() {
    }

    /** The mailbox without angle brackets. */
    static String of(MailAddress address) {
        String domain = address.getDomain().asString();
        return address.getLocalPart() + '@' + (InetAddresses.isInetAddress(domain) ? literal(domain) : domain);
    }

    /** Whether the address can be said in a command without being taken for something else. */
    static boolean isSendable(MailAddress address) {
        return Transaction.isSendable(of(address));
    }

    private static String literal(String address) {
        return '[' + (address.indexOf(':') < 0 ? "" : "IPv6:") + address + ']';
    }
}
