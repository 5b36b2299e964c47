package org.relaycontrol.analysis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.relaycontrol.policy.DomainName;

/**
 * The ICANN section of the public suffix list (https://publicsuffix.org/list): the names under which registries let anybody register,
 * like {@code com} and {@code co.uk}. The list is in the jar, and as old as {@link #version()} says; nothing is fetched. Thread-safe.
 */
public final class PublicSuffixes {

    private static final String RESOURCE = "/org/publicsuffix/list/effective_tld_names.dat";
    private static final String VERSION = "// VERSION: ";
    private static final String END = "// ===END ICANN DOMAINS===";

    private final Set<String> rules = new HashSet<>();
    private final Set<String> above = new HashSet<>();
    private String version = "unknown";

    private PublicSuffixes() {
        try (InputStream resource = Objects.requireNonNull(PublicSuffixes.class.getResourceAsStream(RESOURCE), RESOURCE);
             BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null && !line.startsWith(END); line = lines.readLine()) {
                if (line.startsWith(VERSION)) {
                    version = line.substring(VERSION.length());
                } else if (!line.isBlank() && !line.startsWith("//")) {
                    rules.add(toAscii(line.strip()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rules.stream().filter(rule -> rule.charAt(0) != '!').forEach(this::addAbove);
    }

    private void addAbove(String rule) {
        for (int dot = rule.indexOf('.'); dot >= 0; dot = rule.indexOf('.', dot + 1)) {
            above.add(rule.substring(dot + 1));
        }
    }

    /** A rule with A-labels; it may begin with {@code !} or {@code *.}, which are not part of the name. */
    private static String toAscii(String rule) {
        int name = rule.startsWith("*.") ? 2 : rule.startsWith("!") ? 1 : 0;
        return rule.substring(0, name) + IDN.toASCII(rule.substring(name), IDN.ALLOW_UNASSIGNED);
    }

    /** Whether the name is itself a public suffix. Names that the list does not know are none, nor are address literals. */
    static boolean contains(DomainName name) {
        String text = name.toString();
        Set<String> rules = Loaded.LIST.rules;
        return rules.contains(text)
            || rules.contains("*" + text.substring(Math.max(0, text.indexOf('.')))) && !rules.contains("!" + text);
    }

    /** Whether there are public suffixes below the name, as there are below {@code kawasaki.jp}, which is none itself. */
    static boolean containsBelow(DomainName name) {
        return Loaded.LIST.above.contains(name.toString());
    }

    /** The version of the list: when it was published. */
    public static String version() {
        return Loaded.LIST.version;
    }

    /** Loads the list when it is first asked. */
    private static final class Loaded {

        private static final PublicSuffixes LIST = new PublicSuffixes();
    }
}
