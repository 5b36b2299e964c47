package org.relaycontrol.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.relaycontrol.policy.DomainName;

/**
 * The public suffix list in the jar, read by the rules of publicsuffix.org.
 */
class PublicSuffixesTest {

    @ParameterizedTest
    @ValueSource(strings = {"com", "CO.UK.", "jp", "any.ck", "any.kawasaki.jp", "xn--p1ai", "xn--55qx5d.cn"})
    void shouldContainWhatRegistriesRegisterUnder(String name) {
        assertThat(PublicSuffixes.contains(DomainName.of(name))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "www.ck", "kawasaki.jp", "city.kawasaki.jp", "a.b.ck", "example", "[192.0.2.1]"})
    void shouldNotContainWhatIsRegistered(String name) {
        assertThat(PublicSuffixes.contains(DomainName.of(name))).isFalse();
    }

    @Test
    void shouldKnowWhatIsAboveAPublicSuffix() {
        assertThat(PublicSuffixes.containsBelow(DomainName.of("kawasaki.jp"))).isTrue();
        assertThat(PublicSuffixes.containsBelow(DomainName.of("example.jp"))).isFalse();
        assertThat(PublicSuffixes.containsBelow(DomainName.of("city.kawasaki.jp"))).isFalse();
    }

    /** The list's private section: names of companies that let their customers use names below. */
    @ParameterizedTest
    @ValueSource(strings = {"blogspot.com", "github.io"})
    void shouldNotContainThePrivateSection(String name) {
        assertThat(PublicSuffixes.contains(DomainName.of(name))).isFalse();
    }

    @Test
    void shouldSayHowOldTheListIs() {
        assertThat(PublicSuffixes.version()).matches("20\\d\\d-\\d\\d-\\d\\d.*");
    }
}
