package org.relaycontrol.webadmin;

import com.google.common.hash.Hashing;
import com.google.common.io.Resources;
import com.google.inject.Inject;
import com.google.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.james.webadmin.PublicRoutes;
import spark.Request;
import spark.Response;
import spark.Service;

/**
 * The console, a page for browsers at {@code /relaycontrol/console/}. Its files are public; what it shows comes from the private routes
 * with the credentials that its user enters. It needs no other host, and its Content-Security-Policy allows none.
 *
 * <p>In {@code webadmin.properties}: {@code extensions.routes=org.relaycontrol.webadmin.ConsoleRoutes,…}
 */
@Singleton
public class ConsoleRoutes implements PublicRoutes {

    private static final String BASE = "/relaycontrol/console";
    private static final String INDEX = "index.html";
    private static final List<String> FILES = List.of(INDEX, "console.css", "icon.svg", "api.js", "chart.js", "dom.js", "edit.js",
        "format.js", "login.js", "main.js", "map.js", "refusals.js", "restrictions.js", "routing.js", "status.js", "strings.js",
        "tryit.js");
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css", "text/css; charset=utf-8",
        "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml");
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final int NOT_MODIFIED = 304;
    private static final int FOUND = 302;

    /** Needs nothing. */
    @Inject
    public ConsoleRoutes() {
        // Guice wants a constructor that says so.
    }

    @Override
    public String getBasePath() {
        return BASE;
    }

    @Override
    public void define(Service service) {
        for (String file : FILES) {
            byte[] content = read(file);
            String tag = '"' + Hashing.sha256().hashBytes(content).toString() + '"';
            String type = TYPES.getOrDefault(file.substring(file.lastIndexOf('.') + 1), "application/octet-stream");
            service.get(BASE + "/" + file, (request, response) -> serve(request, response, content, type, tag));
            if (file.equals(INDEX)) {
                service.get(BASE + "/", (request, response) -> serve(request, response, content, type, tag));
            }
        }
        service.get(BASE, (request, response) -> {
            // What the page refers to is relative to the path with the slash.
            response.status(FOUND);
            response.header("Location", "console/");
            return "";
        });
    }

    private static Object serve(Request request, Response response, byte[] content, String type, String tag) {
        response.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Referrer-Policy", "no-referrer");
        response.header("Cache-Control", "no-cache");
        response.header("ETag", tag);
        if (tag.equals(request.headers("If-None-Match"))) {
            response.status(NOT_MODIFIED);
            return "";
        }
        response.type(type);
        return content;
    }

    private static byte[] read(String file) {
        try {
            return Resources.toByteArray(Resources.getResource(ConsoleRoutes.class, "/org/relaycontrol/console/" + file));
        } catch (IOException e) {
            throw new UncheckedIOException("the console's file " + file + " cannot be read from the jar", e);
        }
    }
}
