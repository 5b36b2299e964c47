package org.relaycontrol.policy;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * Networks and the lines that list them, in the order of the configuration, kept in arrays of numbers: an IPv4 network takes 20 octets.
 * Immutable; what the list returns is made when it is asked for.
 */
final class NetworkRecords extends AbstractList<NetworkSet.Listed> implements RandomAccess {

    private static final long LOW_HALF = 0xffffffffL;

    /** One number for an IPv4 network, four for an IPv6 one. */
    private final long[] bounds;
    /** Where in the bounds a network is, times two, plus one for an IPv6 one. */
    private final int[] places;
    private final int[] lines;
    private final int[] files;
    private final List<String> names;

    private NetworkRecords(Builder builder) {
        this.bounds = Arrays.copyOf(builder.bounds, builder.end);
        this.places = Arrays.copyOf(builder.places, builder.size);
        this.lines = Arrays.copyOf(builder.lines, builder.size);
        this.files = Arrays.copyOf(builder.files, builder.size);
        this.names = List.copyOf(builder.names);
    }

    @Override
    public NetworkSet.Listed get(int index) {
        return new NetworkSet.Listed(network(index), rule(index));
    }

    @Override
    public int size() {
        return places.length;
    }

    /** The networks without their lines. */
    List<Network> networks() {
        return new AbstractList<>() {
            @Override
            public Network get(int index) {
                return network(index);
            }

            @Override
            public int size() {
                return places.length;
            }
        };
    }

    private Network network(int index) {
        int at = places[index] >>> 1;
        return (places[index] & 1) == 0
            ? Network.between(IpAddress.ipv4(bounds[at] >>> Integer.SIZE), IpAddress.ipv4(bounds[at] & LOW_HALF))
            : Network.between(IpAddress.unmapped(bounds[at], bounds[at + 1]), IpAddress.unmapped(bounds[at + 2], bounds[at + 3]));
    }

    /** The line that lists a network. */
    Rule rule(int index) {
        return Rule.of(names.get(files[index]), lines[index]);
    }

    /** Collects networks. */
    static final class Builder {

        private long[] bounds = new long[4];
        private int end;
        private int[] places = new int[1];
        private int[] lines = new int[1];
        private int[] files = new int[1];
        private final List<String> names = new ArrayList<>();
        private int size;

        void add(Network network, Rule rule) {
            if (size == places.length) {
                places = Arrays.copyOf(places, 2 * size);
                lines = Arrays.copyOf(lines, 2 * size);
                files = Arrays.copyOf(files, 2 * size);
            }
            if (end + 4 > bounds.length) {
                bounds = Arrays.copyOf(bounds, 2 * bounds.length);
            }
            if (names.isEmpty() || !names.get(names.size() - 1).equals(rule.file())) {
                names.add(rule.file());
            }
            boolean ipv4 = network.first().isIpv4();
            places[size] = 2 * end + (ipv4 ? 0 : 1);
            lines[size] = rule.line();
            files[size++] = names.size() - 1;
            if (ipv4) {
                bounds[end++] = network.first().low() << Integer.SIZE | network.last().low();
            } else {
                bounds[end++] = network.first().high();
                bounds[end++] = network.first().low();
                bounds[end++] = network.last().high();
                bounds[end++] = network.last().low();
            }
        }

        NetworkRecords build() {
            return new NetworkRecords(this);
        }
    }
}
