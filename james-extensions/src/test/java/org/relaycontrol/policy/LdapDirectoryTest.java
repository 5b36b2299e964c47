package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.NextHops.Tls;

/** Where a directory is, and what it is asked. */
class LdapDirectoryTest {

    private static LdapDirectory.Builder builder() {
        return LdapDirectory.builder("ad", "ldap://dc1.corp.example", "DC=corp,DC=example");
    }

    private static String filter(String template, String address) {
        Recipient recipient = Recipient.parse(address, DomainName.of("corp.example"));
        return builder().filter(template).build().filterFor(recipient.comparedLocalPart(), recipient.domain());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ldap://dc1.corp.example | ldap://dc1.corp.example:389",
        "LDAPS://dc1.corp.example/ | ldaps://dc1.corp.example:636",
        "ldap://192.0.2.7:3268 | ldap://192.0.2.7:3268",
        "ldaps://[2001:db8::7] | ldaps://[2001:db8::7]:636",
        "ldap://dc1.corp.example , ldap://dc2.corp.example | ldap://dc1.corp.example:389, ldap://dc2.corp.example:389",
    })
    void shouldKnowWhereItIs(String urls, String expected) {
        assertThat(LdapDirectory.builder("ad", urls, "").build().urls()).hasToString("[" + expected + "]");
    }

    @Test
    void shouldTellHostAndPort() {
        LdapDirectory.Url url = LdapDirectory.builder("ad", "ldaps://[2001:DB8::7]:3269", "").build().urls().get(0);
        assertThat(url.host()).isEqualTo("2001:db8::7");
        assertThat(url.port()).isEqualTo(3269);
        assertThat(url.isLdaps()).isTrue();
        assertThat(LdapDirectory.builder("ad", "ldap://192.0.2.7", "").build().urls().get(0).host()).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dc1.corp.example", "dc1.corp.example:389", "http://dc1.corp.example", "ldap://", "ldap:///DC=example",
        "ldap://dc1/DC=example", "ldap://dc1?mail", "ldap://user@dc1", "ldap://dc1:0", "ldap://dc1:65536", "ldap://a b", "ldap://dc1,"})
    void shouldRefuseWhatIsNoUrlOfADirectory(String urls) {
        assertThatThrownBy(() -> LdapDirectory.builder("ad", urls, "")).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("; write ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "(proxyAddresses=smtp:%s) ; Jane.Doe@Corp.Example ; (proxyAddresses=smtp:jane.doe@corp.example)",
        "(&(objectClass=user)(|(mail=%s)(uid=%u))) ; jane@corp.example ; (&(objectClass=user)(|(mail=jane@corp.example)(uid=jane)))",
        "(&(dc=%d)(uid=%u)(rate<=5%%)) ; jane@corp.example ; (&(dc=corp.example)(uid=jane)(rate<=5%))",
        "(mail=%s) ; \"*)(uid=*\"@corp.example ; (mail=\\2a\\29\\28uid=\\2a@corp.example)",
        "(mail=%s) ; a\\\\b@corp.example ; (mail=a\\5cb@corp.example)",
        "(mail=%s) ; %u%s@corp.example ; (mail=\\25u\\25s@corp.example)",
        "(mail=%s) ; j\u00fcrgen@corp.example ; (mail=j\\c3\\bcrgen@corp.example)",
        "(mail=%s) ; user@[IPv6:2001:db8::1] ; (mail=user@\\5bIPv6\\3a2001\\3adb8\\3a\\3a1\\5d)",
    })
    void shouldAskForTheAddressAndObeyNothingInIt(String template, String address, String expected) {
        assertThat(filter(template, address)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "proxyAddresses=smtp:%s | parentheses do not match",
        "'' | parentheses do not match",
        "() | same for every recipient",
        "(mail=%s | parentheses do not match",
        "(mail=%s)) | parentheses do not match",
        "(mail=%s)(uid=%u) | parentheses do not match",
        "(mail=x) | same for every recipient",
        "(dc=%d) | same for every recipient",
        "(mail=%%s) | same for every recipient",
        "(mail=%x) | unknown placeholder %x",
        "(mail=%) | unknown placeholder %)",
    })
    void shouldRefuseAFilterThatFindsNobody(String template, String problem) {
        assertThatThrownBy(() -> builder().filter(template)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(problem).hasMessageContaining("; write ");
    }

    @Test
    void shouldVerifyTheCertificateWhereTlsIsUsedAndNothingElseIsSaid() {
        assertThat(builder().build().tls()).isEqualTo(Tls.NONE);
        assertThat(LdapDirectory.builder("ad", "ldap://dc1,ldaps://dc2", "").build().tls()).isEqualTo(Tls.REQUIRED_VERIFIED);
        assertThat(LdapDirectory.builder("ad", "ldaps://dc2", "").tls(Tls.REQUIRED).build().tls()).isEqualTo(Tls.REQUIRED);
        assertThat(builder().tls(Tls.REQUIRED_VERIFIED).build().tls()).isEqualTo(Tls.REQUIRED_VERIFIED);
        assertThatIllegalArgumentException().isThrownBy(() -> builder().tls(Tls.OPPORTUNISTIC)).withMessageContaining("; write ");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> LdapDirectory.builder("ad", "ldap://dc1,ldaps://dc2", "").tls(Tls.NONE).build())
            .withMessageContaining("ldaps://dc2:636");
    }

    @Test
    void shouldBindWithBothDnAndPasswordOrAnonymously() {
        LdapDirectory bound = builder().bind("gateway@corp.example", "/etc/ad.password").build();
        assertThat(bound.bindDn()).hasValue("gateway@corp.example");
        assertThat(bound.passwordFile()).hasValue("/etc/ad.password");
        assertThat(builder().bind(null, null).build().bindDn()).isEmpty();
        for (String[] half : new String[][] {{"dn", null}, {null, "file"}, {"", "file"}, {"dn", " "}}) {
            assertThatIllegalArgumentException().isThrownBy(() -> builder().bind(half[0], half[1])).withMessageContaining("; write ");
        }
    }

    @Test
    void shouldTellWhatItIs() {
        LdapDirectory directory = builder().build();
        assertThat(directory.name()).isEqualTo("ad");
        assertThat(directory).hasToString("ad");
        assertThat(directory.base()).isEqualTo("DC=corp,DC=example");
        assertThat(directory.filter()).isEqualTo("(proxyAddresses=smtp:%s)");
    }
}
