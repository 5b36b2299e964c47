package org.relaycontrol.analysis;

import java.math.BigInteger;
import org.relaycontrol.policy.AddressSet;

/**
 * Envelopes that are decided alike before, and alike, but differently, after: who, to where, sent by whom, before, after. Immutable.
 */
public final class Region {

    private final Clients clients;
    private final Destination destination;
    private final NameSet senders;
    private final Outcome before;
    private final Outcome after;
    private final long strangersIpv4;
    private final BigInteger strangersIpv6;
    private final String text;

    Region(Clients clients, Destination destination, NameSet senders, Outcome before, Outcome after) {
        this.clients = clients;
        this.destination = destination;
        this.senders = senders;
        this.before = before;
        this.after = after;
        AddressSet strangers = clients.unauthenticated() ? clients.publicAddresses() : AddressSet.NONE;
        this.strangersIpv4 = strangers.countIpv4();
        this.strangersIpv6 = strangers.countIpv6();
        String sentBy = senders.isEverything() ? "" : ", sent by " + Senders.text(senders);
        this.text = clients + ", to " + destination + sentBy + ": " + before + " -> " + after;
    }

    /** Who. */
    public Clients clients() {
        return clients;
    }

    /** To where. */
    public Destination destination() {
        return destination;
    }

    /** The senders: addresses, and domains whose name is all that follows the {@code @}; the rest includes the null sender. */
    public NameSet senders() {
        return senders;
    }

    /** The senders as told to people, or empty if the sender does not matter. */
    public String senderText() {
        return senders.isEverything() ? "" : Senders.text(senders);
    }

    /** How it was decided before. */
    public Outcome before() {
        return before;
    }

    /** How it is decided after. */
    public Outcome after() {
        return after;
    }

    /** From how many public IPv4 addresses clients that have not authenticated are concerned. */
    public long strangersIpv4() {
        return strangersIpv4;
    }

    /** From how many public IPv6 addresses clients that have not authenticated are concerned. */
    public BigInteger strangersIpv6() {
        return strangersIpv6;
    }

    /** Whether what was refused is permitted, or what was permitted is refused. */
    public boolean gainsOrLoses() {
        return before.isPermit() != after.isPermit();
    }

    /**
     * Like {@code 198.51.100.0/24, unauthenticated, port 25, to domains under partner.example: deny not-permitted -> permit
     * client-listed}.
     */
    @Override
    public String toString() {
        return text;
    }
}
