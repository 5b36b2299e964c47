package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;

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

    @Test
    void shouldLeaveToTheServerWhatIsNotSaid() {
        NextHops hops = NextHops.named("isp", "a").build();

        assertThat(hops.tls()).isEqualTo(NextHops.Tls.NONE);
        assertThat(hops.balance()).isFalse();
        assertThat(hops.heloName()).isEmpty();
        assertThat(hops.bind()).isEmpty();
        assertThat(hops.connectTimeout()).isEmpty();
        assertThat(hops.timeout()).isEmpty();
        assertThat(hops.maxConnections()).isEmpty();
    }

    @Test
    void shouldKeepHowToConnect() {
        List<IpAddress> bind = List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"));

        NextHops hops = NextHops.named("isp", "a,b").balance(true).heloName(DomainName.of("Out.example")).bind(bind)
            .connectTimeout(Duration.ofSeconds(30)).timeout(Duration.ofMinutes(10)).maxConnections(5).build();

        assertThat(hops.balance()).isTrue();
        assertThat(hops.heloName()).contains(DomainName.of("out.example"));
        assertThat(hops.bind()).isEqualTo(bind);
        assertThat(hops.connectTimeout()).contains(Duration.ofSeconds(30));
        assertThat(hops.timeout()).contains(Duration.ofMinutes(10));
        assertThat(hops.maxConnections()).hasValue(5);
    }

    @Test
    void shouldTakeTheLimitsThemselves() {
        NextHops.Builder builder = NextHops.named("isp", "a");

        assertThat(builder.connectTimeout(NextHops.MIN_CONNECT_TIMEOUT).timeout(NextHops.MIN_TIMEOUT).maxConnections(1).build().timeout())
            .contains(Duration.ofSeconds(10));
        assertThat(builder.connectTimeout(NextHops.MAX_CONNECT_TIMEOUT).timeout(NextHops.MAX_TIMEOUT)
            .maxConnections(NextHops.MOST_CONNECTIONS).build().maxConnections()).hasValue(1000);
    }

    @Test
    void shouldRefuseWhatIsBeyondTheLimits() {
        NextHops.Builder builder = NextHops.named("isp", "a");

        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO)).hasMessage("connectTimeout is 0s; write 1s to 300s");
        assertThatThrownBy(() -> builder.connectTimeout(Duration.ofSeconds(301))).hasMessage("connectTimeout is 301s; write 1s to 300s");
        assertThatThrownBy(() -> builder.timeout(Duration.ofSeconds(9))).hasMessage("timeout is 9s; write 10s to 3600s");
        assertThatThrownBy(() -> builder.timeout(Duration.ofHours(2))).hasMessage("timeout is 7200s; write 10s to 3600s");
        assertThatThrownBy(() -> builder.maxConnections(0)).hasMessage("maxConnections is 0; write 1 to 1000");
        assertThatThrownBy(() -> builder.maxConnections(1001)).hasMessage("maxConnections is 1001; write 1 to 1000");
    }

    @Test
    void shouldBindToOneAddressOfAFamily() {
        NextHops.Builder builder = NextHops.named("isp", "a");

        assertThatThrownBy(() -> builder.bind(List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("192.0.2.2"))))
            .hasMessage("bind has two IPv4 addresses, 192.0.2.1 and 192.0.2.2; write one IPv4 and one IPv6 address at most");
        assertThatThrownBy(() -> builder.bind(List.of(IpAddress.parse("::2"), IpAddress.parse("192.0.2.1"), IpAddress.parse("::3"))))
            .hasMessage("bind has two IPv6 addresses, ::2 and ::3; write one IPv4 and one IPv6 address at most");
        assertThatThrownBy(() -> builder.bind(List.of(IpAddress.parse("0.0.0.0"))))
            .hasMessage("bind has 0.0.0.0, which is every address; write one address of this server, or leave bind out");
    }

    @Test
    void shouldRequireTlsWhereAHostBeginsWithIt() {
        assertThat(NextHops.parse("smtps:a").tls()).isEqualTo(NextHops.Tls.REQUIRED);
        assertThat(NextHops.parse("b,smtps:a").tls()).isEqualTo(NextHops.Tls.REQUIRED);
        assertThat(NextHops.named("isp", "smtps:a").build().tls()).isEqualTo(NextHops.Tls.REQUIRED);
        assertThat(NextHops.named("isp", "smtps:a").tls(NextHops.Tls.REQUIRED_VERIFIED).build().tls())
            .isEqualTo(NextHops.Tls.REQUIRED_VERIFIED);
    }

    @ParameterizedTest
    @EnumSource(value = NextHops.Tls.class, names = {"NONE", "OPPORTUNISTIC"})
    void shouldRefuseSmtpsWithoutTls(NextHops.Tls tls) {
        NextHops.Builder builder = NextHops.named("isp", "b,smtps:a:465").tls(tls);

        assertThatThrownBy(builder::build).hasMessage("tls=\"" + tls + "\" with smtps:a:465, which is always encrypted; "
            + "write tls=\"required\" or tls=\"required-verified\", or a:465 without smtps:");
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
            .withNonnullFields("hosts", "tls", "bind")
            .withPrefabValues(NextHop.class, NextHop.parse("a"), NextHop.parse("b"))
            .verify();
    }
}
