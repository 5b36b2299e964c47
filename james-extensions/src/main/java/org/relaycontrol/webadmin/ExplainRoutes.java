package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.apache.james.webadmin.Routes;
import org.relaycontrol.analysis.Explanation;
import org.relaycontrol.format.EnvelopeReader;
import org.relaycontrol.format.ExplanationJson;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.james.CandidatePolicies;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.DomainName;
import org.relaycontrol.policy.RelayPolicies;
import spark.Service;

/**
 * {@code POST /relaycontrol/explain}: what the running policy, or the candidate, decides for an envelope, and why, as
 * {@code explain --json} says it.
 */
@Singleton
public class ExplainRoutes implements Routes {

    static final String BASE = "/relaycontrol/explain";

    private static final int MAX_BODY = 16 * 1024;

    private final Access access;
    private final PolicySource policySource;
    private final CandidatePolicies candidates;
    private final HostedDomains hostedDomains;
    private final DomainList domainList;

    /** Explains the policy in force and the candidate. */
    @Inject
    public ExplainRoutes(Access access, PolicySource policySource, CandidatePolicies candidates, HostedDomains hostedDomains,
                         DomainList domainList) {
        this.access = access;
        this.policySource = policySource;
        this.candidates = candidates;
        this.hostedDomains = hostedDomains;
        this.domainList = domainList;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        service.post(BASE, access.ask(MAX_BODY, (request, response, body) -> explain(
            body.allow("client", "local", "auth", "client_host", "sender", "recipient", "recipient_known", "candidate"))));
    }

    private Object explain(JsonBody body) {
        EnvelopeReader reader = new EnvelopeReader(defaultDomain());
        return ExplanationJson.of(Explanation.of(Boolean.TRUE.equals(body.bool("candidate")) ? candidate() : policySource.current(),
            reader.read(body.textOrEmpty("client"), body.textOrEmpty("local"), body.textOrEmpty("auth"),
                body.textOrEmpty("client_host"), body.textOrEmpty("recipient"))
                .withRecipientStatus(reader.recipientStatus(body.textOrEmpty("recipient_known"))),
            reader.sender(body.textOrEmpty("sender")), hostedDomains, true));
    }

    private RelayPolicies candidate() {
        Candidate candidate = candidates.current();
        if (candidate == null) {
            throw RequestException.wrongState(RequestException.CONFLICT, "there is no candidate policy");
        }
        return candidate.policies();
    }

    private DomainName defaultDomain() {
        try {
            return DomainName.of(domainList.getDefaultDomain().name());
        } catch (DomainListException e) {
            throw new IllegalStateException("James's DomainList does not tell the default domain", e);
        }
    }
}
