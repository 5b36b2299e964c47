package org.relaycontrol.webadmin;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.name.Named;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.james.core.Domain;
import org.apache.james.domainlist.api.DomainList;
import org.apache.james.domainlist.api.DomainListException;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.metrics.api.GaugeRegistry;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.webadmin.RandomPortSupplier;
import org.apache.james.webadmin.Routes;
import org.apache.james.webadmin.WebAdminConfiguration;
import org.apache.james.webadmin.WebAdminServer;
import org.apache.james.webadmin.authentication.AuthenticationFilter;
import org.apache.james.webadmin.authentication.NoAuthenticationFilter;
import org.apache.james.webadmin.mdc.LoggingRequestFilter;
import org.mockito.Answers;
import org.relaycontrol.james.Dns;
import org.relaycontrol.james.FilePolicySource;
import org.relaycontrol.james.PolicySource;
import org.relaycontrol.james.TestServers;
import org.relaycontrol.james.ThisServer;
import spark.Request;
import spark.Response;
import spark.Spark;

/**
 * James's webadmin with the pack's routes, on a free port of 127.0.0.1, over a policy file in a folder. James hosts hosted.example; the
 * password is {@value #PASSWORD} where there is one.
 */
final class TestWebadmin implements AutoCloseable {

    static final String PASSWORD = "letmein";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Injector injector;
    private final WebAdminServer server;
    private final boolean authenticated;

    private TestWebadmin(Path folder, boolean authenticated) {
        this.authenticated = authenticated;
        this.injector = Guice.createInjector(new Bindings(folder, authenticated));
        this.server = injector.getInstance(WebAdminServer.class).start();
    }

    /** With this policy file, and without authentication. */
    static TestWebadmin open(Path folder, String policy) {
        write(folder.resolve("relaycontrol.xml"), policy);
        return new TestWebadmin(folder, false);
    }

    /** With this policy file, and a password, which {@link #send} sends. */
    static TestWebadmin withPassword(Path folder, String policy) {
        write(folder.resolve("relaycontrol.xml"), policy);
        return new TestWebadmin(folder, true);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    <T> T get(Class<T> type) {
        return injector.getInstance(type);
    }

    int port() {
        return server.getPort().getValue();
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    HttpResponse<String> post(String path, String body) {
        return send("POST", path, body);
    }

    /** Sends JSON, with the password and then these headers. */
    HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = request(method, path, body);
        if (authenticated) {
            request.setHeader("Password", PASSWORD);
        }
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    /** Sends nothing but these headers. */
    HttpResponse<String> sendPlain(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = request(method, path, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return MAPPER.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(response + " " + response.body(), e);
        }
    }

    @Override
    public void close() {
        server.destroy();
    }

    private static final class Bindings extends AbstractModule {

        private final Path folder;
        private final boolean authenticated;

        Bindings(Path folder, boolean authenticated) {
            this.folder = folder;
            this.authenticated = authenticated;
        }

        @Override
        protected void configure() {
            bind(AuthenticationFilter.class).toInstance(authenticated ? TestWebadmin::checkPassword : new NoAuthenticationFilter());
            bind(GaugeRegistry.class).toInstance(new NoopGaugeRegistry());
            bind(MetricFactory.class).toInstance(mock(MetricFactory.class, Answers.RETURNS_DEEP_STUBS));
            bind(LoggingRequestFilter.class).toInstance(LoggingRequestFilter.create());
            bind(PolicySource.class).to(FilePolicySource.class);
            bind(Dns.class).toInstance(mock(Dns.class));
            bind(DomainList.class).toInstance(domainList());
            bind(ThisServer.class).toInstance(TestServers.nowhere());
        }

        private static DomainList domainList() {
            DomainList domainList = mock(DomainList.class);
            try {
                when(domainList.containsDomain(Domain.of("hosted.example"))).thenReturn(true);
                when(domainList.getDomains()).thenReturn(List.of(Domain.of("hosted.example")));
                when(domainList.getDefaultDomain()).thenReturn(Domain.of("hosted.example"));
                return domainList;
            } catch (DomainListException e) {
                throw new IllegalStateException(e);
            }
        }

        @Provides
        @Singleton
        FileSystem fileSystem() throws IOException {
            FileSystem fileSystem = mock(FileSystem.class);
            when(fileSystem.getFile(any())).thenAnswer(call ->
                folder.resolve(call.<String>getArgument(0).substring(FileSystem.FILE_PROTOCOL_AND_CONF.length())).toFile());
            return fileSystem;
        }

        @Provides
        @Singleton
        WebAdminConfiguration configuration() {
            return WebAdminConfiguration.builder().enabled().host("127.0.0.1").port(new RandomPortSupplier()).build();
        }

        @Provides
        @Named("webAdminRoutes")
        List<Routes> routes(RelayControlRoutes routes, ConsoleRoutes console) {
            return List.of(routes, console);
        }
    }

    private static void checkPassword(Request request, Response response) {
        // James's own filters leave this to CORS.
        if (!request.requestMethod().equals("OPTIONS") && !PASSWORD.equals(request.headers("Password"))) {
            Spark.halt(401, "Wrong password.");
        }
    }
}
