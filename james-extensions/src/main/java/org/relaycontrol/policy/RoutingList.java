package org.relaycontrol.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.policy.RoutingEntry.Match;
import org.relaycontrol.policy.RoutingEntry.Treatment;

/**
 * A routing list: what is done with mail, by recipient domain. It may rest on a shared list, over which its own entries (of the same name
 * and match) and attributes win. Immutable.
 */
public final class RoutingList {

    private final Rule rule;
    private final @Nullable RoutingList shared;
    private final NameTable<Kind> names;
    private final List<RoutingEntry> entries;
    private final Set<Treatment> treatments;
    private final @Nullable Boolean reroute;
    private final @Nullable Boolean allowSenderSpecifiedRouting;
    private final @Nullable NextHops smartHost;
    private final Map<String, SenderEntry> senders;

    private RoutingList(Builder builder, @Nullable RoutingList shared) {
        this.rule = builder.rule;
        this.shared = shared;
        this.names = builder.names.build();
        this.entries = names.list(this::entry);
        this.treatments = names.kinds().stream().map(kind -> kind.treatment).collect(Collectors.toUnmodifiableSet());
        this.reroute = builder.reroute;
        this.allowSenderSpecifiedRouting = builder.allowSenderSpecifiedRouting;
        this.smartHost = builder.smartHost;
        this.senders = new LinkedHashMap<>(builder.senders);
    }

    /** A builder of an empty list that the rule (the list's own line) declares. */
    public static Builder builder(Rule rule) {
        return new Builder(rule);
    }

    /**
     * The entry for a domain, or null: {@code exact} of the name, {@code subtree} of the name, then {@code subtree} of each parent,
     * longest first. For the same name and match an entry of this list comes before one of the shared list.
     */
    public @Nullable RoutingEntry find(DomainName domain) {
        return entry(names.nearest(domain), shared == null ? NameTable.NONE : shared.names.nearest(domain));
    }

    /** The entry for those names below a domain that no entry speaks of themselves, or null. A literal has no names below it. */
    public @Nullable RoutingEntry findBelow(DomainName domain) {
        return domain.isLiteral() ? null : entry(names.nearestForBelow(domain),
            shared == null ? NameTable.NONE : shared.names.nearestForBelow(domain));
    }

    private @Nullable RoutingEntry entry(int own, int fromShared) {
        if (shared != null && isSharedFirst(own, shared, fromShared)) {
            return shared.entry(fromShared);
        }
        return own == NameTable.NONE ? null : entry(own);
    }

    /** This list's own entry of the very name and match, or null. */
    public @Nullable RoutingEntry own(DomainName domain, Match match) {
        int record = names.find(domain, match == Match.EXACT ? NameTable.EXACT : NameTable.SUBTREE);
        return record == NameTable.NONE ? null : entry(record);
    }

    /** What is done with mail to a domain: that of the entry that {@link #find} finds. Makes no object. */
    @Nullable Treatment treatment(DomainName domain) {
        int own = names.nearest(domain);
        int fromShared = shared == null ? NameTable.NONE : shared.names.nearest(domain);
        if (shared != null && isSharedFirst(own, shared, fromShared)) {
            return shared.names.kind(fromShared).treatment;
        }
        return own == NameTable.NONE ? null : names.kind(own).treatment;
    }

    private boolean isSharedFirst(int own, RoutingList sharedList, int fromShared) {
        if (own == NameTable.NONE || fromShared == NameTable.NONE) {
            return fromShared != NameTable.NONE;
        }
        int byVariant = sharedList.names.variant(fromShared) - names.variant(own);
        return byVariant != 0 ? byVariant > 0 : sharedList.names.length(fromShared) > names.length(own);
    }

    /** The names of this list's own entries. */
    NameTable<?> names() {
        return names;
    }

    /** Which kinds of names are treated so, by the number of the kind. */
    boolean[] kindsTreated(Predicate<Treatment> treated) {
        List<Kind> kinds = names.kinds();
        boolean[] wanted = new boolean[kinds.size()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = treated.test(kinds.get(i).treatment);
        }
        return wanted;
    }

