package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.james.domainlist.api.DomainListException;
import org.relaycontrol.analysis.Difference;
import org.relaycontrol.format.DifferenceJson;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.james.ProvedPolicies;
import org.relaycontrol.james.RefusedPolicyException;

/**
 * What files with other contents would decide differently from the policy in force, on this server, with the domains that it hosts.
 */
@Singleton
public class Preview {

    private final PolicySource policySource;
    private final HostedDomains hostedDomains;

    /** For the domains of this server. */
    @Inject
    public Preview(PolicySource policySource, HostedDomains hostedDomains) {
        this.policySource = policySource;
        this.hostedDomains = hostedDomains;
    }

    /**
     * The difference, and the warnings that there would be.
     *
     * @param inPlaceOf the content to read in place of a file's, by its absolute path
     * @throws RefusedPolicyException with all problems, if the policy would be refused
     */
    Map<String, Object> of(LivePolicySource source, Map<Path, byte[]> inPlaceOf) throws RefusedPolicyException {
        return of(source.prove(inPlaceOf));
    }

    /** The difference to these policies, and their warnings. */
    Map<String, Object> of(ProvedPolicies other) {
        try {
            Map<String, Object> answer = new LinkedHashMap<>(DifferenceJson.of(
                Difference.of(policySource.current(), other.policies(), hostedDomains.all())));
            answer.put("warnings", RemarkJson.of(other.warnings()));
            return answer;
        } catch (DomainListException e) {
            throw new IllegalStateException("James's DomainList does not answer", e);
        }
    }
}
