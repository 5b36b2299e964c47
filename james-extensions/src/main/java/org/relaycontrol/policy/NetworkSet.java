package org.relaycontrol.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of networks, each with the {@link Rule} that lists it. Of several networks that hold an address the smallest answers, of equal
 * ones the first listed. Immutable; whether an address is in it is told without making an object.
 */
public final class NetworkSet {

    /** The set without any network. */
    public static final NetworkSet EMPTY = builder().build();

    private final NetworkRecords listed;
    private final AddressIntervals ipv4;
    private final AddressIntervals ipv6;

    private NetworkSet(NetworkRecords listed) {
        this.listed = listed;
        this.ipv4 = AddressIntervals.of(listed.networks(), true);
        this.ipv6 = AddressIntervals.of(listed.networks(), false);
    }

    /** A builder of an empty set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether a network holds the address. */
    public boolean contains(IpAddress address) {
        return number(address) != AddressIntervals.NONE;
    }

    /** The rule that lists the address, or null. */
    public @Nullable Rule find(IpAddress address) {
        int number = number(address);
        return number == AddressIntervals.NONE ? null : listed.rule(number);
    }

    private int number(IpAddress address) {
        return (address.isIpv4() ? ipv4 : ipv6).find(address);
    }

    /** Whether no network is listed. */
    public boolean isEmpty() {
        return listed.isEmpty();
    }

    /**
     * What is listed, in the order of the configuration. The list is a view: what it returns is made when it is asked for.
     */
    public List<Listed> listed() {
        return listed;
    }

    /** A network and the rule that lists it. */
    public static final class Listed {

        private final Network network;
        private final Rule rule;

        Listed(Network network, Rule rule) {
            this.network = network;
            this.rule = rule;
        }

        /** The network. */
        public Network network() {
            return network;
        }

        /** Where it is listed. */
        public Rule rule() {
            return rule;
        }
    }

    /** Collects networks. */
    public static final class Builder {

        private final NetworkRecords.Builder listed = new NetworkRecords.Builder();

        private Builder() {
        }

        /** Adds a network that the rule lists. */
        public Builder add(Network network, Rule rule) {
            listed.add(network, rule);
            return this;
        }

        /** The set of what was added. */
        public NetworkSet build() {
            return new NetworkSet(listed.build());
        }
    }
}
