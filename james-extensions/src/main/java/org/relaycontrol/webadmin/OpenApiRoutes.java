package org.relaycontrol.webadmin;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.james.webadmin.Routes;
import spark.Service;

/**
 * {@code GET /relaycontrol/openapi.json}: all of this API, described for programs (OpenAPI 3.0).
 */
@Singleton
public class OpenApiRoutes implements Routes {

    static final String BASE = "/relaycontrol/openapi.json";

    private static final String RESOURCE = "openapi.json";

    private final Access access;

    /** Shows the document in the jar. */
    @Inject
    public OpenApiRoutes(Access access) {
        this.access = access;
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        String document = document();
        service.get(BASE, access.readText((request, response) -> document));
    }

    static String document() {
        try (InputStream resource = Objects.requireNonNull(OpenApiRoutes.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
