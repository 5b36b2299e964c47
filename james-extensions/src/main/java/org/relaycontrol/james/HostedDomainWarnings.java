package org.relaycontrol.james;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.james.domainlist.api.DomainListException;
import org.relaycontrol.analysis.Finding;
import org.relaycontrol.analysis.JamesWarnings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns where the policy and James's DomainList disagree: an inbound domain that James does not host, and a hosted one that is not inbound.
 */
@Singleton
public class HostedDomainWarnings {

    private static final Logger LOGGER = LoggerFactory.getLogger(HostedDomainWarnings.class);

    private final PolicySource policySource;
    private final HostedDomains hostedDomains;
    private final AtomicBoolean watching = new AtomicBoolean();
    private Set<String> known = Set.of();

    /** Compares the policy with the domains of this server. */
    @Inject
    public HostedDomainWarnings(PolicySource policySource, HostedDomains hostedDomains) {
        this.policySource = policySource;
        this.hostedDomains = hostedDomains;
    }

    /**
     * Warns the first time it is called, and from then on of what is new whenever the policy is loaded again. Call it when James has
     * configured its DomainList.
     */
    public void watch() {
        if (!watching.getAndSet(true)) {
            warn();
            if (policySource instanceof LivePolicySource) {
                ((LivePolicySource) policySource).onLoad(status -> warn());
            }
        }
    }

    private synchronized void warn() {
        Set<String> found = new LinkedHashSet<>();
        try {
            for (Finding finding : JamesWarnings.domains(policySource.current(), hostedDomains.all(), policySource.acceptedWarnings())) {
                Remark warning = Remark.of(finding);
                found.add(warning.withoutLine());
                if (!known.contains(warning.withoutLine())) {
                    LOGGER.warn("{}", warning);
                }
            }
            known = found;
        } catch (DomainListException e) {
            LOGGER.warn("James's DomainList does not answer, so it is not compared with the relay policy", e);
        }
    }
}
