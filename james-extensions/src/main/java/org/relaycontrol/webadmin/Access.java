package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.function.Function;
import org.apache.james.webadmin.authentication.AuthenticationFilter;
import org.apache.james.webadmin.authentication.NoAuthenticationFilter;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.format.Json;
import org.relaycontrol.james.LivePolicySource;
import org.relaycontrol.james.PolicySource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spark.Request;
import spark.Response;
import spark.Route;

/**
 * What a request must be like before anything is done for it, beyond the authentication that James asks for. Refused is
 *
 * <ul>
 * <li>one of a web page of another origin, also for reading: the page would see what the administrator's browser may see;</li>
 * <li>a body that is not declared as JSON, which a page could send without asking, or that is too large;</li>
 * <li>a change where webadmin has no authentication, unless the policy file allows it.</li>
 * </ul>
 *
 * <p>Answers are JSON, and no cache keeps them.
 */
@Singleton
public class Access {

    private static final Logger LOGGER = LoggerFactory.getLogger(Access.class);
    private static final int NO_CONTENT = 204;

    private final AuthenticationFilter authentication;
    private final PolicySource policySource;

    /** Knows how webadmin authenticates, and what the policy file allows. */
    @Inject
    public Access(AuthenticationFilter authentication, PolicySource policySource) {
        this.authentication = authentication;
        this.policySource = policySource;
    }

    /** Answers a request without body. */
    @FunctionalInterface
    interface Handler {

        /** What {@link Json} writes, or null for no content. */
        @Nullable Object answer(Request request, Response response);
    }

    /** Answers a request with a body. */
    @FunctionalInterface
    interface BodyHandler {

        /** What {@link Json} writes, or null for no content. */
        @Nullable Object answer(Request request, Response response, JsonBody body);
    }

    /** The route of a GET. */
    Route read(Handler handler) {
        return (request, response) -> answer(request, response, () -> handler.answer(request, response));
    }

    /** The route of a GET that answers with a text which is JSON already. */
    Route readText(Handler handler) {
        return (request, response) -> answer(request, response, () -> handler.answer(request, response), String::valueOf);
    }

    /** The route of a POST that changes nothing. */
    Route ask(int maxBody, BodyHandler handler) {
        return (request, response) -> answer(request, response, () -> handler.answer(request, response, body(request, maxBody)));
    }

    /** The route of a PUT or POST that changes something. */
    Route change(int maxBody, BodyHandler handler) {
        return (request, response) -> answer(request, response, () -> {
            checkMayChange();
            return handler.answer(request, response, body(request, maxBody));
        });
    }

    /** The route of a DELETE. */
    Route delete(Handler handler) {
        return (request, response) -> answer(request, response, () -> {
            checkMayChange();
            return handler.answer(request, response);
        });
    }

    /** Whether the policy may be changed by those whom James lets in. */
    boolean mayChange() {
        return !(authentication instanceof NoAuthenticationFilter) || policySource instanceof LivePolicySource
            && ((LivePolicySource) policySource).status().inForce().allowsUnauthenticatedWrites();
    }

    private void checkMayChange() {
        if (!mayChange()) {
            throw RequestException.refused(RequestException.FORBIDDEN, "webadmin has no authentication, so the policy cannot be changed "
                + "here; configure jwt.enabled (or, in James 3.9, password) in webadmin.properties, or write <webadmin "
                + "unauthenticatedWrites=\"true\"/> in relaycontrol.xml");
        }
    }

    private static String answer(Request request, Response response, Answer answer) {
        return answer(request, response, answer, Json::of);
    }

    private static String answer(Request request, Response response, Answer answer, Function<Object, String> writer) {
        response.header("Cache-Control", "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        try {
            checkOrigin(request);
            Object value = answer.get();
            if (value == null) {
                response.status(NO_CONTENT);
                return "";
            }
            return writer.apply(value);
        } catch (RequestException e) {
            return refuse(response, e);
        } catch (IllegalArgumentException e) {
            return refuse(response, RequestException.unusable(String.valueOf(e.getMessage())));
        }
    }

    private static String refuse(Response response, RequestException e) {
        LOGGER.debug("Answered with {}", e.status(), e);
        response.status(e.status());
        return e.body();
    }

    private static void checkOrigin(Request request) {
        String origin = request.headers("Origin");
        if (origin != null && !isSame(origin, request.headers("Host"))) {
            throw RequestException.refused(RequestException.FORBIDDEN, "web pages of another origin are not answered; behind a proxy, let "
                + "it hand on the Host header");
        }
    }

    /** Whether a page of the origin came from the host that the request is for. Behind a proxy that ends TLS the schemes differ. */
    static boolean isSame(String origin, @Nullable String host) {
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority != null && host != null && authority.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static JsonBody body(Request request, int maxBody) {
        String type = request.contentType();
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
            throw RequestException.refused(RequestException.UNSUPPORTED_MEDIA_TYPE, "the Content-Type is "
                + (type == null ? "missing" : type) + "; send application/json");
        }
        if (request.headers("Transfer-Encoding") != null) {
            throw RequestException.refused(RequestException.LENGTH_REQUIRED, "the body comes in chunks; send its Content-Length");
        }
        if (request.contentLength() > maxBody) {
            throw RequestException.refused(RequestException.TOO_LARGE, "the body has " + request.contentLength() + " octets; send at most "
                + maxBody);
        }
        return JsonBody.of(request.bodyAsBytes());
    }

    /** The answer to a request that is as it must be. */
    @FunctionalInterface
    private interface Answer {

        @Nullable Object get();
    }
}
