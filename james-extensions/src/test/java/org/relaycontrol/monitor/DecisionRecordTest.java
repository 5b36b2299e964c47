package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.ClientList;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.RelayPolicy;
import org.relaycontrol.policy.Restrictions;
import org.relaycontrol.policy.RoutingList;
import org.relaycontrol.policy.Rule;
import org.relaycontrol.policy.User;

class DecisionRecordTest {

    private static DecisionRecord.Builder record(DecidedBy reason, String session) {
        return DecisionRecord.builder(0, reason, IpAddress.parse("2001:db8::7"), "[2001:db8::25]:25", session);
    }

    private static RelayPolicy policy(String name) {
        return RelayPolicy.of(name, Rule.of("relaycontrol.xml", 1), List.of(), ClientList.builder(ClientList.Mode.ALL_EXCEPT,
            Rule.of("relaycontrol.xml", 2)).build(), RoutingList.builder(Rule.of("relaycontrol.xml", 3)).build(),
            Restrictions.builder(Rule.of("relaycontrol.xml", 4)).build());
    }

    @Test
    void shouldWriteWhatIsKnown() {
        assertThat(record(DecidedBy.AUTHENTICATED, "s1")
            .by(policy("mx"), Rule.of("my list.txt", 3))
            .host(ClientHost.named(DomainName.of("client.example")))
            .user(User.of("ann@one.example"))
            .envelope("ann@one.example", "x@two.example")
            .enforced(false)
            .build())
            .hasToString("verdict=permit reason=authenticated policy=mx enforce=false rule=\"my\\u0020list.txt:3\" client=2001:db8::7"
                + " host=client.example local=[2001:db8::25]:25"
                + " user=ann@one.example sender=ann@one.example recipient=x@two.example session=s1");
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteTheFieldsInTheirOrder(DecidedBy reason) {
        DecisionRecord decision = record(reason, "s 2").by(policy("two words"), Rule.of("my list.txt", 3))
            .host(ClientHost.NONE).user(User.of("a=b@one.example")).envelope("\"a b\"@one.example", "x\r\ny@two.example").enforced(false)
            .build();

        assertThat(decision).hasToString(decision.fields().entrySet().stream()
            .map(field -> field.getKey() + "=" + LogValue.of(field.getValue()))
            .collect(Collectors.joining(" ")));
    }

    @Test
    void shouldLeaveOutOfTheLineWhatSaysNothing() {
        DecisionRecord decision = record(DecidedBy.CONNECTION_REFUSED, "s1").build();

        assertThat(decision).hasToString("verdict=deny reason=connection-refused client=2001:db8::7 local=[2001:db8::25]:25 session=s1");
        assertThat(record(DecidedBy.NEVER, "s1").by(policy("true"), null).user(User.of("unknown")).build())
            .hasToString("verdict=deny reason=never policy=true client=2001:db8::7 local=[2001:db8::25]:25 user=unknown session=s1");
        assertThat(decision.fields()).containsEntry("policy", null).containsEntry("enforce", true)
            .containsEntry("host", ClientHost.UNKNOWN).containsEntry("user", null).containsEntry("recipient", null);
    }
}
