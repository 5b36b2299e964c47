package org.relaycontrol.config;

import static org.assertj.core.api.Assertions.assertThat;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.fuzz.Invariants;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.Envelope;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.Recipient;
import org.relaycontrol.policy.RelayPolicies;
import org.relaycontrol.policy.User;

/**
 * Fuzz target: any octets as list file; the first one chooses among the kinds of lists. It is refused with proper problems, or each of its
 * entries, as somebody else's parser reads it, is in the list: nothing is skipped. Managed lists are edited, and read again to the same.
 */
public final class ListFuzz {

    private static final Path FILE = Path.of("relaycontrol.xml").toAbsolutePath();
    private static final Path LIST = FILE.resolveSibling("list.txt");
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final DomainName DEFAULT = DomainName.of("example.net");
    private static final IpAddress STRANGER = IpAddress.parse("198.51.100.7");
    private static final ManagedEntry ADDED = ManagedEntry.of(ManagedLine.parse("added.example expires=2028-01-01T00:00:00Z"));

    private ListFuzz() {
    }

    private enum Kind {
        DOMAINS("<routing><domains file='list.txt' action='relay'/></routing>"),
        NETWORKS("<restrictions><clients><networks file='list.txt'/></clients></restrictions>"),
        USERS("<restrictions><authenticated><users file='list.txt'/></authenticated></restrictions>"),
        MANAGED_DOMAINS("<routing><domains managed='list.txt' action='relay'/></routing>"),
        MANAGED_NETWORKS("<restrictions><clients><networks managed='list.txt'/></clients></restrictions>");

        private final byte[] policy;

        Kind(String element) {
            this.policy = ("<relaycontrol><policy>" + element + "</policy></relaycontrol>").getBytes(StandardCharsets.UTF_8);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        Kind kind = Kind.values()[Math.floorMod(data[0] - '0', Kind.values().length)];
        byte[] list = Arrays.copyOfRange(data, 1, data.length);
        boolean managed = kind.name().startsWith("MANAGED");
        if (managed) {
            edit(new String(list, StandardCharsets.UTF_8), kind);
        }
        RelayPolicies policies;
        try {
            policies = PolicyLoader.load(FILE, NOW, Map.of(FILE, kind.policy, LIST, list), new FilesRead(Map.of(), Map.of())).policies();
        } catch (PolicyException e) {
            Invariants.checkProblems("list\\.txt|relaycontrol\\.xml", e.problems());
            return;
        }
        if (!managed) {
            for (String entry : entries(new String(list, StandardCharsets.UTF_8))) {
                assertThat(isListed(kind, entry, policies)).as(entry).isTrue();
            }
        }
    }

    /** The entries of a list file, read naively. */
    private static List<String> entries(String text) {
        List<String> entries = new ArrayList<>();
        for (String line : (text.startsWith("\ufeff") ? text.substring(1) : text).split("\n")) {
            String entry = line.replaceFirst("#[^\\r]*", "").strip();
            if (!entry.isEmpty()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static boolean isListed(Kind kind, String entry, RelayPolicies policies) {
        switch (kind) {
            case DOMAINS:
                return !entry.matches("[\\p{ASCII}&&[^\\[\\]]]+")
                    || decide(policies, STRANGER, null, "user@" + entry.toUpperCase(Locale.ROOT)).isPermit();
            case NETWORKS:
                IPAddress network = new IPAddressString(entry.contains("-") ? entry.replaceFirst("-.*", "") : entry).getAddress();
                return network == null || network.isIPv6()
                    || decide(policies, IpAddress.parse(network.getLower().withoutPrefixLength().toString()), null, "a@unlisted.example")
                        .isPermit()
                    && decide(policies, IpAddress.parse(network.getUpper().withoutPrefixLength().toString()), null, "a@unlisted.example")
                        .isPermit();
            default:
                // James has no user whose domain ends in a dot; a list may write it so.
                String user = (entry.startsWith("@") ? "anybody" + entry : entry).replaceFirst("(@.*)\\.$", "$1");
                // Case does not count in ASCII; elsewhere it is not one letter for another (U+00DF).
                String written = user.matches("\\p{ASCII}+") ? user.toUpperCase(Locale.ROOT) : user;
                return decide(policies, STRANGER, User.of(written), "a@unlisted.example").isPermit();
        }
    }

    private static Decision decide(RelayPolicies policies, IpAddress client, @Nullable User user, String recipient) {
        return policies.decide(Envelope.smtp(client, IpAddress.parse("203.0.113.25"), 25, user, ClientHost.NONE,
            Recipient.parse(recipient, DEFAULT)), domain -> false, false);
    }

    private static void edit(String text, Kind kind) {
        ManagedListContent content = ManagedListContent.of(text, entry -> kind == Kind.MANAGED_NETWORKS
            ? ClientReader.networkOrRange(entry.name()).toString() : DomainName.of(entry.name()).toString());
        for (ManagedEntry entry : content.entries()) {
            assertThat(ManagedEntry.of(ManagedLine.parse(entry.toString()))).isEqualTo(entry);
        }
        if (kind == Kind.MANAGED_DOMAINS) {
            ManagedListContent edited = content.with(ADDED, Instant.MIN);
            assertThat(edited.find(ADDED)).contains(ADDED);
            List<ManagedEntry> expected = new ArrayList<>(content.entries());
            expected.removeIf(entry -> DomainName.of(entry.name()).toString().equals(ADDED.name()));
            assertThat(edited.without(ADDED, Instant.MIN).entries()).isEqualTo(expected);
            assertThat(ManagedListContent.of(new String(edited.octets(), StandardCharsets.UTF_8),
                entry -> DomainName.of(entry.name()).toString()).entries()).isEqualTo(edited.entries());
        }
    }
}
