package org.relaycontrol.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.RoutingEntry.Treatment;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.policy.Verification.OnFailure;

/**
 * Reads how an entry's recipients are known: by a list ({@code recipients}), or by asking ({@code verify}).
 */
final class RecipientsReader {

    private static final String RECIPIENTS = "recipients";
    private static final String DELIMITER = "recipientDelimiter";
    /** The attribute that says who is asked. */
    static final String VERIFY = "verify";
    private static final String DIRECTORY = "directory";
    private static final String TIMEOUT = "verifyTimeout";
    private static final String TTL = "verifyTtl";
    private static final String NEGATIVE_TTL = "verifyNegativeTtl";
    private static final String ON_FAILURE = "verifyOnFailure";

    /** The attributes that say how. */
    static final List<String> ATTRIBUTES =
        List.of(RECIPIENTS, DELIMITER, VERIFY, DIRECTORY, TIMEOUT, TTL, NEGATIVE_TTL, ON_FAILURE);
    /** Those of them that no line of a managed list has: whoever edits one is not to name files. */
    static final Set<String> OF_ELEMENTS_ALONE = Set.of(RECIPIENTS, DELIMITER);

    private static final List<String> ATTRIBUTES_OF_VERIFY = List.of(DIRECTORY, TIMEOUT, TTL, NEGATIVE_TTL, ON_FAILURE);
    /** What a local part may have without quotes, but for what begins other things and for letters, digits and the dot. */
    private static final String USABLE_DELIMITERS = "+-=_#~/$&'?^`{|}";

    private final PolicyFile file;
    private final RecipientLists lists;
    private final DirectoryNames directories;
    private final String inherited;

    private RecipientsReader(PolicyFile file, RecipientLists lists, DirectoryNames directories, String inherited) {
        this.file = file;
        this.lists = lists;
        this.directories = directories;
        this.inherited = inherited;
    }

    /** Reads with these lists and directories, and no delimiter of tags but where an element has one. */
    static RecipientsReader of(PolicyFile file, RecipientLists lists, DirectoryNames directories) {
        return new RecipientsReader(file, lists, directories, "");
    }

    /** For the entries of a routing list: its delimiter, if it has one, is that of its entries. */
    RecipientsReader at(XmlElement routing) {
        String delimiter = routing.attribute(DELIMITER);
        return delimiter == null ? this : new RecipientsReader(file, lists, directories, checkedDelimiter(routing, delimiter));
    }

    /**
     * The treatment with how recipients are known.
     *
     * @param attributes the attributes' values, or null
     */
    Treatment read(XmlElement element, Treatment treatment, Function<String, @Nullable String> attributes) {
        String recipients = attributes.apply(RECIPIENTS);
        String verify = attributes.apply(VERIFY);
        String delimiter = attributes.apply(DELIMITER);
        if (delimiter != null && recipients == null && !"ldap".equals(verify)) {
            file.problem(element, "recipientDelimiter is for recipients=\"file\" and verify=\"ldap\"; remove it, a next hop that is asked "
                + "knows its own");
        }
        String delimiters = delimiter == null ? inherited : checkedDelimiter(element, delimiter);
        if (recipients != null && verify != null) {
            file.problem(element, "recipients and verify exclude each other; remove one of them");
        }
        Verification verification = verification(element, verify, attributes);
        if (recipients != null) {
            return treatment.withRecipients(lists.get(element, recipients, delimiters));
        }
        return verification == null ? treatment : treatment.withVerification(verification.withRecipientDelimiter(
            verification.directory() == null ? "" : delimiters));
    }

    private @Nullable Verification verification(XmlElement element, @Nullable String verify,
                                                Function<String, @Nullable String> attributes) {
        if (verify == null) {
            ATTRIBUTES_OF_VERIFY.stream().filter(attribute -> attributes.apply(attribute) != null).forEach(attribute ->
                file.problem(element, attribute + " without verify; write verify=\"callout\" or verify=\"ldap\", or remove it"));
            return null;
        }
        Verification asked = asked(element, verify.equals("ldap"), attributes.apply(DIRECTORY));
        if ("defer".equals(attributes.apply(ON_FAILURE))) {
            asked = asked.withOnFailure(OnFailure.DEFER);
        }
        asked = withTime(element, TIMEOUT, attributes, asked, Verification::withTimeout);
        asked = withTime(element, TTL, attributes, asked, Verification::withTtl);
        return withTime(element, NEGATIVE_TTL, attributes, asked, Verification::withNegativeTtl);
    }

    private Verification asked(XmlElement element, boolean ldap, @Nullable String directory) {
        LdapDirectory named = directory == null ? null : directories.get(element, directory);
        if (ldap && directory == null) {
            file.problem(element, "verify=\"ldap\" without directory; write directory=\"name\", the name of an <ldapDirectory>");
        } else if (!ldap && directory != null) {
            file.problem(element, "directory is for verify=\"ldap\"; write that, or remove directory");
        }
        return ldap && named != null ? Verification.ldap(named) : Verification.callout();
    }

    private Verification withTime(XmlElement element, String attribute, Function<String, @Nullable String> attributes,
                                  Verification verification, BiFunction<Verification, Duration, Verification> with) {
        String text = attributes.apply(attribute);
        Verification changed = text == null ? null
            : file.parse(element, () -> with.apply(verification, NextHopNames.seconds(attribute, text)));
        return changed == null ? verification : changed;
    }

    private String checkedDelimiter(XmlElement element, String delimiter) {
        boolean usable = !delimiter.isEmpty() && delimiter.chars().allMatch(c -> USABLE_DELIMITERS.indexOf(c) >= 0);
        if (!usable) {
            file.problem(element, "recipientDelimiter=\"" + delimiter + "\" is not usable; write one or more of " + USABLE_DELIMITERS
                + ", mostly +, or leave it out");
        }
        return usable ? delimiter : "";
    }
}
