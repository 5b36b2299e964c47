package org.relaycontrol.config;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RecipientList;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;

/**
 * The lists of recipients ({@code recipients}) of the whole policy file. A file that several entries name is read once and is one list, so
 * that one file may serve many domains.
 */
final class RecipientLists {

    private final PolicyFile file;
    private final Map<String, RecipientList> lists = new LinkedHashMap<>();

    RecipientLists(PolicyFile file) {
        this.file = file;
    }

    /** The list that the file is, with this delimiter of tags. */
    RecipientList get(XmlElement element, String list, String recipientDelimiter) {
        RecipientList before = lists.get(list + '\n' + recipientDelimiter);
        if (before != null) {
            return before;
        }
        RecipientList.Builder recipients = RecipientList.builder(recipientDelimiter);
        file.readList(element, list, new ListFile.Lines() {
            @Override
            public boolean plainEntry(byte[] octets, int from, int to, int line) {
                return octets[from] != '#' && octets[from] != '.' && recipients.addCanonical(octets, from, to, list, line);
            }

            @Override
            public void entry(String text, Rule where) {
                rejectForeignNotation(text);
                Rule listed = recipients.add(text, where.file(), where.line());
                if (listed != null) {
                    file.problems().add(where, "'" + text + "' is listed already at " + listed + "; remove one of the two");
                }
            }
        });
        RecipientList read = recipients.build();
        lists.put(list + '\n' + recipientDelimiter, read);
        return read;
    }

    private static void rejectForeignNotation(String text) {
        if (text.startsWith("*@") || text.startsWith(".") || text.startsWith("@*")) {
            String domain = text.substring(text.indexOf('@') + 1).replaceFirst("^[*.]+", "");
            throw new IllegalArgumentException("'" + text + "' has a wildcard; write @" + domain + " for every recipient of " + domain
                + " itself, and the same for each name below it");
        }
        if (text.indexOf('*') >= 0) {
            throw new IllegalArgumentException("'" + text + "' has a wildcard; write the addresses, or @ and the domain for every "
                + "recipient there");
        }
        if (text.startsWith("<") && text.endsWith(">")) {
            throw new IllegalArgumentException("'" + text + "' has angle brackets; write " + text.substring(1, text.length() - 1));
        }
        if (text.startsWith("smtp:") || text.startsWith("SMTP:")) {
            throw new IllegalArgumentException("'" + text + "' has the type of a proxy address; write " + text.substring("smtp:".length()));
        }
    }

    /** Reports what no domain can have: an address whose domain no entry with its list covers. */
    void checkDomains(Collection<RoutingList> routings) {
        lists.values().forEach(list -> {
            Iterator<Rule> rules = list.rules().iterator();
            String covered = "";
            for (String listed : list.listed()) {
                Rule where = rules.next();
                int at = listed.lastIndexOf('@');
                String domain = listed.substring(at + 1);
                // Addresses of one domain mostly follow each other.
                if (at < 0 || domain.equals(covered)) {
                    checkLocalPart(routings, list, listed, where, at);
                } else if (isCovered(routings, list, domain)) {
                    covered = domain;
                } else {
                    file.problems().add(where, "no entry with this list of recipients covers " + domain + "; remove '" + listed
                        + "', or write an entry for its domain");
                }
            }
        });
    }

    private void checkLocalPart(Collection<RoutingList> routings, RecipientList list, String listed, Rule where, int at) {
        if (at < 0 && listed.indexOf('.') > 0 && isDomain(listed) && isCovered(routings, list, listed)) {
            file.problems().add(where, "'" + listed + "' is one of the domains, and means a local part here; write @" + listed
                + " for every recipient there");
        }
    }

    private static boolean isDomain(String text) {
        try {
            return !DomainName.of(text).isLiteral();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isCovered(Collection<RoutingList> routings, RecipientList list, String domain) {
        DomainName name = DomainName.of(domain);
        return routings.stream().map(routing -> routing.find(name)).anyMatch(entry -> isFor(entry, list));
    }

    private static boolean isFor(@Nullable RoutingEntry entry, RecipientList list) {
        return entry != null && entry.treatment().recipients() == list;
    }
}
