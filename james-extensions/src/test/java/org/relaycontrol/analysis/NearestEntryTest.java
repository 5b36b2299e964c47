package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RoutingEntry;
import org.relaycontrol.policy.RoutingList;

/** Which entry is probably meant for a domain that none covers. */
class NearestEntryTest {

    /** An entry that begins with {@code =} is exact. */
    private static RoutingList routing(String entries) throws Exception {
        return EnvelopeGrid.load("<relaycontrol><policy><routing>" + Arrays.stream(entries.split(" "))
            .map(entry -> entry.startsWith("=") ? "<domain name='" + entry.substring(1) + "' match='exact' action='relay'/>"
                : "<domain name='" + entry + "' action='relay'/>")
            .collect(Collectors.joining()) + "</routing></policy></relaycontrol>").policies().get(0).routing();
    }

    @ParameterizedTest
    @CsvSource({
        "an exact entry above,                pc.ms.example, =ms.example c.ms.example.net, ms.example",
        "before a longer end within a label,  pc.ms.example, xc.ms.example s.example =example, example",
        "an end within a label,               pms.example,   ms.example,           ms.example",
        "the longest end,                     pms.example,   s.example ms.example,   ms.example",
        "the same in the other order,         pms.example,   ms.example s.example,   ms.example",
        "an end before a name below,          pms.example,   a.pms.example s.example, s.example",
        "a name below,                        ms.example,    mail.ms.example,      mail.ms.example",
        "the shortest below,                  ms.example,    mail.ms.example mx.ms.example, mx.ms.example",
        "a name below before a typing error,  ms.example,    m.example mail.ms.example,   mail.ms.example",
        "no name below,                       ms.example,    mailms.example,       ",
        "a character too many,                ms.example,    mms.example,          mms.example",
        "one more at the end,                 ms.example,    ms.examples,          ms.examples",
        "a character too few,                 ms.example,    m.example,            m.example",
        "one less in front,                   ms.example,    s.example,            s.example",
        "another character,                   ms.example,    ns.example,           ns.example",
        "two that changed places,             ms.example,    sm.example,           sm.example",
        "two that changed places at the end,  ms.example,    ms.exampel,           ms.exampel",
        "two others,                          ms.example,    no.example,           ",
        "one of the two,                      ms.example,    sx.example,           ",
        "two that are apart,                  mis.example,   sim.example,          ",
        "two too many,                        ms.example,    mmms.examples,        ",
        "nothing alike,                       ms.example,    one.invalid,          ",
        "no name for an address,              [192.0.2.1],   [192.0.2.2],          ",
    })
    void shouldFindTheMostSimilar(String why, String domain, String entries, @Nullable String nearest) throws Exception {
        RoutingEntry found = NearestEntry.of(routing(entries), DomainName.of(domain));

        assertThat(found == null ? null : found.name().toString()).as(why).isEqualTo(nearest);
    }

    @Test
    void shouldLookIntoTheSharedListToo() throws Exception {
        RoutingList routing = EnvelopeGrid.load("<relaycontrol><routing><domain name='ms.example' action='relay'/></routing>"
            + "<policy><routing><domain name='one.invalid' action='relay'/></routing></policy></relaycontrol>").policies().get(0).routing();

        assertThat(NearestEntry.of(routing, DomainName.of("pms.example"))).isNotNull()
            .satisfies(entry -> assertThat(entry.name()).hasToString("ms.example"));
        assertThat(NearestEntry.of(routing, DomainName.of("onf.invalid"))).isNotNull();
    }
}
