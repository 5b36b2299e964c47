package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.util.List;
import org.apache.james.webadmin.Routes;
import org.apache.james.webadmin.authentication.AuthenticationFilter;
import spark.Request;
import spark.Service;

/**
 * All of the pack's routes that James's authentication protects. In {@code webadmin.properties}:
 *
 * <pre>
 * extensions.routes=org.relaycontrol.webadmin.RelayControlRoutes
 * </pre>
 *
 * <p>They also refuse every request to webadmin, whatever it is for, that has {@code X-HTTP-Method-Override}: James asks OPTIONS for no
 * authentication, and this header makes another method of it, of James's own routes, too.
 *
 * <p>James authenticates what is at and below the base path of a {@link Routes}, and these have several: with {@code /relaycontrol} as the
 * only one there could be no public page below it.
 */
@Singleton
public class RelayControlRoutes implements Routes {

    private final AuthenticationFilter authentication;
    private final List<Routes> parts;

    /** The parts. */
    @Inject
    public RelayControlRoutes(AuthenticationFilter authentication, StatusRoutes status, PoliciesRoutes policies,
                              AddressMapRoutes addressMap, ExplainRoutes explain, DiffRoutes diff, RefusalsRoutes refusals,
                              DecisionsRoutes decisions, CandidateRoutes candidate, OpenApiRoutes openApi) {
        this.authentication = authentication;
        this.parts = List.of(status, policies, addressMap, explain, diff, refusals, decisions, candidate, openApi);
    }

    @Override
    public String getBasePath() {
        return StatusRoutes.BASE;
    }

    @Override
    public void define(Service service) {
        service.before((request, response) -> refuseMethodOverride(service, request));
        for (String base : List.of(StatusRoutes.BASE, StatusRoutes.RELOAD, PoliciesRoutes.BASE, ExplainRoutes.BASE, DiffRoutes.BASE,
                RefusalsRoutes.BASE, DecisionsRoutes.BASE, CandidateRoutes.BASE, OpenApiRoutes.BASE)) {
            service.before(base, authentication);
            service.before(base + "/*", authentication);
        }
        parts.forEach(part -> part.define(service));
    }

    private static void refuseMethodOverride(Service service, Request request) {
        if (request.headers("X-HTTP-Method-Override") != null) {
            throw service.halt(RequestException.BAD_REQUEST, RequestException.refused(RequestException.BAD_REQUEST,
                "X-HTTP-Method-Override is not taken; send the method itself").body());
        }
    }
}
