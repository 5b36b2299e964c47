package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.LdapDirectory;
import org.relaycontrol.policy.Verification;
import org.relaycontrol.policy.Verification.OnFailure;

class TextsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0|0|0 IPv4 addresses",
        "1|0|1 IPv4 address",
        "1234|1|1,234 IPv4 addresses and 1 IPv6 address",
        "0|5|5 IPv6 addresses",
        "0|999999999|999,999,999 IPv6 addresses",
        "0|1000000000|about 2^30 IPv6 addresses",
        "0|18446744073709551616|2^64 IPv6 addresses",
        "0|18446744073709551617|about 2^64 IPv6 addresses",
        "0|27670116110564327424|about 2^65 IPv6 addresses",
    })
    void shouldCountAddresses(long ipv4, BigInteger ipv6, String text) {
        assertThat(Texts.count(ipv4, ipv6)).isEqualTo(text);
    }

    @Test
    void shouldTellHowRecipientsAreVerified() {
        LdapDirectory directory = LdapDirectory.builder("ad", "ldaps://dc.example", "dc=one").bind("cn=mx", "ad.password").build();

        assertThat(Texts.verification(null)).isEqualTo("nobody");
        assertThat(Texts.verification(Verification.callout()))
            .isEqualTo("the next hop (timeout 30s, ttl 86400s, negativeTtl 7200s, onFailure accept)");
        assertThat(Texts.verification(Verification.ldap(directory).withRecipientDelimiter("+").withTtl(Duration.ofHours(1))
            .withOnFailure(OnFailure.DEFER))).isEqualTo("directory (ldaps://dc.example:636, tls required-verified, bindDn cn=mx, "
                + "base 'dc=one', filter (proxyAddresses=smtp:%s), recipientDelimiter +, "
                + "timeout 30s, ttl 3600s, negativeTtl 7200s, onFailure defer)");
        assertThat(Texts.verification(Verification.ldap(LdapDirectory.builder("ad", "ldap://dc.example", "dc=one").build())))
            .doesNotContain("bindDn").doesNotContain("recipientDelimiter");
    }
}
