package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.james.core.Domain;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.LocalDomains;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The domains that James hosts: its DomainList. James writes an address literal without brackets.
 */
@Singleton
public class HostedDomains implements LocalDomains {

    private static final Logger LOGGER = LoggerFactory.getLogger(HostedDomains.class);

    private final DomainList domainList;

    /** The domains of this server. */
    @Inject
    public HostedDomains(DomainList domainList) {
        this.domainList = domainList;
    }

    /**
     * Whether James hosts the domain.
     *
     * @throws IllegalStateException if James cannot tell at the moment, so that nothing is refused for good or relayed by mistake
     */
    @Override
    public boolean contains(DomainName domain) {
        String name = domain.toString();
        String jamesName = domain.isLiteral() ? name.substring(1, name.length() - 1) : name;
        try {
            return domainList.containsDomain(Domain.of(jamesName));
        } catch (DomainListException e) {
            throw new IllegalStateException("James's DomainList does not answer for " + jamesName, e);
        }
    }

    /**
     * All domains that James hosts and that mail can be sent to.
     *
     * @throws DomainListException if James cannot tell at the moment
     */
    public Set<DomainName> all() throws DomainListException {
        Set<DomainName> hosted = new LinkedHashSet<>();
        for (Domain domain : domainList.getDomains()) {
            try {
                hosted.add(DomainName.of(domain.name()));
            } catch (IllegalArgumentException e) {
                LOGGER.debug("{} in James's DomainList is no mail domain", domain.name(), e);
            }
        }
        return hosted;
    }
}
