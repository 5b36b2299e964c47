package org.relaycontrol.policy;

import java.util.Locale;

/**
 * How local parts of addresses (RFC 5321 section 4.1.2) are compared.
 */
final class LocalPart {

    private LocalPart() {
    }

    /** Quotes and quoted pairs resolved, in lower case. The very text that is so already, so that nothing is made of it. */
    static String compared(String localPart) {
        return unquoted(localPart).toLowerCase(Locale.ROOT);
    }

    private static String unquoted(String localPart) {
        if (localPart.indexOf('"') < 0 && localPart.indexOf('\\') < 0) {
            return localPart;
        }
        StringBuilder unquoted = new StringBuilder();
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '\\' && i + 1 < localPart.length()) {
                unquoted.append(localPart.charAt(++i));
            } else if (c != '"') {
                unquoted.append(c);
            }
        }
        return unquoted.toString();
    }

    /**
     * How long the local part is without its tag ({@code user} of {@code user+tag}): up to the first of these delimiters that is not its
     * first character, as in Postfix; its whole length if there is none.
     */
    static int lengthWithoutTag(String localPart, String delimiters) {
        for (int i = 1; i < localPart.length(); i++) {
            if (delimiters.indexOf(localPart.charAt(i)) >= 0) {
                return i;
            }
        }
        return localPart.length();
    }
}
