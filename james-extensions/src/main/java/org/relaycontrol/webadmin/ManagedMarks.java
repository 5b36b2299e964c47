package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedListUse;
import org.relaycontrol.policy.Rule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks entries as managed, and tells when they expire: {@code managed} and {@code expires}.
 */
@Singleton
public class ManagedMarks {

    private static final Logger LOGGER = LoggerFactory.getLogger(ManagedMarks.class);

    private final LivePolicy livePolicy;

    /** By the managed lists of the policy in force. */
    @Inject
    public ManagedMarks(LivePolicy livePolicy) {
        this.livePolicy = livePolicy;
    }

    /** Marks these entries, whose {@code rule} tells where they are. */
    List<Map<String, @Nullable Object>> mark(List<Map<String, @Nullable Object>> entries) {
        Map<String, ManagedListUse> uses = new HashMap<>();
        livePolicy.find().ifPresent(source -> source.status().inForce().managedLists().forEach(use -> uses.put(use.file(), use)));
        Map<String, Set<Integer>> lines = new HashMap<>();
        for (Map<String, @Nullable Object> entry : entries) {
            Rule rule = rule(entry);
            if (rule != null && uses.containsKey(rule.file())) {
                lines.computeIfAbsent(rule.file(), any -> new HashSet<>()).add(rule.line());
            }
        }
        Map<String, Map<Integer, ManagedEntry>> managed = new HashMap<>();
        lines.forEach((file, numbers) -> managed.put(file, entriesAt(uses.get(file), numbers)));
        for (Map<String, @Nullable Object> entry : entries) {
            Rule rule = rule(entry);
            Map<Integer, ManagedEntry> inFile = rule == null ? null : managed.get(rule.file());
            ManagedEntry written = rule == null || inFile == null ? null : inFile.get(rule.line());
            entry.put("managed", inFile != null);
            entry.put("expires", written == null ? null : written.expires().orElse(null));
        }
        return entries;
    }

    private static @Nullable Rule rule(Map<String, @Nullable Object> entry) {
        return entry.get("rule") instanceof Rule ? (Rule) entry.get("rule") : null;
    }

    private static Map<Integer, ManagedEntry> entriesAt(@Nullable ManagedListUse use, Set<Integer> lines) {
        try {
            return use == null ? Map.of() : use.managedList().entriesAt(lines);
        } catch (IOException e) {
            LOGGER.warn("A managed list cannot be read to tell when its entries expire", e);
            return Map.of();
        }
    }
}
