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

    private final NameSet domains;
    private final NameSet hostedDomains;
    private final boolean plain;
    private final boolean senderRouted;
    private final String text;

    /**
     * A destination.
     *
     * @param policies the numbers of the policies that say what is listed
     * @param pairs classes of domains, each paired with whether James hosts them
     * @param parts of plain (0) and sender-specified (1) local parts, which
     */
    Destination(Destinations all, Set<Integer> policies, IntSet pairs, IntSet parts) {
        IntSet notHosted = Destinations.numbers(pairs, false);
        IntSet hosted = Destinations.numbers(pairs, true);
        this.domains = all.tree().select(all.hostedKnown() ? IntSet.union(List.of(notHosted, hosted)) : notHosted);
        this.hostedDomains = all.hostedKnown() ? domains : all.tree().select(hosted);
        this.plain = parts.contains(0);
        this.senderRouted = parts.contains(1);
        this.text = text(all, all.unlisted(policies), notHosted, hosted);
    }

    private String text(Destinations all, IntSet unlisted, IntSet notHosted, IntSet hosted) {
        if (domains.isEverything() && hostedDomains.isEverything()) {
            return "every domain";
        }
        boolean someUnlisted = unlisted.size() > 0 && notHosted.containsAll(unlisted);
        boolean hostedUnlisted = !all.hostedKnown() && unlisted.size() > 0 && hosted.containsAll(unlisted);
        IntSet listed = someUnlisted ? notHosted.minus(unlisted) : notHosted;
        IntSet listedHosted = hostedUnlisted ? hosted.minus(unlisted) : hosted;
        IntSet onlyNotHosted = listed.minus(listedHosted);
        IntSet onlyHosted = listedHosted.minus(listed);
        IntSet either = listed.minus(onlyNotHosted);
        if (all.hostedKnown()) {
            either = IntSet.union(List.of(listed, listedHosted));
            onlyNotHosted = IntSet.of();
            onlyHosted = IntSet.of();
        }
        NameSet names = all.tree().select(either, false);
        boolean everyHosted = all.hostedKnown() || hostedUnlisted;
        if (domains.rest() && everyHosted && onlyNotHosted.size() == 0 && onlyHosted.size() == 0
            && (!someUnlisted || domains.excluded().size() * 2 < names.included().size())) {
            return "every domain but " + names(domains.excluded())
                + (domains.included().isEmpty() ? "" : ", though " + names(domains.included()));
        }
        List<String> parts = new ArrayList<>();
        if (someUnlisted || hostedUnlisted) {
            parts.add(someUnlisted ? hostedUnlisted ? "unlisted domains, hosted by James or not" : "unlisted domains"
                : "unlisted domains that James hosts");
        }
        addNames(names, "", parts);
        addNames(all.tree().select(onlyNotHosted), " that James does not host", parts);
        addNames(all.tree().select(onlyHosted), " that James hosts", parts);
        return String.join(" and ", parts);
    }

    private static void addNames(NameSet names, String which, List<String> parts) {
        if (!names.isNothing()) {
            String all = names.rest() ? "every domain" : names(names.included());
            parts.add(all + which + (names.excluded().isEmpty() ? "" : " (but not " + names(names.excluded()) + ")"));
        }
    }

    private static String names(List<Term> terms) {
        List<String> trees = new ArrayList<>();
        List<Term> others = new ArrayList<>();
        for (Term term : terms) {
            if (term.extent() == Extent.TREE) {
                trees.add(term.name());
            } else {
                others.add(term);
            }
        }
        String text = trees.isEmpty() ? "" : "domains under " + Texts.list(trees, "domains");
        if (others.isEmpty()) {
            return text;
        }
        return (text.isEmpty() ? "" : text + " and ") + Texts.list(others, "names");
    }

    /** The domains, as far as James does not host them. */
    public NameSet domains() {
        return domains;
    }

    /** The domains, as far as James hosts them. */
    public NameSet hostedDomains() {
        return hostedDomains;
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
