package org.relaycontrol.config;

import org.relaycontrol.policy.DomainName;

/**
 * Reads domain names as administrators write them. What other products write for "and below", "this one alone" or "all" is answered with
 * what to write here.
 */
final class DomainNotation {

    private DomainNotation() {
    }

    /**
     * A recipient domain of a routing list.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static DomainName recipientDomain(String text) {
        if (text.equals("*")) {
            throw new IllegalArgumentException("'*' is no domain; leave it out: the restrictions say who may relay to unlisted domains, "
                + "smartHost says where that mail goes");
        }
        if (text.startsWith("#")) {
            throw new IllegalArgumentException("'" + text + "' is IMS's notation; write " + text.substring(1).strip()
                + " and match=\"exact\"");
        }
        rejectForeignNotation(text, ", with match=\"subtree\" (the default) it covers every name below it too");
        return DomainName.of(text);
    }

    /**
     * A domain of senders.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static DomainName senderDomain(String text) {
        if (text.equals("*")) {
            throw new IllegalArgumentException("'*' is no domain; leave it out: smartHost or via at <routing> says where mail of all other "
                + "senders goes");
        }
        rejectForeignNotation(text, ", and each name below it that has senders: a domain of senders is this name alone");
        return DomainName.of(text);
    }

    /**
     * A client host name of a list of clients.
     *
     * @throws IllegalArgumentException with the problem and what to write instead
     */
    static DomainName clientDomain(String text) {
        if (text.equals("*")) {
            throw new IllegalArgumentException("'*' is no domain; write mode=\"allExcept\" for all clients but the listed");
        }
        if (text.indexOf('/') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is no host name; write <network>" + text + "</network>");
        }
        rejectForeignNotation(text, ", it covers every name below it too");
        DomainName domain = DomainName.of(text);
        if (domain.isLiteral()) {
            throw new IllegalArgumentException("'" + text + "' is an address; write <network>" + text.replaceAll("[\\[\\]]", "")
                + "</network>");
        }
        return domain;
    }

    private static void rejectForeignNotation(String text, String coversBelow) {
        if (text.startsWith("*.") || text.startsWith(".") && text.length() > 1) {
            String domain = text.substring(text.indexOf('.') + 1);
            throw new IllegalArgumentException("'" + text + "' has a wildcard; write " + domain + coversBelow);
        }
        if (text.indexOf('@') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is no domain; write what follows the @ alone: "
                + text.substring(text.lastIndexOf('@') + 1));
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',' || c == ';' || Character.isWhitespace(c)) {
                throw new IllegalArgumentException("'" + text + "' is more than one domain; write one entry for each");
            }
        }
    }
}
