package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.apache.james.webadmin.Routes;
import org.relaycontrol.analysis.Explanation;
import org.relaycontrol.format.EnvelopeReader;
import org.relaycontrol.format.ExplanationJson;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.policy.DomainName;
import spark.Service;

/**
 * {@code POST /relaycontrol/explain}: what is decided for an envelope, and why, as {@code explain --json} says it.
 */
@Singleton
public class ExplainRoutes implements Routes {

    static final String BASE = "/relaycontrol/explain";

    private static final int MAX_BODY = 16 * 1024;

    private final Access access;
    private final PolicySource policySource;
    private final HostedDomains hostedDomains;
    private final DomainList domainList;

    /** Explains the policy in force. */
    @Inject
    public ExplainRoutes(Access access, PolicySource policySource, HostedDomains hostedDomains, DomainList domainList) {
        this.access = access;
        this.policySource = policySource;
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
            body.allow("client", "local", "auth", "client_host", "sender", "recipient"))));
    }

    private Object explain(JsonBody body) {
        return ExplanationJson.of(Explanation.of(policySource.current(),
            new EnvelopeReader(defaultDomain()).read(body.textOrEmpty("client"), body.textOrEmpty("local"), body.textOrEmpty("auth"),
                body.textOrEmpty("client_host"), body.textOrEmpty("recipient")),
            hostedDomains, true));
    }

    private DomainName defaultDomain() {
        try {
            return DomainName.of(domainList.getDefaultDomain().name());
        } catch (DomainListException e) {
            throw new IllegalStateException("James's DomainList does not tell the default domain", e);
        }
    }
}
