package org.relaycontrol.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.same;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import org.apache.james.core.Domain;
import org.apache.james.core.MailAddress;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.LocalDomains;

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
        MailAddress recipient = new MailAddress(address);
        DomainName domain = MailAddresses.domain(recipient);
        assertThat(hosted.askedFor(recipient).contains(domain)).isFalse();

        when(domainList.containsDomain(Domain.of(inJames))).thenReturn(true);

        assertThat(hosted.askedFor(recipient).contains(domain)).isTrue();
        assertThat(hosted.contains(domain)).isTrue();
        verify(domainList, times(3)).containsDomain(argThat(asked -> asked.name().equals(inJames)));
    }

    @Test
    void shouldNotCheckTheDomainOfAnAddressOnceMore() throws Exception {
        MailAddress recipient = new MailAddress("x@hosted.example");

        hosted.askedFor(recipient).contains(MailAddresses.domain(recipient));

        verify(domainList).containsDomain(same(recipient.getDomain()));
    }

    @Test
    void shouldAnswerForTheDomainThatIsAskedForWhateverTheAddress() throws Exception {
        when(domainList.containsDomain(Domain.of("hosted.example"))).thenReturn(true);

        assertThat(hosted.askedFor(new MailAddress("x@hosted.example")).contains(DomainName.of("else.example"))).isFalse();
        assertThat(hosted.askedFor(new MailAddress("x@else.example")).contains(DomainName.of("hosted.example"))).isTrue();
    }

    @Test
    void shouldNotTakeSilenceForNo() throws Exception {
        when(domainList.containsDomain(any())).thenThrow(new DomainListException("down"));

        MailAddress recipient = new MailAddress("x@hosted.example");
        for (LocalDomains domains : List.of(hosted, hosted.askedFor(recipient))) {
            assertThatThrownBy(() -> domains.contains(MailAddresses.domain(recipient))).isInstanceOf(IllegalStateException.class)
                .hasMessage("James's DomainList does not answer for hosted.example");
        }
    }
}
