package org.relaycontrol.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recipients there are in relayed domains: addresses, local parts that stand for that recipient in every domain the list is for, and
 * {@code @domain} for every recipient of exactly this domain. Local parts are compared without case and with quotes and quoted pairs
 * resolved; if the recipient itself is not listed, it is looked for without its tag. Immutable, made for millions: see {@link NameTable}.
 */
public final class RecipientList {

    /** RFC 5321 section 4.5.3.1.1. */
    private static final int MAX_LOCAL_PART = 64;
    /** RFC 5321 section 4.5.3.1.3: a path has 256 octets, two angle brackets included. */
    private static final int MAX_ADDRESS = 254;
    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'+-/=?^_`{|}~";

    private final String recipientDelimiter;
    private final NameTable<String> names;
    private final List<String> listed;

    private RecipientList(Builder builder) {
        this.recipientDelimiter = builder.recipientDelimiter;
        this.names = builder.names.build();
        this.listed = names.list(names::name);
    }

    /**
     * A builder of an empty list.
     *
     * @param recipientDelimiter each of its characters begins a tag, as in Postfix; empty for none
     */
    public static Builder builder(String recipientDelimiter) {
        return new Builder(recipientDelimiter);
    }

    /** Whether the recipient is listed. Makes no object if its local part is in lower case, without quotes and backslashes. */
    public boolean contains(Recipient recipient) {
        return record(recipient) != NameTable.NONE;
    }

    /** The line that lists the recipient, or null: as it is, else without its tag, else with its whole domain. */
    public @Nullable Rule find(Recipient recipient) {
        int record = record(recipient);
        return record == NameTable.NONE ? null : rule(record);
    }

    private int record(Recipient recipient) {
        String localPart = recipient.comparedLocalPart();
        String domain = recipient.domain().toString();
        int record = record(localPart, localPart.length(), domain);
        if (record == NameTable.NONE) {
            int length = LocalPart.lengthWithoutTag(localPart, recipientDelimiter);
            record = length < localPart.length() ? record(localPart, length, domain) : NameTable.NONE;
        }
        return record == NameTable.NONE ? names.findAddress("", 0, domain) : record;
    }

    private int record(String localPart, int length, String domain) {
        int record = names.findAddress(localPart, length, domain);
        // With an at sign, a local part alone would be found as somebody's address.
        return record == NameTable.NONE && localPart.indexOf('@') < 0 ? names.findAddress(localPart, length, "") : record;
    }

    private Rule rule(int record) {
        return Rule.of(names.kind(record), names.line(record));
    }

    /** Each of its characters begins a tag; empty for none. */
    public String recipientDelimiter() {
        return recipientDelimiter;
    }

    /**
     * What is listed, as it is compared and in the order of the file: {@code local part@domain}, {@code local part}, or {@code @domain}.
     * A view, in which each is made when it is asked for.
     */
    public List<String> listed() {
        return listed;
    }

    /** The lines of what is listed, in the same order. A view, too. */
    public List<Rule> rules() {
        return names.list(this::rule);
    }

    /** Whether this very text is listed, as {@link #listed()} gives it. */
    public boolean lists(String text) {
        return names.findAddress(text, text.length(), "") != NameTable.NONE;
    }

    /** Collects recipients. */
    public static final class Builder {

        private final String recipientDelimiter;
        private final NameTable.Builder<String> names = NameTable.builder();
        private @Nullable String file;
        private int kind;

        private Builder(String recipientDelimiter) {
            this.recipientDelimiter = recipientDelimiter;
        }

        /**
         * Adds an address, a local part or {@code @domain}.
         *
         * @param line where it is stated, counted from 1
         * @return where it is listed already, or null if it was added
         * @throws IllegalArgumentException with the problem and what to write instead, if it is none of the three
         */
        public @Nullable Rule add(String text, String inFile, int line) {
            int at = Recipient.lastUnquotedAt(text);
            String localPart = LocalPart.compared(at < 0 ? text : text.substring(0, at));
            checkLocalPart(localPart, text, at);
            String address = at < 0 ? localPart : localPart + "@" + DomainName.of(text.substring(at + 1));
            if (address.length() > MAX_ADDRESS) {
                throw new IllegalArgumentException("'" + text + "' has more than " + MAX_ADDRESS + " octets, which no address has (RFC "
                    + "5321 section 4.5.3.1.3); remove it");
            }
            int before = names.add(address, NameTable.EXACT, kind(inFile), line);
            return before == NameTable.NONE ? null : Rule.of(names.kindOf(before), names.line(before));
        }

        private static void checkLocalPart(String localPart, String text, int at) {
            if (localPart.isEmpty() && at != 0) {
                throw new IllegalArgumentException("'" + text + "' has an empty local part; write an address, a local part or @domain");
            }
            if (localPart.length() > MAX_LOCAL_PART) {
                throw new IllegalArgumentException("'" + text + "' has a local part of more than " + MAX_LOCAL_PART + " octets, which no "
                    + "address has (RFC 5321 section 4.5.3.1.1); remove it");
            }
            if (at < 0 && localPart.indexOf('@') >= 0) {
                throw new IllegalArgumentException("'" + text + "' is a local part with an at sign in quotes; write the whole address");
            }
            for (int i = 0; i < localPart.length(); i++) {
                char c = localPart.charAt(i);
                if (c < ' ' || c > '~') {
                    throw new IllegalArgumentException(String.format("'%s' has the character U+%04X in its local part, which no address "
                        + "has that James receives; write ASCII alone", text, (int) c));
                }
            }
        }

        /**
         * Adds what is part of an array of octets, if it is certainly one of the three, in its compared form, and not listed yet: the quick
         * way for long lists.
         *
         * @param to behind the last octet
         * @return whether it was added
         */
        public boolean addCanonical(byte[] octets, int from, int to, String inFile, int line) {
            int at = from;
            while (at < to && isPlain(octets[at])) {
                at++;
            }
            return at - from <= MAX_LOCAL_PART && to - from <= MAX_ADDRESS
                && (at == to || octets[at] == '@' && DomainName.isCanonical(octets, at + 1, to))
                && names.add(octets, from, to, NameTable.EXACT, kind(inFile), line) == NameTable.NONE;
        }

        /** Whether an octet stands in a local part for nothing but itself. An asterisk may be meant to stand for more. */
        private static boolean isPlain(byte octet) {
            return octet >= 'a' && octet <= 'z' || octet >= 0 && PLAIN.indexOf(octet) >= 0;
        }

        private int kind(String inFile) {
            if (!inFile.equals(file)) {
                file = inFile;
                kind = names.kind(inFile);
            }
            return kind;
        }

        /** The list of what was added. The builder is empty afterwards. */
        public RecipientList build() {
            return new RecipientList(this);
        }
    }
}
