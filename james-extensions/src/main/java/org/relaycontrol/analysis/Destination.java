package org.relaycontrol.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.relaycontrol.analysis.NameSet.Extent;
import org.relaycontrol.analysis.NameSet.Term;

/**
 * To where: recipient domains, and which recipients there. Immutable.
 */
public final class Destination {

    private final NameSet domains;
    private final NameSet listed;
    private final boolean unlisted;
    private final boolean hosted;
    private final boolean notHosted;
    private final boolean hostedKnown;
    private final boolean plain;
    private final boolean senderRouted;

    /**
     * A destination.
     *
     * @param policies the numbers of the policies that say what is listed
     * @param hosted of domains that James hosts (1) and does not host (0), which
     * @param parts of plain (0) and sender-specified (1) local parts, which
     */
    Destination(Destinations all, Set<Integer> policies, IntSet classes, IntSet hosted, IntSet parts) {
        this.domains = all.tree().select(classes);
        int[] listedClasses = new int[classes.size()];
        int[] size = {0};
        classes.forEach(c -> {
            if (!all.isUnlisted(c, policies)) {
                listedClasses[size[0]++] = c;
            }
        });
        int unlistedClasses = 0;
        for (int c = 0; c < all.size(); c++) {
            unlistedClasses += all.isUnlisted(c, policies) ? 1 : 0;
        }
        this.unlisted = unlistedClasses > 0 && classes.size() - size[0] == unlistedClasses;
        this.listed = unlisted ? all.tree().select(IntSet.of(Arrays.copyOf(listedClasses, size[0])), false) : domains;
        this.hosted = hosted.contains(1);
        this.notHosted = hosted.contains(0);
        this.hostedKnown = all.hostedKnown();
        this.plain = parts.contains(0);
        this.senderRouted = parts.contains(1);
    }

    /** The domains. */
    public NameSet domains() {
        return domains;
    }

    /** Whether every unlisted domain is among them. */
    public boolean unlisted() {
        return unlisted;
    }

    /** Whether it matters that James hosts the domain: then {@link #hosted()} and {@link #notHosted()} say which are meant. */
    public boolean hostedMatters() {
        return hosted != notHosted;
    }

    /** Whether domains that James hosts are meant. */
    public boolean hosted() {
        return hosted;
    }

    /** Whether domains that James does not host are meant. */
    public boolean notHosted() {
        return notHosted;
    }

    /** Whether recipients without sender-specified routing are meant. */
    public boolean plain() {
        return plain;
    }

    /** Whether recipients with sender-specified routing are meant. */
    public boolean senderRouted() {
        return senderRouted;
    }

    /** Like {@code domains under partner.example}; plain recipients go without saying. */
    @Override
    public String toString() {
        return domainsText() + hostedText() + (plain ? "" : ", recipients with sender-specified routing");
    }

    private String domainsText() {
        if (domains.isEverything()) {
            return "every domain";
        }
        if (unlisted && listed.isNothing()) {
            return "unlisted domains";
        }
        if (domains.rest() && domains.excluded().size() * 2 < listed.included().size() || domains.rest() && !unlisted) {
            return "every domain but " + names(domains.excluded())
                + (domains.included().isEmpty() ? "" : ", though " + names(domains.included()));
        }
        return (unlisted ? "unlisted domains and " : "") + names(listed.included())
            + (listed.excluded().isEmpty() ? "" : ", but not " + names(listed.excluded()));
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
        return (text.isEmpty() ? "" : text + ", and ") + Texts.list(others, "names");
    }

    private String hostedText() {
        if (!hostedMatters()) {
            return unlisted && listed.isNothing() && !hostedKnown ? ", hosted by James or not" : "";
        }
        if (hosted) {
            return " that James hosts";
        }
        return unlisted && listed.isNothing() ? "" : " that James does not host";
    }
}
