package org.relaycontrol.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.relaycontrol.config.ManagedEntry;
import org.relaycontrol.config.ManagedListUse;
import org.relaycontrol.config.PolicyLoader;
import org.relaycontrol.it.harness.ManagedEdits;

/** Processes that edit one managed list at a time are killed again and again: the list is always one whole version, and nothing is lost. */
class ManagedListIT {
    private static final int EDITS = 1000;
    private static final int MOST_BEFORE_KILL = 60;

    @TempDir
    private Path conf;

    @Test
    void shouldAlwaysBeOneWholeVersionWhoeverIsKilled() throws Exception {
        Path policy = Files.writeString(conf.resolve("relaycontrol.xml"),
            "<relaycontrol><routing><domains managed='list.txt' action='inbound'/></routing><policy/></relaycontrol>");
        Random random = new Random(20270101);
        List<ManagedEdits> editing = new ArrayList<>(List.of(ManagedEdits.start(policy, "n0"), ManagedEdits.start(policy, "n1")));
        int said = 0;
        int kills = 0;
        try {
            while (said < EDITS) {
                ManagedEdits next = editing.remove(0);
                next.await(1 + random.nextInt(MOST_BEFORE_KILL));
                said += next.kill();
                kills++;
                assertWhole(policy);
                editing.add(ManagedEdits.start(policy, "n" + (kills + 1)));
            }
        } finally {
            for (ManagedEdits left : editing) {
                said += left.kill();
            }
        }

        List<ManagedEntry> entries = assertWhole(policy);
        System.out.println(said + " edits said to be done, " + (entries.size() - 1) + " in the list, " + kills + " processes killed");
        // An edit may be done that the process was killed before saying so, one for each.
        assertThat(entries.size() - 1).isBetween(said, said + kills + editing.size());
    }

    private static List<ManagedEntry> assertWhole(Path policy) throws Exception {
        ManagedListUse use = PolicyLoader.load(policy).managedLists().get(0);
        List<ManagedEntry> entries = use.managedList().read().entries();
        ManagedEntry count = entries.stream().filter(entry -> entry.name().equals(ManagedEdits.COUNT)).findFirst().orElseThrow();
        assertThat(count.attributes()).containsEntry("reply", "there are " + (entries.size() - 1));
        return entries;
    }
}