    /** The entry of a record of its names. */
    RoutingEntry entry(int record) {
        Kind kind = names.kind(record);
        return RoutingEntry.of(DomainName.canonical(names.name(record)),
            names.variant(record) == NameTable.EXACT ? Match.EXACT : Match.SUBTREE, kind.treatment, Rule.of(kind.file, names.line(record)));
    }

    /** The line of the list itself. */
    public Rule rule() {
        return rule;
    }

    /** The list that all policies share, if this one rests on it. */
    public @Nullable RoutingList shared() {
        return shared;
    }

    /**
     * This list's own entries, without the shared ones, in the order of the configuration. The list is a view: each entry is made when it
     * is asked for, so that a million cost no memory.
     */
    public List<RoutingEntry> entries() {
        return entries;
    }

    /** Of this list's own entries those that are treated so. If none is, that is told without going through all of them. */
    public Stream<RoutingEntry> entries(Predicate<Treatment> treated) {
        return treatments.stream().noneMatch(treated) ? Stream.empty()
            : entries.stream().filter(entry -> treated.test(entry.treatment()));
    }

    /** What is done with mail to the domains of this list's own entries: each treatment once, however many entries have it. */
    public Set<Treatment> treatments() {
        return treatments;
    }

    /** Whether mail is relayed at all: false is IMS's "Do not reroute incoming SMTP mail". */
    public boolean reroute() {
        if (reroute == null) {
            return shared == null || shared.reroute();
        }
        return reroute;
    }

    /** The line that says whether mail is relayed at all. */
    public Rule rerouteRule() {
        return reroute == null && shared != null ? shared.rerouteRule() : rule;
    }

    /** Whether strangers may specify routes in the local part of addresses in the entry's domain, or of others if there is no entry. */
    public boolean allowsSenderSpecifiedRouting(@Nullable RoutingEntry entry) {
        return allowsSenderRouted(entry == null ? null : entry.treatment());
    }

    boolean allowsSenderRouted(@Nullable Treatment listed) {
        if (listed != null && listed.allowSenderSpecifiedRouting() != null) {
            return listed.allowSenderSpecifiedRouting();
        }
        if (allowSenderSpecifiedRouting == null) {
            return shared != null && shared.allowsSenderRouted(null);
        }
        return allowSenderSpecifiedRouting;
    }

    /** The next hops for mail to unlisted domains, or null for each domain's MX. */
    public @Nullable NextHops smartHost() {
        return smartHost == null && shared != null ? shared.smartHost() : smartHost;
    }

    /** The line that names those next hops, or would. */
    public Rule smartHostRule() {
        return smartHost == null && shared != null ? shared.smartHostRule() : rule;
    }

    /** The entries for senders of this list itself, without the shared ones, in the order of the configuration. */
    public List<SenderEntry> senders() {
        return List.copyOf(senders.values());
    }

    /** The entry for a sender or null: for the address, else for its domain. This list's own goes before a shared one of the same name. */
    public @Nullable SenderEntry find(Sender sender) {
        SenderEntry byAddress = findSender(sender.toString());
        return byAddress != null ? byAddress : findSender(sender.domain().toString());
    }

    private @Nullable SenderEntry findSender(String name) {
        SenderEntry own = senders.get(name);
        return own == null && shared != null ? shared.findSender(name) : own;
    }

    /**
     * Whether the sender decides where mail for the entry's domain, or without entry for an unlisted domain, goes: not if the entry names
     * next hops of its own, and never where strangers may send to.
     */
    public static boolean dependsOnSender(@Nullable RoutingEntry entry) {
        return entry == null
            || entry.treatment().action() == RoutingEntry.Action.ROUTE && entry.treatment().nextHops() == null;
    }

