package org.relaycontrol.policy;

import org.jspecify.annotations.Nullable;

/**
 * Where mail of one sender, or of all senders in one domain, goes: an entry of {@code <senders>}. A domain is this name alone, without
 * those below it, as in Postfix's {@code sender_dependent_relayhost_maps}. Immutable.
 */
public final class SenderEntry {

    private final @Nullable Sender sender;
    private final DomainName domain;
    private final @Nullable NextHops nextHops;
    private final Rule rule;

    private SenderEntry(@Nullable Sender sender, DomainName domain, @Nullable NextHops nextHops, Rule rule) {
        this.sender = sender;
        this.domain = domain;
        this.nextHops = nextHops;
        this.rule = rule;
    }

    /**
     * One sender.
     *
     * @param nextHops the next hops, or null for the smart host of the routing list
     */
    public static SenderEntry of(Sender sender, @Nullable NextHops nextHops, Rule rule) {
        return new SenderEntry(sender, sender.domain(), nextHops, rule);
    }

    /**
     * All senders in a domain.
     *
     * @param nextHops the next hops, or null for the smart host of the routing list
     */
    public static SenderEntry of(DomainName domain, @Nullable NextHops nextHops, Rule rule) {
        return new SenderEntry(null, domain, nextHops, rule);
    }

    /** The sender, or null for all senders in the domain. */
    public @Nullable Sender sender() {
        return sender;
    }

    /** The domain of the sender, or of all senders. */
    public DomainName domain() {
        return domain;
    }

    /** The address or domain in the form that is compared. An address contains an {@code @}, a domain never does. */
    public String name() {
        return sender == null ? domain.toString() : sender.toString();
    }

    /** The next hops, or null for the smart host of the routing list. */
    public @Nullable NextHops nextHops() {
        return nextHops;
    }

    /** Where it is stated. */
    public Rule rule() {
        return rule;
    }

    @Override
    public String toString() {
        return rule + " " + name();
    }
}
