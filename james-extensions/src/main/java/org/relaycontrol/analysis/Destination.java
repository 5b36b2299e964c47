package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.relaycontrol.analysis.NameSet.Extent;
import org.relaycontrol.analysis.NameSet.Term;

/**
 * To where: recipient domains, and which recipients there. Immutable.
 */
public final class Destination {

    private final Destinations all;
    private final IntSet notHosted;
    private final IntSet hosted;
    private final boolean plain;
    private final boolean senderRouted;
    private final String text;

    /**
     * A destination.
     *
     * @param policies the numbers of the policies that say what is listed
     * @param pairs classes of domains, each paired with whether James hosts them
     * @param parts of plain (0) and sender-specified (1) local parts, which
     * @param recipients the classes of recipients, see {@link ListChange}
     */
    Destination(Destinations all, Set<Integer> policies, IntSet pairs, IntSet parts, IntSet recipients) {
        this.all = all;
        IntSet found = Destinations.numbers(pairs, false);
        IntSet foundHosted = Destinations.numbers(pairs, true);
        // Where it is known what James hosts, the class of a domain says it.
        this.notHosted = all.hostedKnown() ? IntSet.union(List.of(found, foundHosted)) : found;
        this.hosted = all.hostedKnown() ? notHosted : foundHosted;
        this.plain = parts.contains(0);
        this.senderRouted = parts.contains(1);
        this.text = text(all.unlisted(policies))
            + ListChange.text(recipients, all.listChanges(policies, IntSet.union(List.of(found, foundHosted))));
    }

    private String text(IntSet unlisted) {
        NameTree tree = all.tree();
        NameSet domains = tree.summarize(notHosted);
        if (domains.isEverything() && tree.summarize(hosted).isEverything()) {
            return "every domain";
        }
        boolean someUnlisted = unlisted.size() > 0 && notHosted.containsAll(unlisted);
        boolean hostedUnlisted = unlisted.size() > 0 && hosted.containsAll(unlisted);
        IntSet listed = someUnlisted ? notHosted.minus(unlisted) : notHosted;
        IntSet listedHosted = hostedUnlisted ? hosted.minus(unlisted) : hosted;
        IntSet onlyNotHosted = listed.minus(listedHosted);
        IntSet onlyHosted = listedHosted.minus(listed);
        NameSet either = tree.summarizeListed(listed.minus(onlyNotHosted));
        if (domains.rest() && notHosted.equals(hosted)
            && (!someUnlisted || domains.countExcluded() * 2 < either.countIncluded())) {
            return "every domain but " + names(domains.excluded(), domains.countExcluded())
                + (domains.included().isEmpty() ? "" : ", though " + names(domains.included(), domains.countIncluded()));
        }
        List<String> parts = new ArrayList<>();
        if (someUnlisted) {
            parts.add(hostedUnlisted && !all.hostedKnown() ? "unlisted domains, hosted by James or not" : "unlisted domains");
        } else if (hostedUnlisted) {
            parts.add("unlisted domains that James hosts");
        }
        addNames(either, "", parts);
        addNames(tree.summarize(onlyNotHosted), " that James does not host", parts);
        addNames(tree.summarize(onlyHosted), " that James hosts", parts);
        return String.join(" and ", parts);
    }

    private static void addNames(NameSet names, String which, List<String> parts) {
        if (!names.isNothing()) {
            String some = names.rest() ? "every domain" : names(names.included(), names.countIncluded());
            parts.add(some + which
                + (names.excluded().isEmpty() ? "" : " (but not " + names(names.excluded(), names.countExcluded()) + ")"));
        }
    }

    private static String names(List<Term> terms, int count) {
        List<String> trees = new ArrayList<>();
        List<Term> others = new ArrayList<>();
        for (Term term : terms) {
            if (term.extent() == Extent.TREE) {
                trees.add(term.name());
            } else {
                others.add(term);
            }
        }
        // Those that are only counted are counted with the last that are told.
        int more = count - terms.size();
        if (others.isEmpty()) {
            return "domains under " + Texts.list(trees, trees.size() + more, "domains");
        }
        return (trees.isEmpty() ? "" : "domains under " + Texts.list(trees, "domains") + " and ")
            + Texts.list(others, others.size() + more, "names");
    }

    /** The domains, as far as James does not host them: each one, of which there may be a million. */
    public NameSet domains() {
        return all.tree().select(notHosted);
    }

    /** The domains, as far as James hosts them: each one, of which there may be a million. */
    public NameSet hostedDomains() {
        return all.tree().select(hosted);
    }

    /** Whether recipients without sender-specified routing are meant. */
    public boolean plain() {
        return plain;
    }

    /** Whether recipients with sender-specified routing are meant. */
    public boolean senderRouted() {
        return senderRouted;
    }

    /** Like {@code domains under partner.example}, which includes partner.example; plain recipients go without saying. */
    @Override
    public String toString() {
        return text + (plain ? "" : ", recipients with sender-specified routing");
    }
}
