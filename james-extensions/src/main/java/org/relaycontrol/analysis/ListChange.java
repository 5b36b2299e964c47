package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RecipientList;

/**
 * How the recipients that an entry lists change. Recipients are divided into four classes: listed before and after, only after, only
 * before, and neither; those that cannot be told apart, or of which there is none, are taken together. Immutable.
 */
final class ListChange {

    /** No list before, nor after. */
    static final ListChange NONE = new ListChange(null, null);

    private static final int NOT_BEFORE = 1;
    private static final int NOT_AFTER = 2;
    private static final int BOTH = 0;
    private static final int ADDED = NOT_BEFORE;
    private static final int REMOVED = NOT_AFTER;
    private static final int NEITHER = NOT_BEFORE | NOT_AFTER;

    private final @Nullable RecipientList before;
    private final @Nullable RecipientList after;

    private ListChange(@Nullable RecipientList before, @Nullable RecipientList after) {
        this.before = before;
        this.after = after;
    }

    /** The change from one list, or none, to another, or none. Lists of the same content are the same object. */
    static ListChange of(@Nullable RecipientList before, @Nullable RecipientList after) {
        return before == null && after == null ? NONE : new ListChange(before, after);
    }

    /** Whether both lists say the same of every recipient, as far as their content tells. */
    static boolean isSame(RecipientList one, RecipientList other) {
        return one == other || one.recipientDelimiter().equals(other.recipientDelimiter())
            && one.listed().size() == other.listed().size() && one.listed().stream().allMatch(other::lists);
    }

    /** The classes of recipients to be looked at. */
    List<IntSet> classes() {
        if (before == null && after == null) {
            return List.of(IntSet.of(BOTH, ADDED, REMOVED, NEITHER));
        }
        if (before != null && after != null && before != after) {
            return List.of(IntSet.of(BOTH), IntSet.of(ADDED), IntSet.of(REMOVED), IntSet.of(NEITHER));
        }
        return after == null ? List.of(IntSet.of(BOTH, REMOVED), IntSet.of(ADDED, NEITHER))
            : List.of(IntSet.of(BOTH, ADDED), IntSet.of(REMOVED, NEITHER));
    }

    /** Whether these recipients are listed before, if there is a list. */
    static boolean isListedBefore(IntSet recipients) {
        return recipients.contains(BOTH) || recipients.contains(REMOVED) && !recipients.contains(NEITHER);
    }

    /** Whether these recipients are listed after, if there is a list. */
    static boolean isListedAfter(IntSet recipients) {
        return recipients.contains(BOTH) || recipients.contains(ADDED) && !recipients.contains(NEITHER);
    }

    /** Which recipients, as told to people after the domains; empty for all. */
    static String text(IntSet recipients, List<ListChange> changes) {
        boolean both = recipients.contains(BOTH);
        boolean added = recipients.contains(ADDED);
        boolean removed = recipients.contains(REMOVED);
        boolean neither = recipients.contains(NEITHER);
        if (both && added && removed && neither) {
            return "";
        }
        if (both != neither && added != removed) {
            return ", recipients that " + (both == added ? "are" : "were") + (both ? "" : " not") + " listed";
        }
        List<String> parts = new ArrayList<>();
        if (both) {
            parts.add("listed before and after");
        }
        if (added) {
            parts.add("added to the list" + names(changes, false));
        }
        if (removed) {
            parts.add("removed from the list" + names(changes, true));
        }
        if (neither) {
            parts.add("not listed before or after");
        }
        return ", recipients " + String.join(" or ", parts);
    }

    private static String names(List<ListChange> changes, boolean ofRemoved) {
        List<String> names = new ArrayList<>();
        int count = 0;
        for (ListChange change : changes) {
            RecipientList in = ofRemoved ? change.before : change.after;
            RecipientList notIn = ofRemoved ? change.after : change.before;
            for (String listed : in == null || notIn == null ? Collections.<String>emptyList() : in.listed()) {
                if (notIn != null && !notIn.lists(listed)) {
                    count++;
                    if (names.size() <= Texts.SHOWN) {
                        names.add(listed);
                    }
                }
            }
        }
        return names.isEmpty() ? "" : " (" + Texts.list(names, count, "recipients") + ")";
    }
}