    /**
     * The next hops for mail that the entry sends out, or without entry for mail to unlisted domains; null for the domain's MX.
     *
     * @param sender who sends it; null for the null sender, and where it is not known
     */
    public @Nullable NextHops nextHops(@Nullable RoutingEntry entry, @Nullable Sender sender) {
        SenderEntry bySender = sender == null || !dependsOnSender(entry) ? null : find(sender);
        if (bySender != null) {
            return bySender.nextHops() == null ? smartHost() : bySender.nextHops();
        }
        return entry == null || entry.treatment().viaSmartHost() ? smartHost() : entry.treatment().nextHops();
    }

    /** Collects a routing list. */
    public static final class Builder {

        private final Rule rule;
        private final NameTable.Builder<Kind> names = NameTable.builder();
        private @Nullable Kind kind;
        private int kindNumber;
        private @Nullable Boolean reroute;
        private @Nullable Boolean allowSenderSpecifiedRouting;
        private @Nullable NextHops smartHost;
        private final Map<String, SenderEntry> senders = new LinkedHashMap<>();

        private Builder(Rule rule) {
            this.rule = rule;
        }

        /** Adds an entry, unless there is one of the same name and match already. */
        public Builder add(RoutingEntry entry) {
            add(entry.name(), entry.match(), entry.treatment(), entry.rule().file(), entry.rule().line());
            return this;
        }

        /**
         * Adds an entry, unless there is one of the same name and match already. Nothing is below an address literal, so both kinds of
         * match are the same there.
         *
         * @param line where it is stated, counted from 1
         * @return where the other one is stated, or null if the entry was added
         */
        public @Nullable Rule add(DomainName name, Match match, Treatment treatment, String file, int line) {
            Match effective = name.isLiteral() ? Match.EXACT : match;
            int before = names.add(name.toString(), variant(effective), kind(treatment, file), line);
            return before == NameTable.NONE ? null : Rule.of(names.kindOf(before).file, names.line(before));
        }

        /**
         * Adds an entry for a name that is part of an array of octets, if it is certainly canonical and there is none of the same name and
         * match: the quick way for long lists.
         *
         * @return whether the entry was added
         */
        public boolean addCanonical(byte[] octets, int from, int to, Match match, Treatment treatment, String file, int line) {
            return DomainName.isCanonical(octets, from, to)
                && names.add(octets, from, to, variant(match), kind(treatment, file), line) == NameTable.NONE;
        }

        private static int variant(Match match) {
            return match == Match.EXACT ? NameTable.EXACT : NameTable.SUBTREE;
        }

        /** The number of the kind; the entries of one list file come one after the other. */
        private int kind(Treatment treatment, String file) {
            if (kind == null || kind.treatment != treatment || !kind.file.equals(file)) {
                kind = new Kind(treatment, file);
                kindNumber = names.kind(kind);
            }
            return kindNumber;
        }

        /** Whether mail is relayed at all. */
        public Builder reroute(boolean value) {
            reroute = value;
            return this;
        }

        /** Whether strangers may specify routes in local parts. */
        public Builder allowSenderSpecifiedRouting(boolean value) {
            allowSenderSpecifiedRouting = value;
            return this;
        }

        /** Where mail to unlisted domains goes. */
        public Builder smartHost(NextHops hops) {
            smartHost = hops;
            return this;
        }

        /** Adds an entry for a sender. Two of the same name are the caller's error; the first one answers. */
        public Builder add(SenderEntry entry) {
            senders.putIfAbsent(entry.name(), entry);
            return this;
        }

        /** The list of what was added. The builder has no entries afterwards. */
        public RoutingList build() {
            return new RoutingList(this, null);
        }

        /** The same, resting on the shared list. */
        public RoutingList buildOver(@Nullable RoutingList sharedList) {
            return new RoutingList(this, sharedList);
        }
    }

    /** What the entries of one element have in common. */
    private static final class Kind {

        private final Treatment treatment;
        private final String file;

        Kind(Treatment treatment, String file) {
            this.treatment = treatment;
            this.file = file;
        }
    }
}
