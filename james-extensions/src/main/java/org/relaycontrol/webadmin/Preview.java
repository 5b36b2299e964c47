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
import org.relaycontrol.james.ProvedPolicies;
import org.relaycontrol.james.RefusedPolicyException;

/**
 * What files with other contents would decide differently from the policy in force, on this server, with the domains that it hosts.
 */
@Singleton
public class Preview {

    private final HostedDomains hostedDomains;

    /** For the domains of this server. */
    @Inject
    public Preview(HostedDomains hostedDomains) {
        this.hostedDomains = hostedDomains;
    }

    /**
     * The difference, and the warnings that there would be.
     *
     * @param inPlaceOf the content to read in place of a file's, by its absolute path
     * @throws RefusedPolicyException with all problems, if the policy would be refused
     */
    Map<String, Object> of(LivePolicySource source, Map<Path, byte[]> inPlaceOf) throws RefusedPolicyException {
        ProvedPolicies proved = source.prove(inPlaceOf);
        try {
            Map<String, Object> answer = new LinkedHashMap<>(DifferenceJson.of(
                Difference.of(source.current(), proved.policies(), hostedDomains.all())));
            answer.put("warnings", RemarkJson.of(proved.warnings()));
            return answer;
        } catch (DomainListException e) {
            throw new IllegalStateException("James's DomainList does not answer", e);
        }
    }
}
