package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.DomainName;

class HostedDomainsTest {

    private final DomainList domainList = mock(DomainList.class);
    private final HostedDomains hosted = new HostedDomains(domainList);

    @ParameterizedTest
    @CsvSource({
        "x@hosted.example, hosted.example",
        "x@Hosted.EXAMPLE, hosted.example",
        "x@[192.0.2.1], 192.0.2.1"
    })
    void shouldAskJamesForTheDomainOfAnAddressInItsCanonicalForm(String address, String inJames) throws Exception {
        DomainName domain = MailAddresses.domain(new MailAddress(address));
        assertThat(hosted.contains(domain)).isFalse();

        when(domainList.containsDomain(Domain.of(inJames))).thenReturn(true);

        assertThat(hosted.contains(domain)).isTrue();
        assertThat(hosted.contains(DomainName.of("else.example"))).isFalse();
        verify(domainList, times(2)).containsDomain(argThat(asked -> asked.name().equals(inJames)));
    }

    @Test
    void shouldNotTakeSilenceForNo() throws Exception {
        when(domainList.containsDomain(any())).thenThrow(new DomainListException("down"));

        assertThatThrownBy(() -> hosted.contains(DomainName.of("hosted.example"))).isInstanceOf(IllegalStateException.class)
            .hasMessage("James's DomainList does not answer for hosted.example");
    }
}
