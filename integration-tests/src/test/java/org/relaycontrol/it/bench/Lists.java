package org.relaycontrol.it.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Long lists of names and networks, the same whenever they are made. */
final class Lists {
    private static final long SEED = 20261127;
    private static final List<String> ENDS = List.of(".com", ".com", ".net", ".org", ".de", ".fr", ".co.uk", ".com.br", ".example");

    private Lists() {
    }

    /** Different domain names of usual lengths. */
    static List<String> domains(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(domain(random, i));
        }
        return names;
    }

    private static String domain(SplittableRandom random, int number) {
        StringBuilder name = new StringBuilder();
        for (int letters = random.nextInt(3, 11); letters > 0; letters--) {
            name.append((char) ('a' + random.nextInt(26)));
        }
        return name.append('-').append(Integer.toString(number, 36)).append(ENDS.get(random.nextInt(ENDS.size()))).toString();
    }

    /** Writes {@link #domains(int)} to a file, one a line, each with this text behind it. */
    static Path writeDomains(Path file, int count, String behind) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
            for (int i = 0; i < count; i++) {
                out.write(domain(random, i));
                out.write(behind);
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** Different IPv4 networks of 16 addresses each, within a network of 2^24 addresses. */
    static List<String> ipv4Networks(int firstOctet, int count) {
        SplittableRandom random = new SplittableRandom(SEED + firstOctet);
        Set<Integer> numbers = new LinkedHashSet<>();
        while (numbers.size() < count) {
            numbers.add(random.nextInt(1 << 20));
        }
        List<String> networks = new ArrayList<>(count);
        numbers.forEach(number -> networks.add(firstOctet + "." + (number >>> 12) + "." + (number >>> 4 & 0xff) + "."
            + (number << 4 & 0xff) + "/28"));
        return networks;
    }

    /** Different IPv6 networks of 64 bits each. */
    static List<String> ipv6Networks(int firstOctets, int count) {
        SplittableRandom random = new SplittableRandom(SEED + firstOctets);
        Set<Long> numbers = new LinkedHashSet<>();
        while (numbers.size() < count) {
            numbers.add(random.nextLong(1L << 48));
        }
        List<String> networks = new ArrayList<>(count);
        numbers.forEach(number -> networks.add(String.format("%x:%x:%x:%x::/64", firstOctets, number >>> 32, number >>> 16 & 0xffff,
            number & 0xffff)));
        return networks;
    }
}
