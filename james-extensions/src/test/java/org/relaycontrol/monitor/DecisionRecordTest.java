package org.relaycontrol.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.relaycontrol.policy.ClientHost;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.IpAddress;
import org.relaycontrol.policy.User;

class DecisionRecordTest {

    private static DecisionRecord.Builder record(DecidedBy reason, String session) {
        return DecisionRecord.builder(Instant.EPOCH, reason, IpAddress.parse("2001:db8::7"), "[2001:db8::25]:25", session);
    }

    @Test
    void shouldWriteWhatIsKnown() {
        assertThat(record(DecidedBy.AUTHENTICATED, "s1")
            .host(ClientHost.named(DomainName.of("client.example")))
            .user(User.of("ann@one.example"))
            .envelope("ann@one.example", "x@two.example")
            .enforced(false)
            .build())
            .hasToString("verdict=permit reason=authenticated policy=- enforce=false rule=- client=2001:db8::7 host=client.example"
                + " local=[2001:db8::25]:25 user=ann@one.example sender=ann@one.example recipient=x@two.example session=s1");
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteTheFieldsInTheirOrder(DecidedBy reason) {
        for (DecisionRecord decision : List.of(
            record(reason, "s1").build(),
            record(reason, "s 2").user(User.of("a=b@one.example")).envelope("\"a b\"@one.example", "x\r\ny@two.example").build())) {
            Map<String, Object> fields = decision.fields();
            assertThat(decision).hasToString(fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + LogValue.of(field.getValue()))
                .collect(Collectors.joining(" ")));
        }
    }
}
