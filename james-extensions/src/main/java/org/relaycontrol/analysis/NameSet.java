package org.relaycontrol.analysis;

import java.util.List;
import java.util.Objects;

/**
 * A set of names: recipient domains, client host names or users, given by the names that the policies list. Of the terms that speak of a
 * name the most specific one says whether it is in the set; what no term speaks of is in it if {@link #rest()} is. Immutable.
 */
public final class NameSet {

    private final boolean rest;
    private final List<Term> included;
    private final List<Term> excluded;
    private final int countIncluded;
    private final int countExcluded;

    /** A set of which not every term may be given, though their number is. */
    NameSet(boolean rest, List<Term> included, int countIncluded, List<Term> excluded, int countExcluded) {
        this.rest = rest;
        this.included = List.copyOf(included);
        this.excluded = List.copyOf(excluded);
        this.countIncluded = countIncluded;
        this.countExcluded = countExcluded;
    }

    /** Whether names that no term speaks of are in the set. */
    public boolean rest() {
        return rest;
    }

    /** What is in the set, though its surroundings are not. */
    public List<Term> included() {
        return included;
    }

    /** What is not in the set, though its surroundings are. */
    public List<Term> excluded() {
        return excluded;
    }

    int countIncluded() {
        return countIncluded;
    }

    int countExcluded() {
        return countExcluded;
    }

    /** Whether every name is in the set. */
    public boolean isEverything() {
        return rest && excluded.isEmpty();
    }

    /** Whether no name is in the set. */
    public boolean isNothing() {
        return !rest && included.isEmpty();
    }

    /** The terms. */
    @Override
    public String toString() {
        return (rest ? "rest " : "") + "+" + included + " -" + excluded;
    }

    /** How much of a name and what is below it a term speaks of. */
    public enum Extent {
        /** The name and every name below it. */
        TREE,
        /** The name alone. */
        NAME,
        /** The names below it, but not the name. */
        BELOW
    }

    /** A listed name, and how much of it. Immutable. */
    public static final class Term {

        private final String name;
        private final Extent extent;

        Term(String name, Extent extent) {
            this.name = name;
            this.extent = extent;
        }

        /** The name. */
        public String name() {
            return name;
        }

        /** How much of it. */
        public Extent extent() {
            return extent;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Term && name.equals(((Term) other).name) && extent == ((Term) other).extent;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, extent);
        }

        @Override
        public String toString() {
            switch (extent) {
                case NAME:
                    return name.charAt(0) == '[' ? name : name + " itself";
                case BELOW:
                    return "names below " + name;
                default:
                    return name;
            }
        }
    }
}
