package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import nl.jqno.equalsverifier.EqualsVerifier;

/** Lists of next hops, named ones included. */
class NextHopsTest {

    @Test
    void shouldKeepOrderAndSpelling() {
        NextHops hops = NextHops.parse("B.example:1, a.example ,[::1]:25,mx:c.example");

        assertThat(hops).hasToString("B.example:1 a.example [::1]:25 mx:c.example");
        assertThat(hops.hosts()).extracting(NextHop::host).containsExactly("b.example", "a.example", "::1", "c.example");
        assertThat(hops.tls()).isEqualTo(NextHops.Tls.NONE);
        assertThat(hops.name()).isEmpty();
        assertThat(hops.username()).isEmpty();
        assertThat(hops.passwordFile()).isEmpty();
    }

    @Test
    void shouldRefuseAnEmptyPlaceInTheList() {
        assertThatThrownBy(() -> NextHops.parse("a.example,"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("the next hop is empty");
    }

    @Test
    void shouldKeepWhatANamedNextHopAdds() {
        NextHops hops = NextHops.named("isp", "smtp.isp.example:587", NextHops.Tls.REQUIRED_VERIFIED, "u", "isp.password");

        assertThat(hops).hasToString("smtp.isp.example:587");
        assertThat(hops.name()).contains("isp");
        assertThat(hops.tls()).isEqualTo(NextHops.Tls.REQUIRED_VERIFIED);
        assertThat(hops.username()).contains("u");
        assertThat(hops.passwordFile()).contains("isp.password");
    }

    @Test
    void shouldRefuseHalfOfTheCredentials() {
        assertThatThrownBy(() -> NextHops.named("isp", "a", NextHops.Tls.NONE, "u", null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("username without passwordFile; write passwordFile too, a file whose first line is the password");
        assertThatThrownBy(() -> NextHops.named("isp", "a", NextHops.Tls.NONE, null, "f"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("passwordFile without username; write username too, or leave passwordFile out");
    }

    @Test
    void shouldRefuseEmptyTexts() {
        assertThatThrownBy(() -> NextHops.named(" ", "a", NextHops.Tls.NONE, null, null))
            .hasMessage("the name of the next hop is empty; write one for via= to refer to");
        assertThatThrownBy(() -> NextHops.named("isp", "a", NextHops.Tls.NONE, "", "f"))
            .hasMessage("the username is empty; write one or leave it out");
        assertThatThrownBy(() -> NextHops.named("isp", "a", NextHops.Tls.NONE, "u", " "))
            .hasMessage("passwordFile is empty; write the path of a file whose first line is the password");
    }

    @ParameterizedTest
    @EnumSource(NextHops.Tls.class)
    void shouldReadTlsAsItIsWritten(NextHops.Tls tls) {
        assertThat(NextHops.Tls.parse(tls.toString())).isEqualTo(tls);
    }

    @Test
    void shouldRefuseOtherWaysToUseTls() {
        assertThatThrownBy(() -> NextHops.Tls.parse("REQUIRED"))
            .hasMessage("'REQUIRED' is no way to use TLS; write none, opportunistic, required or required-verified");
    }

    @Test
    void shouldBeEqualIfAllIsEqual() {
        EqualsVerifier.forClass(NextHops.class)
            .withNonnullFields("hosts", "tls")
            .withPrefabValues(NextHop.class, NextHop.parse("a"), NextHop.parse("b"))
            .verify();
    }
}
