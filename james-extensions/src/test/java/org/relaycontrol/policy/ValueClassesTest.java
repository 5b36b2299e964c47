package org.relaycontrol.policy;

import nl.jqno.equalsverifier.EqualsVerifier;
import nl.jqno.equalsverifier.Warning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Equality of the classes that are values.
 */
class ValueClassesTest {

    @ParameterizedTest
    @ValueSource(classes = {IpAddress.class, Network.class, ClientHost.class, Listener.class, Rule.class})
    void shouldBeEqualByValue(Class<?> valueClass) {
        EqualsVerifier.forClass(valueClass).suppress(Warning.NULL_FIELDS).verify();
    }

    @ParameterizedTest
    @ValueSource(classes = {LdapDirectory.class, LdapDirectory.Url.class, Verification.class})
    void shouldBeEqualByAllSettings(Class<?> valueClass) {
        EqualsVerifier.forClass(valueClass).suppress(Warning.NULL_FIELDS).verify();
    }

    @Test
    void shouldCompareUsersByNameAlone() {
        EqualsVerifier.forClass(User.class).withOnlyTheseFields("name").suppress(Warning.NULL_FIELDS).verify();
    }

    @Test
    void shouldCompareDomainNamesByNameAlone() {
        EqualsVerifier.forClass(DomainName.class).withOnlyTheseFields("name").suppress(Warning.NULL_FIELDS).verify();
    }
}
